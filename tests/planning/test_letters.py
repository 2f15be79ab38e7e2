"""Letters that ask for wishes, opinions and days: where they stand, and that none leaves once it is not true."""

import re
from datetime import timedelta

import pytest
import time_machine

from bourse.clock import now
from bourse.clubs.models import Club, Membership, MembershipState, Role
from bourse.db import db
from bourse.mailroom.models import Letter, LetterState
from bourse.meetings.models import Meeting, SeasonState
from bourse.meetings.recheck import drop_untrue_questions
from bourse.meetings.take import ask as ask_a_question
from bourse.people.address_models import change_address
from bourse.people.models import Person
from bourse.planning.due import close_seasons
from bourse.planning.models import HostWish
from bourse.planning.recheck import drop_untrue_asks
from tests.cast import a_club, a_member, a_person, in_days, invitation_of
from tests.planning.season import a_plan, a_season_asked, a_wish
from tests.planning.test_season_views import RULES
from tests.test_queries import counted


@pytest.fixture
def database_url(either_database):
    return either_database


@pytest.fixture
def claire(client, club, visit):
    return visit(client, "claire")


@pytest.fixture
def season(club):
    found = a_season_asked(db.session.get_one(Club, club.club), state=SeasonState.draft)
    db.session.commit()
    return found


@pytest.fixture
def asked(claire, season):
    """The members have been asked, and no letter has left."""
    by = (now().date() + timedelta(7)).isoformat()
    claire.post(f"/planning/seasons/{season.id}/ask", data={"answer_by": by})
    db.session.rollback()
    return season


def words(page):
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.text))
    return text.replace("\u2060", "").replace("\u202f", " ").replace("\xa0", " ").replace("’", "'")


def post(client, path, data=None):
    answer = client.post(path, data=data)
    assert answer.status_code == 302, path
    return words(client.get(answer.location))


def letters(kind, *states):
    db.session.rollback()
    rows = db.session.scalars(db.select(Letter).filter_by(kind=kind).order_by(Letter.id))
    return [each for each in rows if not states or each.state in states]


def to(name, kind="wishes"):
    return next(each for each in reversed(letters(kind)) if each.to_address == f"{name}@bourse.example")


def person(club, name):
    return db.session.get_one(Person, getattr(club, name))


def member(club, name):
    return db.session.scalars(db.select(Membership).filter_by(person_id=getattr(club, name))).one()


def waiting(kind):
    """Whose letters still wait after the worker has looked."""
    for drop in (drop_untrue_asks, drop_untrue_questions):
        drop(now())
    db.session.commit()
    return {each.to_address.partition("@")[0] for each in letters(kind, LetterState.planned, LetterState.held)}


# In the outbox


def test_letters_about_a_season_are_in_the_outbox_of_who_facilitates_it(app, club, claire, asked, visit):
    about = f"season:{asked.id}"
    page = words(claire.get("/outbox/"))
    assert page.count("Dites vos souhaits, Saison à venir") == 3
    assert "3 lettres" in words(claire.get(f"/outbox/?about={about}"))
    assert "Aucune lettre ne correspond" in words(claire.get(f"/outbox/?about=meeting:{club.meeting}"))
    assert "1 lettre" in words(claire.get(f"/outbox/?person={club.marc}&state=planned&club={club.slug}"))
    letter = to("marc")
    key = letter.text.partition("/planning/answers/")[2].split()[0]
    for path in ("", "/html"):
        shown = claire.get(f"/outbox/{letter.id}{path}").text
        assert "/planning/answers/…" in shown
        assert key not in shown
    assert "À Marc Exemple. Saison à venir, Club" in words(claire.get(f"/outbox/{letter.id}"))
    a_member(a_club("autre-club"), a_person("carole"), None, Role.facilitator)
    db.session.commit()
    for name in ("carole", "marc", "odile"):
        other = visit(app.test_client(), name)
        assert other.get(f"/outbox/{letter.id}").status_code == 404
        assert other.post(f"/outbox/seasons/{asked.id}/hold").status_code == 404
    assert "Saison à venir" not in visit(app.test_client(), "carole").get(f"/outbox/?about={about}").text


