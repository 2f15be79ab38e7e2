"""The facilitator's signals."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bourse.board.models import Board, IdeaState, Phase
from bourse.db import db
from bourse.meetings.models import Meeting
from bourse.people.models import AuditEvent
from tests.board.on_the_day import hold, idea_of, jot


@pytest.fixture
def somebody(app, visit):
    return lambda name: visit(app.test_client(), name)


@pytest.fixture
def claire(club, somebody):
    hold(club)
    return somebody("claire")


@pytest.fixture
def marc(somebody):
    return somebody("marc")


def board() -> Board:
    return db.session.scalars(db.select(Board)).one()


def test_everybody_reads_the_agenda_on_the_meetings_page(club, somebody):
    for name in ("claire", "hugo", "marc", "nadia", "odile"):
        assert "Coups de main" in somebody(name).get(f"/meetings/{club.meeting}").text


def test_opening_the_writing_twice_makes_one_board(claire, club):
    with ThreadPoolExecutor(5) as presses:
        answers = presses.map(lambda _: claire.post(f"/agenda/{club.meeting}/write").status_code, range(5))
    assert list(answers) == [302] * 5
    assert board().phase is Phase.writing


def test_the_facilitator_reads_counts_and_no_words(claire, marc, club):
    claire.post(f"/agenda/{club.meeting}/write")
    jot(marc, club, "canari")
    jot(marc, club, "canari encore")
    page = claire.get(f"/agenda/{club.meeting}").text
    assert "2\u00a0cartes, 1\u00a0personne sur 3 a écrit" in page
    assert "canari" not in page


def test_revealing_asks_first(claire, marc, club):
    claire.post(f"/agenda/{club.meeting}/write")
    jot(marc, club, "filmer")
    assert "pas recacher les cartes" in claire.get(f"/agenda/{club.meeting}/reveal").text
    assert idea_of("filmer").state is IdeaState.private


def test_reopened_writing_keeps_shown_cards_shown_and_new_ones_private(claire, marc, club, somebody):
    claire.post(f"/agenda/{club.meeting}/write")
    jot(marc, club, "première")
    claire.post(f"/agenda/{club.meeting}/reveal")
    claire.post(f"/agenda/{club.meeting}/write")
    jot(marc, club, "seconde")
    page = somebody("nadia").get(f"/board/{club.meeting}").text
    assert "première" in page
    assert "seconde" not in page


def test_a_card_that_comes_late_waits_for_the_next_reveal(claire, marc, club):
    claire.post(f"/agenda/{club.meeting}/write")
    claire.post(f"/agenda/{club.meeting}/reveal")
    jot(marc, club, "du parking")
    assert idea_of("du parking").state is IdeaState.private
    assert "1\u00a0carte est arrivée depuis" in claire.get(f"/agenda/{club.meeting}").text


@pytest.mark.parametrize("name", ["hugo", "marc", "odile", "stranger"])
@pytest.mark.parametrize("signal", ["write", "reveal"])
def test_only_the_facilitator_gives_a_signal(club, claire, somebody, name, signal):
    claire.post(f"/agenda/{club.meeting}/write")
    assert somebody(name).post(f"/agenda/{club.meeting}/{signal}").status_code == 404
    assert somebody(name).get(f"/agenda/{club.meeting}").status_code == 404
    assert board().phase is Phase.writing


def test_nothing_is_written_at_a_cancelled_meeting(claire, club):
    db.session.get_one(Meeting, club.meeting).cancel()
    assert claire.post(f"/agenda/{club.meeting}/write").status_code == 404


def test_signals_leave_traces(claire, club):
    claire.post(f"/agenda/{club.meeting}/write")
    claire.post(f"/agenda/{club.meeting}/reveal")
    acts = db.session.scalars(db.select(AuditEvent.act).filter_by(person_id=club.claire).order_by(AuditEvent.id)).all()
    assert acts == ["open_writing", "reveal"]
