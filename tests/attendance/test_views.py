"""Who came."""

import pytest

from bourse.db import db
from bourse.meetings.models import Meeting, Presence
from bourse.people.models import AuditEvent
from tests.board.on_the_day import hold
from tests.cast import invitation_of


@pytest.fixture
def database_url(either_database):
    return either_database


@pytest.fixture
def claire(app, club, visit):
    hold(club)
    return visit(app.test_client(), "claire")


def ticks(club, **people):
    return {f"presence-{invitation_of(club.meeting, getattr(club, name)).id}": how for name, how in people.items()}


def test_nothing_is_assumed_of_who_was_not_ticked(claire, club):
    claire.post(f"/attendance/{club.meeting}", data=ticks(club, marc="present", hugo="excused"))
    assert invitation_of(club.meeting, club.marc).presence is Presence.present
    assert invitation_of(club.meeting, club.hugo).presence is Presence.excused
    assert invitation_of(club.meeting, club.nadia).presence is None


def test_saving_twice_notes_once(claire, club):
    for _ in range(2):
        claire.post(f"/attendance/{club.meeting}", data=ticks(club, marc="present"))
    assert len(db.session.scalars(db.select(AuditEvent).filter_by(act="tick")).all()) == 1


def test_a_word_that_is_no_presence_is_passed_over(claire, club):
    claire.post(f"/attendance/{club.meeting}", data=ticks(club, marc="asleep"))
    assert invitation_of(club.meeting, club.marc).presence is None


def test_the_office_reads_and_does_not_tick(app, claire, club, visit):
    claire.post(f"/attendance/{club.meeting}", data=ticks(club, marc="present"))
    odile = visit(app.test_client(), "odile")
    page = odile.get(f"/attendance/{club.meeting}").text
    assert "Exemple Marc" in page
    assert "<form method" not in page.split("<main")[1].split("</main>")[0]
    assert odile.post(f"/attendance/{club.meeting}", data=ticks(club, marc="absent")).status_code == 404


@pytest.mark.parametrize("name", ["hugo", "marc", "stranger"])
def test_others_see_their_own_presence_only(app, claire, club, visit, name):
    claire.post(f"/attendance/{club.meeting}", data=ticks(club, marc="present"))
    client = visit(app.test_client(), name)
    assert client.get(f"/attendance/{club.meeting}").status_code == 404
    assert ("Vous étiez là" in client.get(f"/meetings/{club.meeting}").text) is (name == "marc")


def test_nobody_is_ticked_before_the_day(app, club, visit):
    claire = visit(app.test_client(), "claire")
    assert claire.post(f"/attendance/{club.meeting}", data=ticks(club, marc="present")).status_code == 404
    assert "presence-" not in claire.get(f"/attendance/{club.meeting}").text


def test_before_the_invitations_leave_the_office_sees_no_guest_list(app, club, visit):
    db.session.get_one(Meeting, club.meeting).released_at = None
    db.session.commit()
    assert visit(app.test_client(), "odile").get(f"/attendance/{club.meeting}").status_code == 404
    assert visit(app.test_client(), "claire").get(f"/attendance/{club.meeting}").status_code == 200