def test_they_are_held_let_go_sent_again_and_looked_at_when_lost(club, claire, asked):
    assert "3 lettres sont retenues" in post(claire, f"/outbox/seasons/{asked.id}/hold")
    letter = to("marc")
    assert "La lettre part." in post(claire, f"/outbox/{letter.id}/release")
    assert "2 lettres partent" in post(claire, f"/outbox/seasons/{asked.id}/release")
    for each in letters("wishes"):
        each.settle(LetterState.failed, now(), "452 4.2.2 Mailbox full")
    db.session.commit()
    assert "3 lettres ne sont pas arrivées" in words(claire.get("/"))
    assert "La lettre repart." in post(claire, f"/outbox/{letter.id}/again")
    assert "2 lettres" in words(claire.get("/outbox/?state=look"))
    marc = person(club, "marc")
    change_address(marc, "marc.nouveau@bourse.example", now())
    db.session.commit()
    assert "Dites vos souhaits" in words(claire.get(f"/outbox/?person={club.marc}"))  # his history goes with him


def test_a_list_with_many_letters_about_seasons_asks_no_more_questions(club, claire, asked):
    def questions():
        with counted() as sent:
            assert claire.get("/outbox/").status_code == 200
        return len(sent)

    few = questions()
    for number in range(4):
        ours = db.session.get_one(Club, club.club)
        a_member(ours, a_person(f"membre-{number}"), member(club, "marc").company)
    db.session.commit()
    claire.post(f"/planning/seasons/{asked.id}/remind")
    assert len(letters("wishes")) == 7
    assert questions() == few <= 12


# The gate


@pytest.mark.parametrize(
    ("change", "told", "still"),
    [
        ("leaves", "n'est plus du club", {"hugo", "nadia"}),
        ("pauses", "n'est plus du club", {"hugo", "nadia"}),
        ("answers", "ne dit plus vrai", {"hugo", "nadia"}),
        ("publishes", "La question est close", set()),
        ("deadline", "Sa date limite est passée", set()),
        ("address", "ne dit plus vrai", {"hugo", "nadia"}),
    ],
)
def test_a_wish_is_not_asked_for_any_more(club, claire, asked, change, told, still):
    assert waiting("wishes") == {"hugo", "marc", "nadia"}
    letter = to("marc")
    letter.hold()
    if change in ("leaves", "pauses"):
        member(club, "marc").state = MembershipState.left if change == "leaves" else MembershipState.paused
    elif change == "answers":
        a_wish(asked, member(club, "marc"))
    elif change == "publishes":
        asked.state = SeasonState.published
    elif change == "deadline":
        asked.rules.answer_by = now().date() - timedelta(days=1)
    else:
        change_address(person(club, "marc"), "marc.corrige@bourse.example", now())
    db.session.commit()
    assert told in post(claire, f"/outbox/{letter.id}/release")
    assert letter.state is not LetterState.planned
    assert waiting("wishes") == still


def test_an_opinion_is_asked_of_the_version_that_was_sent_last_and_until_it_is_published(club, claire, asked):
    asked.length = 3
    for name in ("hugo", "marc", "nadia"):
        a_wish(asked, member(club, name), weekdays="UUUYUUU", theme="canari-thème", urgency=3)
    proposal = a_plan(asked, person(club, "claire"))
    db.session.commit()
    seen = {"proposal": proposal.number, "version": proposal.draft}
    claire.post(f"/planning/seasons/{asked.id}/plan/share", data=seen)
    to("nadia", "opinion").settle(LetterState.sent, now())
    db.session.commit()
    claire.post(f"/planning/seasons/{asked.id}/plan/share", data=seen)
    first, again = letters("opinion", LetterState.skipped), letters("opinion", LetterState.planned)
    assert {each.to_address for each in first} == {each.to_address for each in again}
    assert len(again) == 2  # nadia has had hers today, and its link shows what was sent last
    shown = [claire.get(f"/outbox/{again[0].id}{path}").text for path in ("", "/html")]
    written = [f"{each.subject}{each.text}{each.html}" for each in (*first, *again)]
    assert not re.search("canari|urgen", "".join(shown + written))
    with time_machine.travel(now() + timedelta(days=30)):
        assert waiting("opinion") == set()


def test_days_asked_anew_on_the_same_day_are_another_letter_and_closed_ones_none(club, claire):
    meeting, address = db.session.get_one(Meeting, club.meeting), f"/planning/meetings/{club.meeting}"
    by = (now().date() + timedelta(5)).isoformat()

    def ask(*days):
        offered = {f"day_{n}": in_days(day).date().isoformat() for n, day in enumerate(days)}
        return claire.post(f"{address}/ask", data=offered | {"starts": "14:00", "ends": "18:00", "answer_by": by})

    ask(20, 25, 30)
    to("hugo", "days").settle(LetterState.sent, now())
    db.session.commit()
    claire.post(f"{address}/remind")
    assert len(letters("days")) == 3  # one a day for a question
    claire.post(f"{address}/pick", data={"option": meeting.options[0].id})
    assert waiting("days") == set()
    with time_machine.travel(now() + timedelta(minutes=5)):
        ask(35, 40, 45)
        assert waiting("days") == {"hugo", "marc", "nadia"}
        meeting.cancel()
        db.session.commit()
        assert waiting("days") == set()


