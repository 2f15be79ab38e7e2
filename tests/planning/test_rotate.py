"""Planned seasons: the best there is, beside all there are, and judged by somebody else."""

import os
import re
import signal
from collections.abc import Iterator
from itertools import combinations, permutations, product
from pathlib import Path
from typing import Any

import pytest

import bourse.app
from bench.seasons import impossible, replan, season, tight
from bourse.planning import apart
from bourse.planning.adjust import forbid
from bourse.planning.anneal import plans_at_once
from bourse.planning.count import count
from bourse.planning.formulate import formulate
from bourse.planning.instance import Instance, Placed
from bourse.planning.optimise import optimise
from bourse.planning.read import parse
from bourse.planning.rotate import Progress, Status, next_best, rotate
from tests.planning.judge import Judge
from tests.planning.small import as_json, locked, plan, small

TINY: dict[str, Any] = {"members": 4, "hosts": 4, "meetings": 3, "dates": 6}
MODEST: dict[str, Any] = {"members": 7, "hosts": 6, "meetings": 5, "dates": 24}
MINUTE = 60.0


def every_plan(document: dict[str, Any]) -> Iterator[tuple[Placed, ...]]:
    """All plans whose every club is right by itself."""
    yield from (
        sum(together, ()) for together in product(*(every_plan_of(document, club) for club in document["clubs"]))
    )


def every_plan_of(document: dict[str, Any], club: dict[str, Any]) -> list[tuple[Placed, ...]]:
    alone = Judge(document | {"clubs": [club]})
    hosts, slots, size = [one["company"] for one in club["hosts"]], document["slots"], club["meetings"]
    all_plans = (
        tuple(Placed(club["id"], slot["id"], host, name) for slot, host, name in zip(when, who, staff, strict=True))
        for when in combinations(slots, size)
        for who in permutations(hosts, size)
        for staff in product(club["facilitators"], repeat=size)
    )
    return [each for each in all_plans if not alone.judge(as_json(each))["hard"]]


def cheapest(document: dict[str, Any]) -> int | None:
    judged = Judge(document)
    reports = (judged.judge(as_json(each)) for each in every_plan(document))
    return min((report["objective"] for report in reports if not report["hard"]), default=None)


def solved(instance: Instance) -> tuple[Placed, ...] | None:
    formulation = formulate(instance)
    answer = optimise(formulation.program, MINUTE)
    if answer.values is None:
        assert answer.is_infeasible
        return None
    found = formulation.plan(answer.values)
    assert answer.bound == count(instance, found).objective
    return found


def tiny(seed: int) -> dict[str, Any]:
    """Seasons in which each rule bites now and then."""
    made = season(seed, **TINY, min_gap_days=(0, 21, 40)[seed % 3], quorum=seed % 4, far_km=(20, 35)[seed % 2])
    made["facilitators"][0]["max_per_week"] = 1 if seed % 2 else None
    morning = made["slots"][1]["start"][:10]
    made["slots"][0] |= {"start": f"{morning}T08:00", "end": f"{morning}T12:00"}  # two dates on one day
    return made


@pytest.mark.parametrize("seed", range(12))
def test_no_plan_of_all_there_are_is_cheaper(seed):
    document = tiny(seed)
    found, instance = solved(parse(document)), parse(document)
    assert (count(instance, found).objective if found else None) == cheapest(document)
    assert not found or not count(instance, found).breaches


@pytest.mark.parametrize("seed", range(4))
def test_two_clubs_share_their_facilitators_as_well_as_can_be(seed):
    document = season(seed, **(TINY | {"meetings": 2, "dates": 4, "hosts": 3}), clubs=2, quorum=1, min_gap_days=7)
    for facilitator in document["facilitators"]:
        facilitator["max_per_week"] = 1
        facilitator["unavailable"] = facilitator["unavailable"][:1]
    found, instance = solved(parse(document)), parse(document)
    assert (count(instance, found).objective if found else None) == cheapest(document)


def test_one_facilitator_is_never_in_two_places():
    document = season(1, **(TINY | {"meetings": 2, "dates": 14}), clubs=2, facilitators=1, quorum=0)
    document["facilitators"][0] |= {"unavailable": [], "max_per_week": None}
    found = solved(parse(document))
    assert found
    assert len({placed.slot for placed in found}) == 4


@pytest.mark.parametrize("seed", range(10))
def test_a_season_is_planned_and_an_independent_judge_finds_nothing_wrong(seed):
    make = (season, tight, season, impossible, season)[seed % 5]
    document = make(seed, **MODEST)
    instance = parse(document)
    first, found = list(plans_at_once(instance, rounds=2000))[-1:], solved(instance)
    for plan_found in first:
        breaks = count(instance, plan_found).breaches
        assert breaks or (found and count(instance, found).objective <= count(instance, plan_found).objective)
    if found:
        judged = Judge(document).judge(as_json(found))
        assert judged["broken"] == []
        assert judged["objective"] == count(instance, found).objective


