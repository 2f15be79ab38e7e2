"""What was expected and who came, as the rows tell it and as the facilitator reads it."""

from datetime import timedelta

import pytest

from bourse.clock import now
from bourse.clubs.models import Club
from bourse.db import db
from bourse.meetings.models import Answer, Meeting, MeetingState, Presence, Season, SeasonState, Via
from bourse.people.models import Person
from bourse.planning.past_facts import held_by
from bourse.planning.propose import propose
from bourse.planning.season_facts import season_facts
from bourse.planning.turn_facts import turns_before
from tests.cast import a_meeting, invitation_of
from tests.planning.season import a_plan, a_season_asked, a_wish


@pytest.fixture
def database_url(either_database):
    return either_database


@pytest.fixture
def ours(app, club):
    return db.session.get_one(Club, club.club)


@pytest.fixture
def people(ours):
    return {each.person.given_name: each for each in ours.memberships}


@pytest.fixture
def held(ours, people):
    """`held(days, "Marc", Marc="yes", …)`: a meeting so many days ago at marc's; each said and did what is told."""

    def hold(days: int, host: str, came: str, **answers: str) -> Meeting:
        guests = [people[name].person for name in ("Hugo", "Marc", "Nadia")]
        meeting = a_meeting(ours, people[host], guests, days=-days)
        db.session.flush()
        for invitation in meeting.invitations:
            name = invitation.person.given_name
            if name in answers:
                invitation.give(Answer(answers[name]), at=meeting.starts_at, via=Via.web, by=None)
            invitation.presence = Presence.present if name in came.split() else Presence.absent
        db.session.flush()
        return meeting

    return hold


def published(client, season, by):
    """The season with a plan that the facilitator has published."""
    season.length = 3
    proposal = a_plan(season, by)
    db.session.commit()
    data = {"proposal": str(proposal.number), "version": "0"}
    assert client.post(f"/planning/seasons/{season.id}/publish", data=data).status_code == 302
    db.session.expire_all()
    return season.meetings


def tick(meeting, *came):
    for invitation in meeting.invitations:
        invitation.presence = Presence.present if invitation.person.given_name in came else Presence.absent
    db.session.commit()


def test_a_forecast_is_that_of_the_plan_on_the_day_it_was_published(client, club, visit, ours, people):
    season = a_season_asked(ours)
    for name in ("Hugo", "Marc", "Nadia"):
        a_wish(season, people[name], weekdays="UUUYUUU")
    db.session.commit()
    meetings = published(visit(client, "claire"), season, db.session.get_one(Person, club.claire))
    first, second, last = (db.session.get_one(Meeting, each.id) for each in meetings)
    later = last.ends_at + timedelta(days=1)
    tick(first, "Hugo", "Marc")
    invitation_of(first.id, club.marc).give(Answer.declined, at=first.starts_at, via=Via.web, by=None)
    invitation_of(first.id, club.nadia).withdraw(first.starts_at)
    tick(second, "Marc")
    second.move(second.starts_at + timedelta(days=1), second.ends_at + timedelta(days=1))
    db.session.commit()
    told, moved = held_by(ours, later)  # of the last one nobody has noted who came
    assert (told.id, moved.id) == (first.id, second.id)
    assert told.expected is not None
    assert set(told.expected) == {people["Hugo"].id, people["Marc"].id}  # nadia was invited no more
    assert told.answers[people["Marc"].id] == "Y"  # what he had said when it was published
    assert {told.expected[each] for each in told.expected.keys() - told.at_home} <= {95}
    assert (moved.expected, set(moved.answers.values())) == (None, {"U"})  # no plan knew of that day
    assert held_by(ours, first.starts_at) == []


def test_the_next_plan_counts_each_member_by_what_he_did(club, ours, people, held):
    for number in range(8):
        held(20 * number + 20, "Hugo", "Hugo Marc", Hugo="accepted", Marc="accepted", Nadia="accepted")
    waits = held(5, "Hugo", "Hugo Marc", Marc="tentative", Nadia="waiting")
    cancelled = held(3, "Hugo", "Hugo Nadia", Nadia="accepted")
    cancelled.state = MeetingState.cancelled
    season = a_season_asked(ours)
    db.session.commit()
    found = held_by(ours, now())
    assert [each.id for each in found][-1] == waits.id
    assert found[-1].answers == {people["Hugo"].id: "U", people["Marc"].id: "M"}  # nadia found no seat
    assert found[-1].missed == {people["Nadia"].id}
    document = propose(season, db.session.get_one(Person, club.claire), now()).document
    chances = {each["id"]: each["chances"] for each in document["clubs"][0]["members"]}
    assert document["p"]["Y"] == round((95 * 10 + 100 * 8) / 26)
    assert chances[str(people["Nadia"].id)]["Y"] < 35
    assert chances[str(people["Marc"].id)]["Y"] > 85
    assert chances[str(people["Hugo"].id)]["Y"] == document["p"]["Y"]  # he was always at home
    db.session.rollback()


def test_the_facilitator_compares_what_was_expected_with_who_came(client, club, visit, ours, held):
    page = visit(client, "claire").get(f"/planning/clubs/{ours.slug}/past").text
    assert "Rien à comparer pour l’instant" in page
    for days in (60, 30):
        held(days, "Hugo", "Hugo Marc", Marc="accepted", Nadia="declined")
    db.session.commit()
    page = client.get(f"/planning/clubs/{ours.slug}/past").text.replace("\u00a0", " ")
    assert "2 rencontres sur 2" in page
    assert page.count("d’après les réponses") == 2
    assert page.count("2 sur 3") == 2
    assert "pas encore d’histoire" in page  # hugo's: he was at home
    for name in ("marc", "odile", "stranger"):
        visit(client, name)
        assert client.get(f"/planning/clubs/{ours.slug}/past").status_code == 404
        assert client.get(f"/planning/clubs/{ours.slug}/fairness").status_code == 404


def test_the_facilitator_reads_who_received_when_and_who_missed_what(client, visit, ours, held):
    address = f"/planning/clubs/{ours.slug}/fairness"
    for days in (90, 60, 30):
        held(days, "Marc", "Hugo Marc", Marc="accepted")
    held(600, "Nadia", "Nadia Marc").season = None
    db.session.commit()
    page = visit(client, "claire").get(address).text.replace("\u00a0", " ")
    assert "Toutes les entreprises du club ont reçu." in page
    assert "1 membre a manqué plus de 40 % des rencontres." in page
    assert "attend depuis 1 saison" in page  # nadia's, who received before the house had seasons
    assert page.count("a eu son tour") == 4  # marc did; hugo will: by company, and by member
    assert "3 sur 4" in page


def test_waiting_counts_seasons_that_took_place_and_meetings_of_none(ours, people, held):
    season = a_season_asked(ours)
    given_up = Season(club=ours, name="Jamais tenue", length=3, state=SeasonState.draft)
    given_up.starts_on, given_up.ends_on = season.starts_on - timedelta(10), season.starts_on - timedelta(1)
    db.session.add(given_up)
    held(400, "Marc", "Marc").season = None
    held(900, "Nadia", "Nadia").season = None
    postponed = held(20, "Nadia", "Nadia")
    postponed.state = MeetingState.postponed
    db.session.commit()
    waited = {each.membership: each.waited for each in season_facts(season, now()).hosts}
    # Hugo receives in the season that runs; the two others in the years before there were seasons.
    assert waited == {people["Hugo"].id: 0, people["Marc"].id: 1, people["Nadia"].id: 2}
    assert given_up.name not in {turn.name for turn in turns_before(season)}