def test_after_the_last_day_more_time_is_given_before_anybody_is_reminded(app, asked, visit):
    for each in letters("wishes"):
        each.settle(LetterState.sent, now())
    db.session.commit()
    with time_machine.travel(now() + timedelta(days=8)):
        claire = visit(app.test_client(), "claire")
        assert "laissez plus de temps" in words(claire.get(f"/planning/seasons/{asked.id}"))
        claire.post(f"/planning/seasons/{asked.id}/remind")
        assert letters("wishes", LetterState.planned) == []


def test_a_question_to_a_wrong_address_does_not_go_to_the_right_one_with_a_dead_link(club, claire):
    ask_a_question("did_you_answer", invitation_of(club.meeting, club.nadia))
    db.session.commit()
    assert waiting("did_you_answer") == {"nadia"}
    change_address(person(club, "nadia"), "nadia.corrige@bourse.example", now())
    db.session.commit()
    assert waiting("did_you_answer") == set()


# The end of a season


def test_a_season_closes_by_itself_and_can_still_be_read(club, claire, asked):
    asked.length = 3
    for name in ("hugo", "marc", "nadia"):
        a_wish(asked, member(club, name), weekdays="UUUYUUU", theme="canari")
    proposal = a_plan(asked, person(club, "claire"))
    db.session.commit()
    address = f"/planning/seasons/{asked.id}"
    seen = {"proposal": proposal.number, "version": proposal.draft}
    claire.post(f"{address}/publish", data=seen)
    db.session.rollback()
    last = max(asked.meetings, key=lambda each: each.starts_at)
    by_hand = now() + timedelta(days=410)
    last.move(by_hand, by_hand + timedelta(hours=4))  # beyond the last day of the season
    db.session.commit()
    for days, state in ((405, SeasonState.published), (412, SeasonState.closed)):
        with time_machine.travel(now() + timedelta(days=days)):
            close_seasons(now())
            db.session.commit()
            assert asked.state is state
    for page in ("", "/plan"):
        answer = claire.get(f"{address}{page}")
        assert answer.status_code == 200
        assert not re.search(r"Replanifier|Recalculer|Publier|Changer les règles|Ajuster", answer.text)
    assert f"{address}/plan" in claire.get(f"/planning/clubs/{club.slug}/past").text
    for page in ("rules", "dates", "replan", "publish"):
        assert claire.get(f"{address}/{page}").status_code == 404
    for act in ("rules", "dates", "dates/add", "plan/propose", "plan/share", "plan/back", "plan/adjust", "publish"):
        assert claire.post(f"{address}/{act}", data=seen).status_code == 404
    claire.post(f"{address}/members/{member(club, 'marc').id}", data={"hosting": "later"})
    assert {each.hosting.value for each in db.session.scalars(db.select(HostWish))} == {"yes"}


def test_the_next_season_is_prepared_while_the_present_one_runs(club, claire, season):
    (present,) = (each for each in season.club.seasons if each is not season)
    close_seasons(now())
    assert (present.state, season.state) == (SeasonState.published, SeasonState.draft)
    address, by = f"/planning/seasons/{season.id}", (now().date() + timedelta(7)).isoformat()
    assert claire.post(f"{address}/ask", data={"answer_by": by}).status_code == 302
    assert "Dites vos souhaits" in words(claire.get("/outbox/"))
    later = RULES | {"name": "Celle d'après", "starts_on": (season.ends_on + timedelta(1)).isoformat()}
    later |= {"ends_on": (season.ends_on + timedelta(200)).isoformat()}
    assert claire.post(f"/planning/clubs/{club.slug}/prepare", data=later).status_code == 302
    db.session.rollback()
    states = {each.name: each.state.value for each in season.club.seasons}
    assert states == {"Saison d'essai": "published", "Saison à venir": "polling", "Celle d'après": "draft"}


def test_a_plan_says_that_rules_have_changed_since(club, claire, asked):
    asked.length = 3
    for name in ("hugo", "marc", "nadia"):
        a_wish(asked, member(club, name), weekdays="UUUYUUU")
    a_plan(asked, person(club, "claire"))
    db.session.commit()
    told, page = "Les règles ou les dates ont changé depuis", f"/planning/seasons/{asked.id}/plan"
    assert told not in words(claire.get(page))
    changed = RULES | {"version": str(asked.rules.version)}
    assert claire.post(f"/planning/seasons/{asked.id}/rules", data=changed).status_code == 302
    assert told in words(claire.get(page))
