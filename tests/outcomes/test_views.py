"""From the cards to the promises, and who reads them."""

import re
from datetime import timedelta

import pytest

from bourse.board.models import Board, IdeaState, Phase
from bourse.clock import now
from bourse.clubs.models import Membership
from bourse.db import db
from bourse.meetings.models import Answer, Meeting, MeetingState, Via
from bourse.outcomes.models import Commitment, CommitmentState, Outcome
from bourse.people.models import AuditEvent
from tests.board.on_the_day import hold, idea_of, jot
from tests.cast import invitation_of


@pytest.fixture
def database_url(either_database):
    return either_database


EVERYBODY = ("claire", "hugo", "marc", "nadia", "odile", "stranger")


@pytest.fixture
def browsers(app, club, visit):
    """Everybody's browser, after the reveal of two cards by marc and one by nadia."""
    hold(club)
    browsers = {name: visit(app.test_client(), name) for name in EVERYBODY}
    browsers["claire"].post(f"/agenda/{club.meeting}/write")
    for name, text in (("marc", "filmer"), ("marc", "dessiner"), ("nadia", "appeler")):
        jot(browsers[name], club, text)
    browsers["claire"].post(f"/agenda/{club.meeting}/reveal")
    return browsers


def press(client, text, act):
    return client.post(f"/outcomes/ideas/{idea_of(text).id}", data={"act": act})


def write(client, club, synthesis="deux pistes", readers="attending", version=1, **more):
    data = {"synthesis": synthesis, "readers": readers, "version": version, **more}
    return client.post(f"/outcomes/{club.meeting}/write", data=data)


def promise(client, club, text="appeler Paul", key="k", days=20, **more):
    due_on = (now() + timedelta(days=days)).date().isoformat()
    data = {"text": text, "client_key": key, "due_on": due_on, "first_step": "demain", **more}
    return client.post(f"/outcomes/{club.meeting}/commitments", data=data)


def outcome() -> Outcome:
    return db.session.scalars(db.select(Outcome)).one()


def taken() -> Commitment:
    return db.session.scalars(db.select(Commitment)).one()


def readers_of(browsers, club, word):
    return [name for name, client in browsers.items() if word in client.get(f"/outcomes/{club.meeting}").text]


def nadia_stays_home(club):
    invitation_of(club.meeting, club.nadia).give(Answer.declined, at=now(), via=Via.web, by=None)
    db.session.commit()


def test_a_day_that_is_none_is_asked_for_again(browsers, club):
    for odd in ("x", "", "9999-12-31", "0001-01-01"):
        answer = promise(browsers["hugo"], club, due_on=odd)
        assert answer.status_code == 200
        assert "Indiquez une date, comme 12/03/2027." in answer.text
    assert not db.session.scalars(db.select(Commitment)).all()


def test_the_host_keeps_two_ideas_in_his_order(browsers, club):
    for text, act in (("filmer", "keep"), ("appeler", "keep"), ("appeler", "up"), ("dessiner", "set_aside")):
        press(browsers["hugo"], text, act)
    board = db.session.scalars(db.select(Board)).one()
    assert [(idea.text, idea.rank) for idea in board.kept] == [("appeler", 1), ("filmer", 2)]
    assert idea_of("dessiner").state is IdeaState.set_aside


def test_an_idea_given_back_leaves_no_hole_in_the_order(browsers, club):
    for text, act in (("filmer", "keep"), ("appeler", "keep"), ("filmer", "release")):
        press(browsers["hugo"], text, act)
    assert idea_of("appeler").rank == 1
    assert (idea_of("filmer").state, idea_of("filmer").rank) == (IdeaState.revealed, None)


def test_a_card_that_nobody_saw_cannot_be_kept(browsers, club):
    jot(browsers["marc"], club, "du parking")
    assert press(browsers["hugo"], "du parking", "keep").status_code == 404
    assert "du parking" not in browsers["hugo"].get(f"/outcomes/{club.meeting}/ideas").text


@pytest.mark.parametrize("name", ["marc", "nadia", "odile", "stranger"])
def test_only_host_and_facilitator_choose_write_and_close(browsers, club, name):
    client = browsers[name]
    answers = [press(client, "filmer", "keep"), write(client, club), client.post(f"/outcomes/{club.meeting}/close")]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_of_two_writers_the_second_sees_both_texts(browsers, club):
    write(browsers["hugo"], club, "le texte de Hugo")
    answer = write(browsers["claire"], club, "le texte de Claire")
    assert answer.status_code == 409
    assert "le texte de Hugo" in answer.text
    assert "le texte de Claire" in answer.text
    assert outcome().synthesis == "le texte de Hugo"


def test_having_read_it_the_second_writer_saves(browsers, club):
    write(browsers["hugo"], club, "le texte de Hugo")
    write(browsers["claire"], club, "les deux", version=2)
    assert outcome().synthesis == "les deux"


def test_a_promise_taken_meanwhile_is_no_conflict(browsers, club):
    promise(browsers["marc"], club)
    assert write(browsers["hugo"], club).status_code == 302


