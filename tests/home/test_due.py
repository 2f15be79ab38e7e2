"""Letters by rule: a meeting's life, day by day, and who is written to."""

from collections import defaultdict
from datetime import date, time, timedelta

import pytest
import time_machine

from bench.club import grow
from bourse.clock import instant, now
from bourse.clubs.models import Club, Membership, MembershipState, Role
from bourse.clubs.rules import Rule
from bourse.db import db
from bourse.home.due import foreseen, hand_over, still_says, write_reminders
from bourse.home.facts import silent_in
from bourse.home.told_models import Told
from bourse.mailroom.models import Letter, LetterState
from bourse.meetings.due import write_calendar_letters
from bourse.meetings.models import Answer, Meeting, MeetingState, Presence, Via
from bourse.outcomes.follow import CommitmentState
from bourse.outcomes.models import Commitment, Outcome
from bourse.outcomes.read import Readers
from bourse.people.models import Language, Person
from bourse.problems.frame import ANSWERS
from bourse.problems.models import Problem, ProblemState
from tests.cast import ZONE, a_club, a_company, a_meeting, a_member, a_person, invitation_of
from tests.test_queries import counted

D = date(2027, 3, 18)  # a Thursday
EVERY_STEP = (-45, -21, -14, -10, -7, -3, -1, 0, 1, 4)
SECRET = "canari"


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


def at(days, hour="09:00"):
    """So many days from the meeting."""
    return instant(D + timedelta(days=days), time.fromisoformat(hour), ZONE)


@pytest.fixture
def the_day():
    with time_machine.travel(at(-60), tick=False) as clock:
        yield clock


@pytest.fixture
def meeting(the_day, club):
    """The "go" is given sixty days before, and everybody has the invitation. Marc comes, nadia is silent."""
    meeting = db.session.get_one(Meeting, club.meeting)
    meeting.starts_at, meeting.ends_at = at(0, "14:00"), at(0, "18:00")
    db.session.commit()
    carry()
    return meeting


def carry():
    """What the worker does; returns the letters by rule that leave."""
    for write in (write_calendar_letters, write_reminders):
        write(now())
        db.session.commit()
    planned = db.session.scalars(db.select(Letter).filter_by(state=LetterState.planned).order_by(Letter.id)).all()
    for letter in planned:
        letter.attempts = 1
        letter.settle(LetterState.sent, now())
    db.session.commit()
    return [letter for letter in planned if letter.method is None]


def told(letters):
    """Who is told of what."""
    return {letter.to_address.split("@")[0]: letter.kind for letter in letters}


def live(the_day, days, acts=()):
    """Lets the days pass, and lets somebody act on some of them; returns who was told of what on which."""
    life = {}
    for day in days:
        the_day.move_to(at(day))
        if day in dict(acts):
            dict(acts)[day]()
            db.session.commit()
        if found := told(carry()):
            life[day] = found
    return life


def by_rule():
    return db.session.scalars(db.select(Letter).filter(Letter.method.is_(None))).all()


def plain(text):
    """Spaces that do not break a line, as ordinary ones."""
    return text.replace("\xa0", " ").replace("\u202f", " ").replace("\u2060", "")


def a_problem(meeting, state=ProblemState.draft):
    problem = meeting.problem or Problem(meeting=meeting)
    problem.state = state
    for name in ANSWERS:
        setattr(problem, name, f"{SECRET} {name}")
    db.session.add(problem)
    db.session.flush()
    db.session.expire(meeting, ["problem"])
    return problem


def an_outcome(meeting, readers=Readers.attending):
    db.session.add(Outcome(meeting=meeting, synthesis=SECRET, readers=readers, closed_at=now()))
    db.session.flush()


def a_promise(meeting, person_id, first_step=""):
    promise = Commitment(person_id=person_id, text=SECRET, first_step=first_step, due_on=D + timedelta(60))
    meeting.outcome.commitments.append(promise)
    db.session.flush()
    return promise


