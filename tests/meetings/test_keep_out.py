"""What a page of ticks changes."""

from bourse.meetings.keep_out import changes


def test_what_was_ticked_is_kept_out_and_what_was_unticked_is_let_in():
    assert changes(shown={1, 2}, ticked={2, 3}, stored={1, 2}) == ({3}, {1})


def test_an_old_page_lets_in_nobody_whom_somebody_else_kept_out_meanwhile():
    assert changes(shown=(), ticked={3}, stored={1}) == ({3}, set())


def test_saying_again_what_is_already_so_changes_nothing():
    assert changes(shown={1}, ticked={2}, stored={2}) == (set(), set())