@pytest.mark.parametrize(
    ("readers", "reading"),
    [
        ("attending", ["claire", "hugo", "marc"]),
        ("club", ["claire", "hugo", "marc", "nadia"]),
        ("host", ["claire", "hugo"]),
    ],
)
def test_after_the_close_it_is_read_as_the_host_decided(browsers, club, readers, reading):
    nadia_stays_home(club)
    write(browsers["hugo"], club, "canari", readers)
    assert readers_of(browsers, club, "canari") == ["claire", "hugo"]
    browsers["hugo"].post(f"/outcomes/{club.meeting}/close")
    assert readers_of(browsers, club, "canari") == reading


def test_the_office_knows_how_many_and_not_what(browsers, club):
    press(browsers["hugo"], "filmer", "keep")
    promise(browsers["marc"], club, "canari")
    browsers["hugo"].post(f"/outcomes/{club.meeting}/close")
    page = browsers["odile"].get(f"/meetings/{club.meeting}").text
    assert "1\u00a0idée gardée, 1\u00a0engagement." in page
    assert "canari" not in page + browsers["odile"].get("/outcomes/").text
    assert browsers["odile"].get(f"/outcomes/{club.meeting}").status_code == 404


def test_who_leaves_the_club_reads_nothing_from_that_day(browsers, club):
    promise(browsers["marc"], club)
    write(browsers["hugo"], club, "canari", "club")
    browsers["hugo"].post(f"/outcomes/{club.meeting}/close")
    db.session.scalars(db.select(Membership).filter_by(person_id=club.marc)).one().leave()
    assert browsers["marc"].get(f"/outcomes/{club.meeting}").status_code == 404
    assert browsers["marc"].get(f"/outcomes/commitments/{taken().id}").status_code == 404
    assert "appeler Paul" not in browsers["marc"].get("/outcomes/").text


def test_closing_asks_then_ends_the_board_and_reports_the_meeting(browsers, club):
    close = f"/outcomes/{club.meeting}/close"
    assert "Clore la rencontre\u202f?" in browsers["hugo"].get(close).text
    for _ in range(2):
        assert browsers["hugo"].post(close).status_code == 302
    assert db.session.get_one(Meeting, club.meeting).state is MeetingState.reported
    assert db.session.scalars(db.select(Board)).one().phase is Phase.closed
    assert len(db.session.scalars(db.select(AuditEvent).filter_by(act="close")).all()) == 1


def test_after_the_close_one_keeps_ones_own_cards_and_those_of_the_minutes(browsers, club):
    press(browsers["hugo"], "filmer", "keep")
    browsers["hugo"].post(f"/outcomes/{club.meeting}/close")
    page = browsers["nadia"].get(f"/board/{club.meeting}").text
    assert "filmer" in page  # kept
    assert "appeler" in page  # her own
    assert "dessiner" not in page


def test_all_cards_stay_if_the_host_wishes(browsers, club):
    write(browsers["hugo"], club, all_stay="y")
    browsers["hugo"].post(f"/outcomes/{club.meeting}/close")
    assert "dessiner" in browsers["nadia"].get(f"/board/{club.meeting}").text


def test_a_meeting_that_has_not_begun_is_not_closed(app, club, visit):
    hugo = visit(app.test_client(), "hugo")
    answer = hugo.post(f"/outcomes/{club.meeting}/close")
    assert answer.status_code == 409
    assert "pas encore commencé" in answer.text
    assert db.session.scalars(db.select(Outcome)).all() == []


def test_a_promise_is_taken_once_by_whoever_was_there(browsers, club):
    for _ in range(2):
        promise(browsers["marc"], club)
    assert (taken().person_id, taken().text, taken().first_step) == (club.marc, "appeler Paul", "demain")


@pytest.mark.parametrize(("name", "chosen"), [("hugo", "hugo"), ("claire", "hugo")])
def test_a_promise_is_noted_for_the_writer_unless_told_otherwise_else_for_the_host(browsers, club, name, chosen):
    page = browsers[name].get(f"/outcomes/{club.meeting}").text
    assert f'<option selected value="{getattr(club, chosen)}">' in page


def test_the_primary_button_is_what_is_still_undone(browsers, club):
    def primary():
        page = browsers["hugo"].get(f"/outcomes/{club.meeting}").text
        return re.findall(r'class="btn primary" href="[^"]*/(\w+)"', page)

    assert primary() == ["ideas"]
    press(browsers["hugo"], "filmer", "keep")
    assert primary() == ["write"]
    write(browsers["hugo"], club)
    assert primary() == ["close"]
    browsers["hugo"].post(f"/outcomes/{club.meeting}/close")
    assert primary() == []


def test_the_host_notes_a_promise_for_somebody_attending(browsers, club):
    promise(browsers["hugo"], club, person=club.marc)
    assert taken().person_id == club.marc


def test_nobody_promises_for_another(browsers, club):
    promise(browsers["marc"], club, person=club.nadia)
    assert taken().person_id == club.marc