def test_a_meetings_life(the_day, meeting, club):
    """Nadia never answers, hugo is late, marc keeps his promise after two months."""

    def the_facilitator_approves():
        a_problem(meeting, ProblemState.approved)

    def hugo_closes():
        an_outcome(meeting)
        a_promise(meeting, club.marc, first_step="Appeler")

    def marc_keeps_it():
        db.session.scalars(db.select(Commitment)).one().settle(CommitmentState.done, now())

    acts = {-9: the_facilitator_approves, 1: hugo_closes, 60: marc_keeps_it}
    days = (*range(-46, -43), *range(-31, -28), *range(-22, 6), *range(29, 34), 60, *range(89, 94))
    assert live(the_day, days, acts) == {
        -45: {"hugo": "open_problem"},
        -30: {"nadia": "ask"},
        -21: {"hugo": "go_on", "nadia": "ask_again"},
        -14: {"hugo": "problem_due"},
        -10: {"claire": "call", "hugo": "problem_late", "nadia": "ask_last"},  # D-12 is a Saturday
        -7: {"claire": "decide", "marc": "read_problem"},
        -3: {"claire": "get_ready", "hugo": "get_ready"},
        -1: {"marc": "come"},
        0: {"hugo": "today", "marc": "today"},
        4: {"marc": "first_step"},  # with the outcome, which waited for the weekend to pass
        32: {"marc": "check_in_30"},  # a Monday
    }
    both = db.session.scalars(db.select(Letter).filter_by(kind="first_step")).one()
    assert "Lisez ce que la rencontre" in both.text
    assert both.to_address == "marc@bourse.example"
    everything = db.session.scalars(db.select(Letter)).all()
    assert not any(SECRET in f"{each.subject}{each.text}{each.html}{each.calendar!r}" for each in everything)


def test_the_title_is_told_only_where_the_host_ticked_it(the_day, meeting):
    problem = a_problem(meeting)
    problem.approve(meeting.host.person, now())
    db.session.commit()
    the_day.move_to(at(-7))
    assert not any(SECRET in letter.html for letter in carry())
    problem.share_with(problem.readers, True, now())
    db.session.commit()
    the_day.move_to(at(-1))
    letter = next(each for each in carry() if each.kind == "come")
    assert f"« {SECRET} question »" in plain(letter.text)
    assert "why_now" not in letter.html


def test_a_letter_says_when_and_where_and_asks_the_facilitator(the_day, meeting, club):
    the_day.move_to(at(-21))
    hugo, nadia = sorted(carry(), key=lambda letter: letter.to_address)
    assert plain(nadia.subject) == "Répondez pour le jeudi 18 mars : oui, s’il le faut ou non"
    assert (nadia.reply_to, nadia.about) == ("claire@bourse.example", f"meeting:{club.meeting}")
    for words in ("Jeudi 18 mars 2027, 14 h – 18 h (heure de Paris)", "12 rue des Tourneurs", "?answer=accepted"):
        assert words in plain(nadia.text)
        assert words in plain(nadia.html)
    assert hugo.html.count("font:bold 17px/46px") == 1  # one main button


# Done, over, or none of his business


def nadia_answers(meeting, club):
    invitation_of(meeting.id, club.nadia).give(Answer.declined, at=now(), via=Via.phone, by=None)


def hugo_hands_in(meeting, club):
    a_problem(meeting, ProblemState.submitted)


def nadia_leaves(meeting, club):
    membership_of(club.nadia).leave()


def nadia_pauses(meeting, club):
    membership_of(club.nadia).state = MembershipState.paused


def hugo_keeps_her_out(meeting, club):
    meeting.exclude(membership_of(club.nadia).company_id, meeting.host.person, now())


def her_account_is_shut(meeting, club):
    db.session.get_one(Person, club.nadia).is_closed = True


