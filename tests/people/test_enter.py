"""What opens the club's door, and for how long."""

from datetime import UTC, datetime, timedelta

import pytest

from bourse.people.enter import ALPHABET, CODE_LENGTH, fingerprint, fresh_secrets, is_good, is_open, is_same, tidy_code

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_a_code_has_eight_signs_that_nobody_confuses():
    code = fresh_secrets().code
    assert len(code) == CODE_LENGTH
    assert set(code) <= set(ALPHABET)
    assert not set("01OIUL") & set(ALPHABET)


def test_two_ways_in_never_share_a_secret():
    first, second = fresh_secrets(), fresh_secrets()
    assert first.token != second.token
    assert len(first.token) >= 43  # 256 bits


@pytest.mark.parametrize("typed", ["ABCD 2345", "abcd-2345", " abcd2345 ", "ABCD\u00a02345"])
def test_a_code_is_read_as_people_type_it(typed):
    assert tidy_code(typed) == "ABCD2345"


def test_a_secret_is_compared_with_its_fingerprint_whatever_was_typed():
    assert is_same("é", fingerprint("é"))
    assert not is_same("e", fingerprint("é"))
    assert not is_same("é", None)


@pytest.mark.parametrize(
    ("facts", "good"),
    [
        ({}, True),
        ({"expires_at": NOW}, False),
        ({"expires_at": NOW + SECOND}, True),
        ({"spent_at": NOW - SECOND}, False),
        ({"spent_at": NOW - SECOND, "is_reusable": True}, True),
        ({"wrong_codes": 4}, True),
        ({"wrong_codes": 5}, False),
    ],
)
def test_a_way_in_is_good_once_for_ten_minutes_and_five_wrong_codes(facts, good):
    usual = {"expires_at": NOW + 600 * SECOND, "spent_at": None, "is_reusable": False, "wrong_codes": 0, "now": NOW}
    assert is_good(**usual | facts) is good


@pytest.mark.parametrize(
    ("who", "idle", "age", "stays"),
    [
        ("member", timedelta(hours=24) - SECOND, timedelta(days=2), True),
        ("member", timedelta(hours=24), timedelta(days=2), False),
        ("keeper", timedelta(days=29), timedelta(days=29), True),
        ("keeper", timedelta(0), timedelta(days=30), False),
        ("staff", timedelta(minutes=60) - SECOND, timedelta(hours=2), True),
        ("staff", timedelta(minutes=60), timedelta(hours=2), False),
        ("staff", timedelta(0), timedelta(hours=12), False),
    ],
)
def test_a_session_ends_when_idle_or_old(who, idle, age, stays):
    is_staff, is_kept = who == "staff", who != "member"
    assert is_open(opened_at=NOW - age, seen_at=NOW - idle, is_staff=is_staff, is_kept=is_kept, now=NOW) is stays
