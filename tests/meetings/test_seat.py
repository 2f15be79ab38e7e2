"""Who gets a seat, as a table."""

import pytest

from bourse.meetings.seat import capacity, rank_in_words, seated, settle
from bourse.meetings.states import Answer

YES, MAYBE, NO, WAITS = Answer.accepted, Answer.tentative, Answer.declined, Answer.waiting


@pytest.mark.parametrize(
    ("said", "has_seat", "free", "becomes"),
    [
        (YES, False, 1, YES),
        (MAYBE, False, 1, MAYBE),
        (YES, False, 0, WAITS),
        (MAYBE, False, 0, WAITS),
        (YES, False, -2, WAITS),
        (MAYBE, True, 0, MAYBE),
        (YES, True, -2, YES),
        (NO, True, 0, NO),
        (NO, False, 0, NO),
    ],
)
def test_a_yes_waits_when_no_place_is_free(said, has_seat, free, becomes):
    assert settle(said, has_seat=has_seat, free=free) is becomes


@pytest.mark.parametrize(
    ("own", "of_club", "of_site", "holds"),
    [(None, 20, 12, 12), (None, 16, 30, 16), (None, 16, None, 16), (25, 16, 12, 25)],
)
def test_there_is_room_for_the_less_of_what_club_and_site_hold_unless_the_meeting_says_otherwise(
    own, of_club, of_site, holds
):
    assert capacity(own, of_club, of_site) == holds


@pytest.mark.parametrize(("free", "who"), [(-1, ""), (0, ""), (2, "ab"), (9, "abc")])
def test_who_waits_first_is_seated_first(free, who):
    assert "".join(seated("abc", free)) == who


def test_the_first_is_at_the_head_and_the_others_know_their_rank(app):
    with app.test_request_context(headers={"Accept-Language": "fr"}):
        assert "en tête" in rank_in_words(1)
        assert "vous êtes 2e sur" in rank_in_words(2)
