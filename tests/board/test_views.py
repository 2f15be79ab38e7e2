"""Writing in silence, on a phone."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bourse.board.models import Board, Idea, IdeaState
from bourse.db import db
from bourse.people.models import AuditEvent
from tests.board.on_the_day import hold, idea_of, jot


@pytest.fixture
def phones(app, club, visit):
    """Everybody's browser, at a meeting whose writing claire has opened."""
    hold(club)
    phones = {name: visit(app.test_client(), name) for name in ("claire", "hugo", "marc", "nadia", "odile", "stranger")}
    phones["claire"].post(f"/agenda/{club.meeting}/write")
    return phones


def pages(phones, club, name):
    """All that somebody can read about the meeting, in one text."""
    rooms = ("board", "agenda", "meetings", "outcomes", "attendance")
    urls = [f"/{room}/{club.meeting}" for room in rooms] + ["/outcomes/"]
    urls += [f"/board/{club.meeting}/since?revision=0", f"/agenda/{club.meeting}/reveal"]
    urls += [f"/outcomes/{club.meeting}/{page}" for page in ("ideas", "write", "close")]
    return "".join(phones[name].get(url).text for url in urls)


def test_a_private_card_is_read_by_its_author_alone(phones, club):
    jot(phones["marc"], club, "canari")
    assert [name for name in phones if "canari" in pages(phones, club, name)] == ["marc"]


def test_the_facilitator_types_for_somebody_and_does_not_see_it_again(phones, club):
    answer = jot(phones["claire"], club, "canari", author=club.nadia)
    assert answer.status_code == 302
    assert [name for name in phones if "canari" in pages(phones, club, name)] == ["nadia"]
    assert idea_of("canari").typed_by_id == club.claire


def test_a_member_types_for_nobody_else(phones, club):
    jot(phones["marc"], club, "à moi", author=club.nadia)
    assert idea_of("à moi").author_id == club.marc


def test_once_revealed_the_room_reads_every_card_with_its_author(phones, club):
    jot(phones["marc"], club, "canari")
    phones["claire"].post(f"/agenda/{club.meeting}/reveal")
    page = phones["nadia"].get(f"/board/{club.meeting}").text
    assert "canari" in page
    assert "Marc Exemple" in page
    assert "canari" not in pages(phones, club, "odile") + pages(phones, club, "stranger")


def test_a_card_sent_twice_is_one_card(phones, club):
    jot(phones["marc"], club, "filmer", key="k")
    jot(phones["marc"], club, "filmer au téléphone", key="k")
    assert [idea.text for idea in db.session.scalars(db.select(Idea))] == ["filmer au téléphone"]


def test_ten_taps_at_once_are_one_card(app, phones, club):
    with ThreadPoolExecutor(10) as taps:
        answers = list(taps.map(lambda _: jot(phones["marc"], club, "filmer", key="k").status_code, range(10)))
    assert answers == [302] * 10
    assert idea_of("filmer").revision == db.session.scalars(db.select(Board)).one().revision


def test_the_key_of_somebody_elses_card_opens_nothing(phones, club):
    jot(phones["marc"], club, "de Marc", key="k")
    jot(phones["nadia"], club, "de Nadia", key="k")
    assert idea_of("de Marc").author_id == club.marc
    assert idea_of("de Nadia").author_id == club.nadia


def test_a_change_sent_after_the_reveal_leaves_the_card_as_shown(phones, club):
    jot(phones["marc"], club, "filmer", key="k")
    phones["claire"].post(f"/agenda/{club.meeting}/reveal")
    jot(phones["marc"], club, "autre chose", key="k")
    assert idea_of("filmer").state is IdeaState.revealed


def test_a_card_is_rewritten_withdrawn_and_put_back_by_its_author(phones, club):
    jot(phones["marc"], club, "filmer")
    card = f"/board/ideas/{idea_of('filmer').id}"
    phones["marc"].post(card, data={"text": "dessiner", "kind": "warning"})
    phones["marc"].post(f"{card}/withdraw")
    assert idea_of("dessiner").state is IdeaState.withdrawn
    phones["marc"].post(f"{card}/put-back")
    assert idea_of("dessiner").state is IdeaState.private


@pytest.mark.parametrize("act", ["", "/withdraw", "/put-back"])
def test_nobody_else_touches_a_card_not_even_the_facilitator(phones, club, act):
    jot(phones["marc"], club, "filmer")
    card = f"/board/ideas/{idea_of('filmer').id}{act}"
    others = [name for name in phones if name != "marc"]
    data = {"text": "autre", "kind": "idea"}
    assert [phones[name].post(card, data=data).status_code for name in others] == [404] * len(others)


def test_a_card_shown_meanwhile_keeps_its_words_and_mine_come_back(phones, club):
    jot(phones["marc"], club, "filmer")
    card = idea_of("filmer").id
    phones["claire"].post(f"/agenda/{club.meeting}/reveal")
    answer = phones["marc"].post(f"/board/ideas/{card}", data={"text": "dessiner", "kind": "idea"})
    assert answer.status_code == 409
    assert "filmer" in answer.text
    assert "dessiner" in answer.text


def test_an_empty_card_is_refused_with_a_sentence(phones, club):
    answer = jot(phones["marc"], club, "  ", key="k")
    assert "Écrivez une idée." in answer.text


def test_before_the_writing_opens_the_text_comes_back(app, club, visit):
    hold(club)
    answer = jot(visit(app.test_client(), "marc"), club, "trop tôt")
    assert answer.status_code == 409
    assert "trop tôt" in answer.text


def test_since_brings_each_change_once(phones, club):
    def since(revision):
        return phones["nadia"].get(f"/board/{club.meeting}/since?revision={revision}").json

    jot(phones["marc"], club, "filmer")
    before = since(0)
    assert (before["cards"], before["phase"]) == ([], "writing")
    phones["claire"].post(f"/agenda/{club.meeting}/reveal")
    after = since(before["revision"])
    assert [card["text"] for card in after["cards"]] == ["filmer"]
    assert after["cards"][0]["key"] is None
    assert since(after["revision"])["cards"] == []


def test_a_withdrawn_card_is_told_as_gone_to_its_author(phones, club):
    jot(phones["marc"], club, "filmer")
    idea = idea_of("filmer").id
    phones["marc"].post(f"/board/ideas/{idea}/withdraw")
    assert phones["marc"].get(f"/board/{club.meeting}/since?revision=0").json["gone"] == [idea]
    assert phones["nadia"].get(f"/board/{club.meeting}/since?revision=0").json["gone"] == []


def test_each_act_leaves_a_trace_without_its_words(phones, club):
    jot(phones["marc"], club, "canari")
    traces = db.session.scalars(db.select(AuditEvent).filter_by(act="jot")).all()
    assert [(trace.person_id, trace.about) for trace in traces] == [(club.marc, f"idea:{idea_of('canari').id}")]


def test_who_does_not_come_has_no_board(app, club, visit):
    client = visit(app.test_client(), "nadia")  # she has not answered
    assert client.get(f"/board/{club.meeting}").status_code == 404
    assert jot(client, club, "filmer").status_code == 404