def she_is_withdrawn(meeting, club):
    invitation_of(meeting.id, club.nadia).withdraw(now())


def membership_of(person):
    return db.session.scalars(db.select(Membership).filter_by(person_id=person)).one()


@pytest.mark.parametrize(
    "act",
    [
        nadia_answers,
        nadia_leaves,
        nadia_pauses,
        hugo_keeps_her_out,
        her_account_is_shut,
        she_is_withdrawn,
    ],
)
def test_nadia_is_asked_no_more(the_day, meeting, club, act):
    the_day.move_to(at(-22))
    act(meeting, club)
    db.session.commit()
    assert all("nadia" not in day for day in live(the_day, EVERY_STEP).values())


def test_what_is_handed_in_is_asked_for_no_more_until_it_comes_back(the_day, meeting, club):
    the_day.move_to(at(-22))
    hugo_hands_in(meeting, club)
    db.session.commit()
    assert not any("problem" in each for each in _kinds(live(the_day, range(-21, -12))))
    meeting.problem.state = ProblemState.to_complete
    db.session.commit()
    assert live(the_day, [-10])[-10]["hugo"] == "problem_late"


def _kinds(life):
    return {kind for day in life.values() for kind in day.values()}


@pytest.mark.parametrize("state", [MeetingState.cancelled, MeetingState.postponed, MeetingState.idea])
def test_of_a_meeting_that_does_not_take_place_nobody_hears(the_day, meeting, state):
    meeting.state = state
    db.session.commit()
    assert live(the_day, EVERY_STEP) == {}


def test_before_the_go_nobody_hears_anything(the_day, meeting):
    meeting.released_at = None
    db.session.commit()
    assert live(the_day, EVERY_STEP) == {}


def test_a_late_go_is_followed_by_the_newest_letter_alone(the_day, meeting):
    """Nobody is asked again on the day after he was first asked; the host hears what he has to do."""
    meeting.released_at = None
    db.session.query(Letter).delete()
    for invitation in meeting.invitations:
        invitation.copies.clear()
    acts = {-20: lambda: meeting.release(now())}
    db.session.commit()
    assert live(the_day, range(-46, -9), acts) == {
        -17: {"hugo": "go_on"},  # Monday: the "go" was given on a Friday
        -14: {"hugo": "problem_due"},
        -10: {"claire": "call", "hugo": "problem_late", "nadia": "ask_last"},
    }


def test_a_new_date_counts_anew_and_asks_nobody_twice_in_a_row(the_day, meeting):
    live(the_day, range(-46, -29))
    meeting.move(at(7, "14:00"), at(7, "18:00"))
    db.session.commit()
    life = live(the_day, range(-30, -13))
    assert [day for day, each in life.items() if "nadia" in each] == [-23, -14]
    assert life[-23]["marc"] == "ask"  # his answer was about the date before


def test_a_host_who_does_not_answer_anew_is_called_and_hears_of_the_day(the_day, meeting, club):
    invitation_of(meeting.id, club.hugo).give(Answer.accepted, at=now(), via=Via.web, by=None)
    invitation_of(meeting.id, club.nadia).give(Answer.declined, at=now(), via=Via.web, by=None)
    db.session.commit()
    the_day.move_to(at(-12))
    assert "claire" not in told(carry())
    meeting.note_new_place()
    for guest in (club.marc, club.nadia):
        invitation_of(meeting.id, guest).give(Answer.declined, at=now(), via=Via.web, by=None)
    db.session.commit()
    assert [each.person.id for each in silent_in(meeting)] == [club.hugo]
    the_day.move_to(at(-10))
    call = next(each for each in carry() if each.kind == "call")
    assert "Hugo" in call.text
    assert live(the_day, (-3, 0))[0] == {"hugo": "today"}


