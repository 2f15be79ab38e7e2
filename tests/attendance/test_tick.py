"""Ticks."""

from datetime import UTC, datetime

import pytest

from bourse.attendance.tick import is_the_day, news

MEETING = datetime(2027, 3, 11, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "has_come"),
    [
        (datetime(2027, 3, 10, 22, 59, tzinfo=UTC), False),
        (datetime(2027, 3, 10, 23, tzinfo=UTC), True),  # midnight in Paris
        (datetime(2027, 3, 11, 12, 45, tzinfo=UTC), True),
        (datetime(2027, 4, 1, tzinfo=UTC), True),
    ],
)
def test_presence_is_noted_from_the_clubs_own_day_on(now, has_come):
    assert is_the_day(MEETING, now, "Europe/Paris") is has_come


@pytest.mark.parametrize(
    ("shown", "chosen", "stored", "written"),
    [
        ({}, {}, {}, {}),
        ({}, {1: "present"}, {}, {1: "present"}),
        ({1: "present"}, {1: "present"}, {1: "absent"}, {}),  # left as shown: what a colleague noted stays
        ({1: "present"}, {1: "absent"}, {1: "present"}, {1: "absent"}),
        ({}, {1: "present"}, {1: "present"}, {}),
    ],
)
def test_only_what_was_ticked_here_is_written(shown, chosen, stored, written):
    assert news(shown, chosen, stored) == written
