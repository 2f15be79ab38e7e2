"""Reading a season: what is wrong is said in one sentence that names the place."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.seasons import season
from bourse.planning.document import Malformed
from bourse.planning.read import parse, read
from tests.planning.small import document, put

HELD = {"club": "k", "slot": "s1", "host": "a", "facilitator": "f"}
REFUSED: list[tuple[str, Any, str]] = [
    ("format", "bourse-instance/2", "format: expected bourse-instance/1"),
    ("today", "tomorrow", "today: expected a day like 2027-01-31"),
    ("today", "20261220", "today: expected a day like 2027-01-31"),
    ("notice_days", True, "notice_days: expected a whole number from 0 to 3660"),
    ("season", {"start": "2027-02-01", "end": "2027-01-01"}, "season: ends before it starts"),
    ("p.M", 101, "p.M: expected a whole number from 0 to 100"),
    ("weights.travel", -1, "weights.travel: expected a whole number from 0 to 1000000"),
    ("weights.travel", 1.5, "weights.travel: expected a whole number from 0 to 1000000"),
    ("weights", {}, "weights.attendance: missing"),
    ("sites", [], "companies[0].site: no site is called north"),
    ("km.1", [10, 0], "km[1]: 2 distances for 3 sites"),
    ("km.1.2", "30", "km[1][2]: expected a whole number from 0 to 1000000"),
    ("slots.1.id", "s1", "slots[1]: s1 stands twice"),
    ("slots.1.start", "2027-01-11T14:00", "slots[1]: starts before the slot above it"),
    ("slots.1.end", "2027-02-09T13:00", "slots[1].end: not after the start"),
    ("slots.1.start", "2027-02-09T14:00+01:00", "slots[1].start: expected a minute like 2027-01-31T14:00"),
    ("companies.0.competitors", ["x"], "companies[0].competitors[0]: no company is called x"),
    ("companies.0.competitors", ["a"], "companies[0].competitors: a is no competitor of its own"),
    ("facilitators.0.max_per_week", 0, "facilitators[0].max_per_week: expected a whole number from 1 to 1000000"),
    ("facilitators.0.unavailable", [["s1"]], "facilitators[0].unavailable[0]: expected a text"),
    ("clubs", [], "clubs: no club"),
    ("clubs", {}, "clubs: expected a list"),
    ("clubs.0", 3, "clubs[0]: expected an object"),
    ("clubs.0.school_holidays", "never", "clubs[0].school_holidays: expected one of forbid, ignore, penalise"),
    ("clubs.0.facilitators", [], "clubs[0].facilitators: nobody; a club has at least one"),
    ("clubs.0.facilitators", ["f", "f"], "clubs[0].facilitators[1]: f stands twice"),
    ("clubs.0.members.2.answers", "YYYYYY", "clubs[0].members[2].answers: 6 letters for 7 slots"),
    ("clubs.0.members.2.answers", "YYYYYYX", "clubs[0].members[2].answers: 'X' is none of Y, M, U, N"),
    ("clubs.0.members.2.company", "x", "clubs[0].members[2].company: no company is called x"),
    ("clubs.0.hosts.1.company", "a", "clubs[0].hosts[1]: a stands twice"),
    ("clubs.0.name", "\ud800", "clubs[0].name: half a letter, which no file can hold"),
    ("fixed", [HELD, HELD | {"host": "b"}], "fixed[1]: k already meets on s1"),
    ("fixed", [HELD | {"slot": slot} for slot in ("s1", "s3", "s5")], "fixed: 3 meetings of k, which has 2 in its season"),  # noqa: E501
    ("companies.0.competitors", ["\u001b[2J\nx"], "companies[0].competitors[0]: no company is called ?[2J?x"),
    ("companies.0.competitors", ["x" * 9000], f"companies[0].competitors[0]: no company is called {'x' * 250}…"),
    ("fixed", [HELD | {"club": "x"}], "fixed[0].club: no club is called x"),
    ("published", [HELD], "published[0].accepted: missing"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "value", "sentence"), REFUSED, ids=[f"{path}-{n}" for n, (path, *_) in enumerate(REFUSED)]
)
def test_what_is_wrong_is_named_with_its_place(path, value, sentence):
    with pytest.raises(Malformed) as refusal:
        parse(put(document(), path, value))
    assert str(refusal.value) == sentence


MANY_KEYS = "{" + ", ".join(f'"{key}": 1' for key in (*range(100_000), 99_999)) + "}"


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "line 1, column 1: not JSON"),
        (b"[]", "the document: expected an object"),
        (b"{}", "format: missing"),
        (b"\xff\xfe\xff", "the document: not UTF-8"),
        (b"[" * 100_000, "the document: lists within lists, deeper than any season"),
        (b'{"p": NaN}', "the document: NaN is no number"),
        (b'{"p": 1, "p": 2}', "the document: p stands twice in one object"),
        (b"9" * 5000, "the document: a number that nobody can count"),
        (b'{"a\\nb\\ud800": 1, "a\\nb\\ud800": 2}', "the document: a?b? stands twice in one object"),
        (MANY_KEYS.encode(), "the document: 99999 stands twice in one object"),
    ],
)
def test_what_is_no_season_at_all_is_refused(raw, sentence):
    with pytest.raises(Malformed) as refusal:
        read(raw)
    assert str(refusal.value) == sentence


def test_what_is_not_known_is_ignored_and_what_is_optional_may_be_missing():
    read_again = read(json.dumps(document() | {"colour": "blue"}).encode())
    assert not read_again.fixed
    assert not read_again.published


def test_competing_is_mutual_even_if_one_of_the_two_says_so():
    companies = parse(document()).companies
    assert companies["c"].competitors == {"d"}
    assert companies["d"].competitors == {"c"}


def test_a_host_that_left_may_still_be_among_what_was_held_and_published():
    asked = document() | {"fixed": [HELD | {"host": "d"}], "published": [HELD | {"host": "gone", "accepted": 1}]}
    assert parse(asked).fixed[0].host == "d"


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(place for step, inner in steps for place in places(inner, (*way, step)))]


ODD: list[Any] = [None, True, -1, 10**30, 0.5, "", "x", "s1", [], [None], {}, {"id": []}, "2999-12-31", "9999-12-31"]
MADE: dict[str, Any] = document() | {"fixed": [HELD], "published": [HELD | {"accepted": 1}]}


@settings(max_examples=200, deadline=None)
@given(way=st.sampled_from(places(MADE)[1:]), odd=st.sampled_from(ODD))
def test_whatever_stands_in_its_place_it_is_read_or_refused(way, odd):
    changed = deepcopy(MADE)
    place: Any = changed
    for step in way[:-1]:
        place = place[step]
    place[way[-1]] = odd
    try:
        parse(changed)
    except Malformed as refusal:
        assert "\n" not in str(refusal)


def test_a_year_of_ten_thousand_dates_is_read():
    made = season(1)
    first = made["slots"][0]
    made["slots"] = [first | {"id": f"s{n}"} for n in range(10_000)]
    made["clubs"][0]["members"] = [one | {"answers": "Y" * 10_000} for one in made["clubs"][0]["members"]]
    made["clubs"][0]["hosts"] = [one | {"closed": []} for one in made["clubs"][0]["hosts"]]
    made["facilitators"] = [one | {"unavailable": []} for one in made["facilitators"]]
    assert len(parse(made).slots) == 10_000
