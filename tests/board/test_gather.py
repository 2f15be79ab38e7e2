"""Who sees which card, as a table."""

from dataclasses import dataclass

import pytest

from bourse.board.gather import IdeaState, Phase, Reader, Tally, count, gather, may_see, may_see_choices, takes_cards

MARC, NADIA = 3, 4
AUTHOR = Reader(MARC, leads=False, is_in_the_room=True)
HOST = Reader(2, leads=True, is_in_the_room=True)  # the facilitator sees as much
ATTENDING = Reader(NADIA, leads=False, is_in_the_room=True)
OUTSIDE = Reader(9, leads=False, is_in_the_room=False)
EVERYBODY = (AUTHOR, HOST, ATTENDING, OUTSIDE)
STAYS = {"all_stay": False, "minutes_open": True}  # as most hosts choose


@dataclass
class Card:
    state: IdeaState = IdeaState.private
    author_id: int | None = MARC
    revision: int = 1


def readers(card, phase, all_stay=False, minutes_open=True):
    stays = {"all_stay": all_stay, "minutes_open": minutes_open}
    return [reader for reader in EVERYBODY if may_see(card, reader, phase, **stays)]


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("state", [IdeaState.private, IdeaState.withdrawn])
def test_a_card_that_was_not_revealed_is_its_authors_alone(phase, state):
    assert readers(Card(state), phase, all_stay=True) == [AUTHOR]


@pytest.mark.parametrize(
    ("phase", "state", "all_stay", "seen_by"),
    [
        (Phase.revealed, IdeaState.revealed, False, [AUTHOR, HOST, ATTENDING]),
        (Phase.revealed, IdeaState.set_aside, False, [AUTHOR, HOST, ATTENDING]),
        (Phase.writing, IdeaState.revealed, False, [AUTHOR, HOST, ATTENDING]),  # opened again: shown stays shown
        (Phase.closed, IdeaState.revealed, False, [AUTHOR, HOST]),
        (Phase.closed, IdeaState.set_aside, False, [AUTHOR, HOST]),
        (Phase.closed, IdeaState.kept, False, [AUTHOR, HOST, ATTENDING]),
        (Phase.closed, IdeaState.starred, False, [AUTHOR, HOST, ATTENDING]),
        (Phase.closed, IdeaState.revealed, True, [AUTHOR, HOST, ATTENDING]),
    ],
)
def test_once_revealed_the_room_sees_a_card_until_the_close(phase, state, all_stay, seen_by):
    assert readers(Card(state), phase, all_stay) == seen_by


def test_minutes_kept_from_the_room_show_it_no_card_unless_all_stay():
    kept = Card(IdeaState.kept)
    assert readers(kept, Phase.closed, minutes_open=False) == [AUTHOR, HOST]
    assert readers(kept, Phase.closed, all_stay=True, minutes_open=False) == [AUTHOR, HOST, ATTENDING]


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("minutes_open", [True, False])
def test_the_room_learns_what_was_chosen_after_the_close_if_it_reads_the_minutes(phase, minutes_open):
    learns = [reader for reader in EVERYBODY if may_see_choices(reader, phase, minutes_open=minutes_open)]
    assert learns == ([AUTHOR, HOST, ATTENDING] if minutes_open and phase is Phase.closed else [HOST])


def test_an_anonymous_card_is_nobodys_own():
    assert readers(Card(IdeaState.private, author_id=None), Phase.writing) == []


def test_what_changed_since_is_what_may_be_seen_and_is_newer():
    old, new = Card(IdeaState.revealed, revision=2), Card(IdeaState.revealed, revision=3)
    secret, gone = Card(revision=4), Card(IdeaState.withdrawn, revision=5)
    cards = [old, new, secret, gone]
    assert gather(cards, ATTENDING, Phase.revealed, **STAYS, since=2) == ([new], [])
    assert gather(cards, AUTHOR, Phase.revealed, **STAYS, since=2) == ([new, secret], [gone])


def test_host_and_facilitator_know_how_many_and_no_more():
    cards = [Card(), Card(), Card(author_id=NADIA), Card(IdeaState.withdrawn, author_id=9)]
    assert count(cards) == Tally(cards=3, waiting=3, writers=2)


def test_a_late_card_still_comes_in_but_not_after_the_close():
    assert [phase for phase in Phase if takes_cards(phase)] == [Phase.writing, Phase.revealed]