def test_who_was_not_there_is_promised_for_by_nobody(browsers, club):
    nadia_stays_home(club)
    promise(browsers["hugo"], club, person=club.nadia)
    assert promise(browsers["nadia"], club).status_code == 404
    assert db.session.scalars(db.select(Commitment)).all() == []


def test_a_promise_for_yesterday_comes_back_with_a_sentence(browsers, club):
    answer = promise(browsers["marc"], club, "trop tard", days=-1)
    assert "Choisissez une date à partir du" in answer.text
    assert "trop tard" in answer.text


def test_before_the_close_others_do_not_read_my_promise(browsers, club):
    promise(browsers["marc"], club, "canari")
    assert readers_of(browsers, club, "canari") == ["claire", "hugo", "marc"]


def test_its_owner_says_where_a_promise_stands_in_one_press(browsers, club):
    promise(browsers["marc"], club)
    browsers["marc"].post(f"/outcomes/commitments/{taken().id}", data={"state": "done"})
    assert taken().state is CommitmentState.done
    assert taken().settled_at


def test_a_postponed_promise_takes_its_new_day(browsers, club):
    promise(browsers["marc"], club)
    news = {"state": "postponed", "due_on": "2099-01-15"}
    browsers["marc"].post(f"/outcomes/commitments/{taken().id}", data=news)
    assert (taken().state, taken().due_on.year, taken().settled_at) == (CommitmentState.postponed, 2099, None)


@pytest.mark.parametrize("name", ["claire", "hugo", "nadia", "odile", "stranger"])
def test_nobody_else_says_where_my_promise_stands(browsers, club, name):
    promise(browsers["marc"], club)
    url = f"/outcomes/commitments/{taken().id}"
    assert browsers[name].post(url, data={"state": "done"}).status_code == 404
    assert browsers[name].get(url).status_code == 404


def test_the_list_shows_my_promises_what_to_write_and_what_to_read(browsers, club):
    promise(browsers["marc"], club)
    assert "appeler Paul" in browsers["marc"].get("/outcomes/").text
    assert "À conclure" in browsers["hugo"].get("/outcomes/").text
    browsers["hugo"].post(f"/outcomes/{club.meeting}/close")
    assert "À conclure" not in browsers["hugo"].get("/outcomes/").text
    assert "Partagé le" in browsers["marc"].get("/outcomes/").text


def test_the_readers_see_the_ideas_in_order_with_the_hosts_remark(browsers, club):
    for text in ("appeler", "filmer"):
        press(browsers["hugo"], text, "keep")
    browsers["hugo"].post(f"/outcomes/ideas/{idea_of('filmer').id}/note", data={"note": "Dès lundi."})
    browsers["hugo"].post(f"/outcomes/{club.meeting}/close")
    page = browsers["marc"].get(f"/outcomes/{club.meeting}").text
    assert page.index("appeler") < page.index("filmer") < page.index("Dès lundi.")


def seen_by(client, club, text):
    """The state of a card as a telephone hears it, and whether its page marks it as kept."""
    cards = client.get(f"/board/{club.meeting}/since?revision=0").json["cards"]
    states = [card["state"] for card in cards if card["text"] == text]
    return states, 'data-state="kept"' in client.get(f"/board/{club.meeting}").text


def test_before_the_close_the_room_does_not_see_what_the_host_chooses(browsers, club):
    revision = browsers["nadia"].get(f"/board/{club.meeting}/since").json["revision"]
    press(browsers["hugo"], "filmer", "keep")
    press(browsers["hugo"], "dessiner", "set_aside")
    assert seen_by(browsers["claire"], club, "filmer") == (["kept"], True)
    for name in ("marc", "nadia"):
        assert seen_by(browsers[name], club, "filmer") == (["revealed"], False)
        assert seen_by(browsers[name], club, "dessiner") == (["revealed"], False)
    assert browsers["nadia"].get(f"/board/{club.meeting}/since?revision={revision}").json["cards"] == []


@pytest.mark.parametrize(
    ("readers", "marc", "nadia"),
    [
        ("attending", (["kept"], True), (["kept"], True)),
        ("host", (["revealed"], False), ([], False)),  # marc still has his own card
    ],
)
def test_after_the_close_the_room_sees_what_was_kept_if_it_reads_the_outcome(browsers, club, readers, marc, nadia):
    press(browsers["hugo"], "filmer", "keep")
    write(browsers["hugo"], club, readers=readers)
    browsers["hugo"].post(f"/outcomes/{club.meeting}/close")
    assert seen_by(browsers["marc"], club, "filmer") == marc
    assert seen_by(browsers["nadia"], club, "filmer") == nadia


def test_other_readers_chosen_after_the_close_count_from_then_on(browsers, club):
    press(browsers["hugo"], "filmer", "keep")
    browsers["hugo"].post(f"/outcomes/{club.meeting}/close")
    assert seen_by(browsers["nadia"], club, "filmer") == (["kept"], True)
    write(browsers["hugo"], club, readers="host", version=outcome().version)
    assert seen_by(browsers["nadia"], club, "filmer") == ([], False)