def test_the_host_is_counted_apart(the_day, meeting, club):
    """Marc comes, nadia is silent, hugo has answered nothing: he receives."""
    the_day.move_to(at(-7))
    decide = next(each for each in carry() if each.kind == "decide")
    assert "1 vient, 1 sans réponse, et l’hôte" in plain(decide.text)


def test_a_letter_that_no_worker_wrote_leaves_late_while_it_is_true(the_day, meeting):
    the_day.move_to(at(-24))
    assert told(carry()) == {"hugo": "open_problem", "nadia": "ask"}
    the_day.move_to(at(-2))
    assert "nadia" not in told(carry())  # a last request is no use now


# When


@pytest.mark.parametrize(
    ("days", "hour", "may_leave"),
    [
        (-21, "07:29", False),
        (-21, "07:30", True),
        (-21, "18:29", True),
        (-21, "18:30", False),
        (-19, "10:00", False),  # Saturday
        (-17, "07:30", True),
    ],
)
def test_letters_wait_for_working_hours(the_day, meeting, days, hour, may_leave):
    the_day.move_to(at(days, hour))
    assert bool(carry()) is may_leave


def test_what_fell_due_on_easter_leaves_on_tuesday_at_half_past_seven_summer_time(the_day, meeting):
    meeting.starts_at, meeting.ends_at = (at(31, hour) for hour in ("14:00", "18:00"))  # D-21 is Easter Sunday
    db.session.commit()
    carry()
    for day, hour in ((10, "10:00"), (11, "10:00"), (12, "07:29")):
        the_day.move_to(at(day, hour))
        assert "nadia" not in told(carry())
    the_day.move_to(at(12, "07:30"))
    assert now().hour == 5
    assert told(carry())["nadia"] in ("ask", "ask_again")


def test_each_is_written_once(the_day, meeting):
    the_day.move_to(at(-21))
    assert len(carry()) == 2
    assert carry() == []
    the_day.move_to(at(-20))
    assert carry() == []


# Together


def test_two_clubs_make_one_letter_a_day_in_the_readers_language(the_day, meeting, club):
    """And no facilitator looks into it: half of it is the other club's business."""
    marc = db.session.get_one(Person, club.marc)
    marc.language = Language.en
    other = a_club("autre-club")
    other.name = "Club Voisin"
    host = a_member(other, a_person("bruno"), a_company(other.organisation, "Fonderie Lauzière"))
    a_member(other, marc, a_company(other.organisation, "Ateliers Bis"))
    db.session.flush()
    theirs = a_meeting(other, host, [marc])
    theirs.starts_at, theirs.ends_at = at(9, "09:00"), at(9, "12:00")
    db.session.commit()
    carry()
    the_day.move_to(at(-1))
    (letter,) = (each for each in carry() if each.to_address == "marc@bourse.example")
    assert plain(letter.subject) == "Come tomorrow at 2 pm to Décolletage Bouquetin"
    assert "Please answer one last time" in letter.text
    assert "Club Voisin" in letter.html
    assert "Club Voisin" in letter.text
    assert "Fonderie Lauzière" in letter.html
    assert letter.about == f"person:{club.marc}"
    the_day.move_to(at(-1, "15:00"))
    theirs.move(at(8, "09:00"), at(8, "12:00"))
    db.session.commit()
    assert told(carry()).get("marc") is None


# What has not left yet


def test_who_answers_while_the_mail_server_is_away_is_not_asked(the_day, meeting, club):
    the_day.move_to(at(-21))
    write_reminders(now())
    db.session.commit()
    nadia_answers(meeting, club)
    db.session.commit()
    write_reminders(now())
    db.session.commit()
    states = {each.to_address: each.state for each in by_rule()}
    assert states == {"hugo@bourse.example": LetterState.planned, "nadia@bourse.example": LetterState.skipped}