def test_a_season_that_goes_on_keeps_what_was_held_and_most_of_what_is_known():
    before = season(3, **MODEST)
    held = solved(parse(before))
    assert held
    again = replan(before, as_json(held), seed=3)
    found = solved(parse(again))
    assert found
    assert {Placed(**meeting) for meeting in again["fixed"]} <= set(found)
    assert Judge(again).judge(as_json(found))["broken"] == []
    assert len({placed.slot for placed in found} & {placed.slot for placed in held}) >= 4


def test_whoever_watches_sees_a_plan_at_once_and_then_the_proof():
    seen: list[Progress] = []
    proposal = rotate(parse(season(4, **MODEST)), MINUTE, seen.append)
    assert proposal.status == Status.optimal
    assert proposal.objective == proposal.bound == seen[-1].objective == seen[-1].bound
    assert seen[0].objective is not None
    assert seen[0].bound is None
    objectives = [progress.objective for progress in seen if progress.objective is not None]
    assert objectives == sorted(objectives, reverse=True)


def test_a_stop_keeps_the_best_plan_so_far():
    instance = parse(season(4, members=30, hosts=24, dates=110, meetings=12))
    proposal = rotate(instance, MINUTE, should_stop=lambda: True)
    assert proposal.status == Status.feasible
    assert count(instance, proposal.meetings).breaches == ()
    assert proposal.seconds < MINUTE / 2


def test_a_solver_that_dies_leaves_the_best_plan_so_far(monkeypatch):
    instance = parse(season(4, **MODEST))
    start = apart.Apart.work

    def die(process: apart.Apart, *args: Any, **kwargs: Any) -> Any:
        os.kill(process.process.pid, signal.SIGKILL)
        return start(process, *args, **kwargs)

    monkeypatch.setattr(apart.Apart, "work", die)
    proposal = rotate(instance, MINUTE)
    assert proposal.has_died
    assert proposal.status == Status.feasible
    assert count(instance, proposal.meetings).breaches == ()


def test_the_house_does_not_load_the_solver():
    """Only the workshop does, in a process of its own."""
    seen, reached = set[Path](), [Path(bourse.app.__file__)]
    while reached:
        if (file := reached.pop()) not in seen:
            seen.add(file)
            assert not re.search(r"^(from|import) (highspy|numpy)", file.read_text(), re.MULTILINE), file
            reached += _imported(file)
    assert {file.stem for file in seen} >= {"rotate", "apart"}
    assert {file.stem for file in seen}.isdisjoint({"work", "optimise"})


def _imported(file: Path) -> Iterator[Path]:
    house = Path(bourse.__file__).parent
    for name, names in re.findall(r"^from (bourse[\w.]*) import (.*)", file.read_text(), re.MULTILINE):
        folder = house.joinpath(*name.split(".")[1:])
        candidates = [folder.with_suffix(".py"), *(folder / f"{each}.py" for each in re.findall(r"\w+", names))]
        yield from (candidate for candidate in candidates if candidate.exists())


def test_the_solver_can_begin_with_any_plan():
    """Each row and bound of the program holds for the columns that mean a plan: nothing of it is guessed anew."""
    for far_row in (0, 150):
        document = season(4, **MODEST, clubs=2)
        document["weights"]["far_row"] = far_row
        instance = parse(document)
        *_, found = plans_at_once(instance, rounds=2000)
        formulation = formulate(instance)
        for column, value in formulation.start(found).items():
            formulation.program.low[column] = formulation.program.high[column] = value
        answer = optimise(formulation.program, MINUTE)
        assert answer.bound == count(instance, found).objective


# By hand.


def test_what_is_locked_is_in_the_plan_and_what_is_forbidden_is_not():
    instance = small(clubs__0__school_holidays="ignore")
    free = solved(instance)
    assert free
    kept = solved(locked(instance, plan("k s5 a f")[0])) or ()
    assert ("s5", "a") in {(placed.slot, placed.host) for placed in kept}
    forbidden = forbid(instance, free[0])
    found = solved(forbidden)
    assert found
    assert free[0] not in found


def test_what_a_date_and_host_are_worth_is_what_the_season_costs_without_them():
    instance = small()
    best = solved(instance)
    assert best
    difference = next_best(instance, best, best[0], MINUTE)
    others = solved(forbid(instance, best[0]))
    assert difference
    assert others
    assert difference.total == count(instance, others).objective - count(instance, best).objective
    assert difference.total == sum(difference.scores.values()) >= 0
