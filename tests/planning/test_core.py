"""A season that cannot be: the rules that do not hold together, and what would have to give."""

from itertools import pairwise

import pytest

from bench.seasons import impossible, tight
from bourse.planning.core import ever_smaller_cores, find_core, find_relaxations, is_possible
from bourse.planning.instance import Instance
from bourse.planning.read import parse
from bourse.planning.relax import Change, groups, relaxed
from bourse.planning.rotate import Status, relax, rotate
from tests.planning.small import document, plan, small

SIZES = {"members": 7, "hosts": 6, "meetings": 5, "dates": 24}
CLOSED = ["s1", "s2", "s3", "s4", "s5"]


def assert_irreducible(instance: Instance, core: tuple[str, ...]) -> None:
    others = set(groups(instance)) - set(core)
    assert core
    assert not is_possible(instance, others)
    assert all(is_possible(instance, others | {group}) for group in core)


@pytest.mark.parametrize("seed", range(6))
def test_a_core_is_enough_and_nothing_in_it_is_too_much(seed):
    make = tight if seed % 2 else impossible
    instance = parse(make(seed, **SIZES))
    core = find_core(instance)
    assert bool(core) != is_possible(instance)
    if core:
        assert_irreducible(instance, core)


def test_whenever_time_ends_there_is_a_core():
    instance = small(clubs__0__quorum=4)
    cores = [set(core) for core in ever_smaller_cores(instance)]
    assert cores[0] == set(groups(instance))
    assert all(smaller < core for core, smaller in pairwise(cores))
    assert not any(is_possible(instance, set(groups(instance)) - core) for core in cores)


def test_too_long_a_gap_is_named_and_the_longest_that_works():
    instance = small(clubs__0__min_gap_days=70)
    assert find_core(instance) == ("gap:k", "meetings:k")
    assert list(find_relaxations(instance, find_core(instance))) == [(Change("gap:k", 58),), (Change("meetings:k", 1),)]


def test_too_high_a_quorum_is_named_and_the_highest_that_works():
    instance = small(clubs__0__quorum=4)
    core = find_core(instance)
    assert core == ("quorum:k", "meetings:k")
    assert (Change("quorum:k", 3),) in find_relaxations(instance, core)


def test_school_holidays_on_all_dates_are_named():
    instance = small(slots=[
        {"id": f"s{n}", "start": f"2027-0{n}-16T14:00", "end": f"2027-0{n}-16T18:00",
         "tags": ["school_holiday"]} for n in (1, 2, 3)
    ], clubs__0__members=[{"id": one, "company": one, "answers": "YYY"} for one in "abc"])  # fmt: skip
    assert find_core(instance) == ("school:k", "meetings:k")
    assert (Change("school:k"),) in find_relaxations(instance, find_core(instance))


@pytest.mark.parametrize(
    ("changes", "core"),
    [
        (
            {"clubs__0__hosts__0__closed": CLOSED, "clubs__0__hosts__1__closed": CLOSED},
            {"host:k/a", "host:k/b", "once:k", "meetings:k"},
        ),
        ({"facilitators__0__unavailable": CLOSED, "clubs__0__facilitators": ["f"]}, {"facilitator:f", "meetings:k"}),
        (
            {"clubs__0__hosts__0__capacity": 1, "clubs__0__hosts__1__capacity": 0, "clubs__0__hosts__2__capacity": 0},
            {"capacity:k/a", "capacity:k/b", "capacity:k/c", "meetings:k"},
        ),
        (
            {
                "fixed": [
                    {"club": "k", "slot": "s1", "host": "a", "facilitator": "f"},
                    {"club": "k", "slot": "s2", "host": "a", "facilitator": "f"},
                ]
            },
            {"fixed:k", "once:k"},
        ),
    ],
)
def test_what_cannot_be_is_named(changes, core):
    instance = small(**changes)
    assert set(find_core(instance)) == core
    assert_irreducible(instance, find_core(instance))


def test_two_troubles_at_once_are_both_told():
    instance = small(clubs__0__quorum=4, clubs__0__min_gap_days=70)
    (way, *_) = find_relaxations(instance, find_core(instance))
    assert len(way) == 2
    assert is_possible(*relaxed(instance, way))


def test_a_season_with_a_plan_has_no_core():
    assert find_core(small()) == ()


def test_an_impossible_season_is_told_with_its_core_and_what_would_help():
    proposal = rotate(small(clubs__0__min_gap_days=70), seconds=30)
    assert proposal.status == Status.infeasible
    assert proposal.meetings == plan()
    assert proposal.core == ("gap:k", "meetings:k")
    assert relax(small(clubs__0__min_gap_days=70), proposal.core)[0] == (Change("gap:k", 58),)


def test_an_id_may_hold_a_slash():
    asked = document()
    asked["clubs"][0] |= {"id": "k/1", "hosts": [one | {"capacity": 1} for one in asked["clubs"][0]["hosts"]]}
    instance = parse(asked)
    (way, *_) = find_relaxations(instance, find_core(instance))
    assert way == (Change("capacity:k/1/a"), Change("capacity:k/1/b", 2))


def test_a_process_that_ends_while_it_looks_for_a_way_out_takes_nobody_along():
    assert relax(small(), ("capacity:nobody",)) == ()