def test_what_could_not_leave_by_the_evening_is_written_anew_in_the_morning(the_day, meeting):
    the_day.move_to(at(-21, "18:20"))
    write_reminders(now())
    db.session.commit()
    the_day.move_to(at(-21, "18:40"))
    assert carry() == []
    assert db.session.scalar(db.select(db.func.count(Told.id))) == 0
    the_day.move_to(at(-20))
    assert told(carry()) == {"hugo": "go_on", "nadia": "ask_again"}


def put_off(letter):
    """The mail server said: not now."""
    letter.attempts, letter.due_at = 1, now() + timedelta(minutes=3)
    db.session.commit()


def a_second_meeting(club):
    """Of the same club, a week later, with nadia and marc; the "go" is given."""
    ours = db.session.get_one(Meeting, club.meeting).club
    rosa = a_member(ours, a_person("rosa"), a_company(ours.organisation, "Génépi Industrie"))
    db.session.flush()
    second = a_meeting(ours, rosa, [db.session.get_one(Person, each) for each in (club.nadia, club.marc)])
    second.number, second.starts_at, second.ends_at = 7, at(7, "14:00"), at(7, "18:00")
    db.session.commit()
    carry()
    return second


def test_a_letter_that_was_put_off_is_taken_back_when_it_is_no_longer_true(the_day, meeting, club):
    the_day.move_to(at(-21))
    write_reminders(now())
    (asked,) = (each for each in by_rule() if each.to_address == "nadia@bourse.example")
    put_off(asked)
    nadia_answers(meeting, club)
    db.session.commit()
    write_reminders(now())
    assert asked.state is LetterState.skipped


def test_a_letter_that_waits_is_written_anew_when_its_words_no_longer_hold(the_day, meeting, club):
    meeting.title = "Un titre que l'hôte avait coché"
    db.session.commit()
    carry()
    the_day.move_to(at(-1))
    write_reminders(now())
    db.session.commit()
    meeting.title = ""
    db.session.commit()
    (come,) = (each for each in carry() if each.kind == "come")
    assert "Un titre que" not in come.text


def test_a_letter_that_is_held_stays_as_it_is(the_day, meeting):
    the_day.move_to(at(-21))
    write_reminders(now())
    for letter in by_rule():
        letter.hold()
    db.session.commit()
    the_day.move_to(at(-20))
    assert carry() == []
    the_day.move_to(at(-20, "22:00"))
    for letter in by_rule():
        assert still_says(letter, now())
        letter.let_go()
        hand_over(letter)
    assert told(carry()) == {"hugo": "go_on", "nadia": "ask_again"}  # who lets it go decides when


def test_what_was_held_is_compared_with_every_meeting_that_it_tells_of(the_day, meeting, club):
    second = a_second_meeting(club)
    the_day.move_to(at(-21))
    write_reminders(now())
    (both,) = (each for each in by_rule() if each.to_address == "nadia@bourse.example" and each.sent_at is None)
    assert second.company.name in both.text
    assert meeting.company.name in both.text
    both.hold()
    db.session.commit()
    assert still_says(both, now())
    company = next(each.company_id for each in second.club.memberships if each.person_id == club.nadia)
    second.exclude(company, by=second.host.person, at=now())
    db.session.commit()
    assert not still_says(both, now())


# After


@pytest.mark.parametrize(
    ("readers", "told_to"),
    [(Readers.attending, {"marc"}), (Readers.club, {"marc", "nadia"}), (Readers.host, set())],
)
def test_the_outcome_is_announced_to_its_readers_alone(the_day, meeting, readers, told_to):
    an_outcome(meeting, readers)
    for invitation in meeting.invitations:
        invitation.presence = Presence.present if invitation.is_attending else Presence.absent
    db.session.commit()
    the_day.move_to(at(4))
    letters = carry()
    assert {each for each, kind in told(letters).items() if kind == "read_outcome"} == told_to
    assert {letter.to_address for letter in letters if "Merci de votre venue" in letter.text} <= {"marc@bourse.example"}


