"""A club that is not in Paris: whoever reads, its dates are told on its own clocks."""

import pytest

from bourse.clubs.models import Club
from bourse.db import db
from bourse.meetings.letters import answer_url
from bourse.meetings.models import Meeting
from bourse.people.models import Language, Person
from bourse.words import capital, clock_name, day, hour, on_the_clock_of, zone_in_sight
from tests.cast import a_club, a_company, a_meeting, a_member, invitation_of
from tests.meetings.parsers import READERS
from tests.meetings.test_views import calendar_of, carry

# The same afternoon of the cast.
HERE, THERE = "14\u00a0h\u00a0–\u2060\u00a018\u00a0h", "8\u00a0h\u00a0–\u2060\u00a012\u00a0h"


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


@pytest.fixture
def montreal(app, club):
    with app.app_context():
        db.session.get_one(Club, club.club).timezone = "America/Montreal"
        db.session.commit()
    return club


@pytest.mark.parametrize("path", ["/", "/meetings/{meeting}", "/meetings/{meeting}/release"])
def test_its_pages_tell_its_own_hours(montreal, client, visit, path):
    visit(client, "claire" if path.endswith("release") else "marc")
    page = client.get(path.format_map(vars(montreal))).text
    assert THERE in page
    assert HERE not in page


def test_its_letters_and_the_page_of_their_link_tell_its_own_hours(app, montreal, client, smtp):
    with app.app_context():
        db.session.get_one(Person, montreal.nadia).language = Language.en
        db.session.commit()
        link = answer_url(invitation_of(montreal.meeting, montreal.marc)).removeprefix("http://localhost")
    mails = {mail["To"].addresses[0].username: mail for mail in carry(app, smtp)}
    assert f"{THERE} (heure de Montreal)" in mails["marc"].get_body(("plain",)).get_content()
    assert "8\u00a0am\u00a0–\u2060\u00a012\u00a0pm (Montreal time)" in mails["nadia"].get_body(("plain",)).get_content()
    assert THERE in mails["marc"].get_body(("html",)).get_content()
    assert THERE in client.get(link).text


@pytest.mark.parametrize("reader", READERS)
def test_its_invitations_are_read_at_the_right_instant(app, montreal, smtp, reader):
    text = calendar_of(carry(app, smtp)[0]).replace("\r\n", "\n").replace("\n", "\r\n")
    assert "VTIMEZONE" not in text
    with app.app_context():
        starts_at = db.session.get_one(Meeting, montreal.meeting).starts_at
    assert READERS[reader](text.encode()).starts_at == starts_at


def test_who_is_in_two_clubs_reads_each_on_its_own_clocks(app, montreal, client, visit):
    with app.app_context():
        other = a_club("club-de-paris")
        marc = db.session.get_one(Person, montreal.marc)
        host = a_member(other, marc, a_company(other.organisation, "Ateliers Gentiane, Paris"))
        db.session.flush()
        late = a_meeting(other, host, [marc], days=20)
        late.starts_at, late.ends_at = late.starts_at.replace(hour=22), late.starts_at.replace(hour=23)
        there = db.session.get_one(Meeting, montreal.meeting)
        there.starts_at, there.ends_at = there.starts_at.replace(hour=2), there.starts_at.replace(hour=3)
        db.session.commit()
        days = [day(meeting.starts_at, zone=meeting.club.zone, to="fr") for meeting in (late, there)]
    page = visit(client, "marc").get("/meetings/").text
    assert all(capital(each) in page for each in days)


def test_a_zone_is_in_sight_for_as_long_as_one_speaks_of_its_club(app, club):
    with app.app_context():
        at = db.session.get_one(Meeting, club.meeting).starts_at
        with on_the_clock_of("America/Montreal"):
            with on_the_clock_of("Indian/Reunion"):
                assert clock_name(to="fr") == "heure de La Réunion"
            assert (hour(at, to="fr"), hour(at, to="en")) == ("8\u00a0h", "8\u00a0am")
        assert (hour(at, to="fr"), zone_in_sight().key) == ("14\u00a0h", "Europe/Paris")
