"""When a letter that was put off is tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from bourse.mailroom.retry import next_try

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 30), (5, 60), (6, 60), (20, 60)])
def test_the_waits_grow_to_an_hour(attempts, minutes):
    assert next_try(attempts, NOW, NOW) == NOW + timedelta(minutes=minutes)


def test_a_crowd_does_not_come_back_at_once():
    assert next_try(1, NOW, NOW, jitter=1.0) == NOW + timedelta(minutes=1.1)


def test_after_a_day_nobody_tries_any_more():
    assert next_try(30, NOW - timedelta(hours=24, seconds=1), NOW) is None