def test_a_guest_hears_how_to_come_and_nothing_of_the_outcome(the_day, meeting, club):
    guest = a_person("gaston")
    guest_of_today = meeting.invite_guest(guest, by=meeting.host.person).invitation
    db.session.flush()
    guest_of_today.give(Answer.accepted, at=now(), via=Via.web, by=guest)
    db.session.commit()
    carry()
    the_day.move_to(at(-1))
    way = next(letter for letter in carry() if letter.to_address == "gaston@bourse.example")
    assert way.kind == "come"
    assert "vous invite à cette rencontre" in way.text
    assert "comme membre" not in way.text
    an_outcome(meeting, Readers.club)
    db.session.commit()
    the_day.move_to(at(4))
    assert "gaston" not in told(carry())


def test_the_host_is_asked_to_close_until_he_has(the_day, meeting):
    assert live(the_day, range(1, 12)) == {1: {"hugo": "close_outcome"}}


def test_a_promise_made_later_has_three_days_of_its_own(the_day, meeting, club):
    an_outcome(meeting)
    the_day.move_to(at(4))
    carry()
    a_promise(meeting, club.marc, first_step="Appeler")
    db.session.commit()
    assert live(the_day, range(5, 30)) == {7: {"marc": "first_step"}}


def test_the_host_before_prepares_two_minutes(the_day, meeting, club):
    the_day.move_to(at(1))
    marc = membership_of(club.marc)
    people = [each.person for each in db.session.get_one(Club, club.club).memberships if each.role is Role.member]
    coming = a_meeting(db.session.get_one(Club, club.club), marc, people)
    coming.starts_at, coming.ends_at = at(35, "14:00"), at(35, "18:00")
    db.session.flush()
    invitation_of(coming.id, club.hugo).give(Answer.accepted, at=now(), via=Via.web, by=None)
    an_outcome(meeting)
    db.session.commit()
    carry()
    assert live(the_day, [30, 32])[32]["hugo"] == "prepare_story"  # five days before is a Saturday


# Switches, foresight, cost


def test_what_the_club_switches_off_does_not_leave(the_day, meeting, club):
    db.session.get_one(Club, club.club).rules = [rule for rule in Rule if rule != Rule.ask_again]
    db.session.commit()
    the_day.move_to(at(-21))
    assert told(carry()) == {"hugo": "go_on"}


def test_what_is_foreseen_is_what_leaves(the_day, meeting, club):
    the_day.move_to(at(-22))
    carry()
    rows = foreseen(db.session.get_one(Club, club.club), now())
    expected: dict[int, dict[str, str]] = defaultdict(dict)
    for row in rows:
        expected[(row.at.date() - D).days].setdefault(row.person.email.split("@")[0], row.rule.value)
    assert all(row.at > now() and row.meeting is meeting and row.subject for row in rows)
    assert live(the_day, range(-21, -7)) == dict(expected)
    said = "".join(letter.text for letter in by_rule())
    assert all(row.subject in said for row in rows)


def questions(act):
    with counted() as sent:
        act()
    return len([each for each in sent if each.startswith("SELECT")])


def test_a_look_takes_few_questions_however_big_the_clubs(the_day, app):
    """Also while letters are written."""
    counts = []
    for members in (10, 60):
        grow(members)
        db.session.commit()
        the_day.shift(timedelta(days=1))
        write_calendar_letters(now())
        db.session.commit()
        db.session.expunge_all()
        writing = questions(lambda: write_reminders(now()))
        assert db.session.scalar(db.select(db.func.count(Told.id))) > 0
        db.session.commit()
        db.session.expunge_all()
        counts.append((writing, questions(lambda: write_reminders(now()))))
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 12


def test_at_night_a_look_asks_for_the_clubs_and_what_waits(the_day, meeting):
    the_day.move_to(at(-21, "22:00"))
    assert questions(lambda: write_reminders(now())) <= 2
