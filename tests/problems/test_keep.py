"""When a version is kept before somebody writes."""

from datetime import UTC, datetime, timedelta

import pytest

from bourse.problems.keep import SITTING, Why, before_writing

HUGO, CLAIRE = 1, 2
LEFT = datetime(2026, 3, 5, 9, 41, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left_by", "writer", "after", "why"),
    [
        (None, HUGO, timedelta(days=3), None),
        (HUGO, HUGO, timedelta(seconds=2), None),
        (HUGO, HUGO, SITTING, None),
        (HUGO, HUGO, SITTING + timedelta(seconds=1), Why.new_sitting),
        (HUGO, CLAIRE, timedelta(seconds=2), Why.other_pen),
        (CLAIRE, HUGO, timedelta(days=3), Why.other_pen),
    ],
)
def test_a_new_sitting_and_another_pen_keep_what_stands(left_by, writer, after, why):
    assert before_writing(left_by, LEFT, writer, LEFT + after) is why
