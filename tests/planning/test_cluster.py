"""Many clubs at once: as good as one program of them all, bounded from below, and nobody in two places."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from math import inf
from pathlib import Path
from typing import Any

import pytest

from bench.clusters import cluster
from bench.seasons import impossible, replan, season
from bourse.planning.adjust import forbid
from bourse.planning.arrays import ways
from bourse.planning.cluster import Cluster
from bourse.planning.crew import Crew, Over
from bourse.planning.errand import Errand, Hand
from bourse.planning.formulate import formulate
from bourse.planning.instance import Instance, Placed
from bourse.planning.optimise import optimise
from bourse.planning.prove import Proof
from bourse.planning.read import parse
from bourse.planning.rotate import Status, rotate
from bourse.planning.sift import sift
from bourse.planning.tolls import Desk
from bourse.planning.walk import Duals
from tests.planning.judge import Judge
from tests.planning.small import as_json, locked

MODEST: dict[str, Any] = {"members": 6, "hosts": 6, "meetings": 4, "dates": 20}
SMALL: dict[str, Any] = {"members": 5, "hosts": 4, "meetings": 2, "dates": 14}
THREE = {"clubs": 3, "companies": 30, "facilitators": 2, "dates": 50, "meetings": 4}
MINUTE = 60.0


def optimum(instance: Instance) -> tuple[tuple[Placed, ...], int] | None:
    """The best plan by one program of everything."""
    formulation = formulate(instance)
    answer = optimise(formulation.program, MINUTE)
    assert answer.is_infeasible or answer.bound is not None
    return None if answer.values is None else (formulation.plan(answer.values), answer.bound or 0)


def alone(instance: Instance) -> tuple[float, float]:
    """Of a single club, the bound that is proven and what its best schedule costs with its facilitators."""
    desk, club = Desk(instance, ()), next(iter(instance.clubs))
    toll = desk.toll(club, desk.charges(desk.most))
    report = Hand(instance).do(Errand(club, toll, steps=60, kicks=2, seconds=MINUTE))
    costs = (cost + sum(toll[pair.slot] for pair in schedule) for schedule, cost in report.found.items())
    return report.bound, min(costs, default=float("inf"))


def rotating(seed: int) -> dict[str, Any]:
    """Few wait, so that those who hosted last season may do so again, once all who wait have."""
    document = season(seed, **MODEST)
    for number, host in enumerate(document["clubs"][0]["hosts"]):
        host["waited"] = int(number < seed % 4)
    return document


SEASONS: dict[str, Callable[[int], Any]] = {
    "plain": lambda seed: season(seed, **MODEST),
    "tight": lambda seed: season(seed, **(MODEST | {"meetings": 6, "hosts": 7, "dates": 26}), min_gap_days=35),
    "twice a day": lambda seed: season(seed, **MODEST, min_gap_days=0, target_gap_days=3),
    "far": lambda seed: season(seed, **MODEST, far_km=5),
    "rotating": rotating,
}


@pytest.mark.parametrize("kind", SEASONS)
@pytest.mark.parametrize("seed", range(3))
def test_a_club_alone_has_the_best_season_there_is_and_its_proof(kind, seed):
    instance = parse(SEASONS[kind](seed))
    best = optimum(instance)
    assert alone(instance) == ((best[1], best[1]) if best else (float("inf"), float("inf")))


def test_a_bound_is_below_the_best_season_at_every_level_and_is_not_learnt_without_time():
    instance = parse(SEASONS["plain"](0))
    best = optimum(instance)
    assert best
    desk, club = Desk(instance, ()), next(iter(instance.clubs.values()))
    toll = desk.toll(club.id, desk.charges(desk.most))
    proofs = [Proof(season, toll, Duals.first(season), 0.0) for season in ways(sift(instance, club))]
    for _ in range(100):
        for proof in proofs:
            proof.deepen(inf, 0)
    assert min(proof.bound for proof in proofs) <= best[1]
    while (lowest := min(proofs, key=lambda proof: proof.bound)).bound < best[1]:
        lowest.deepen(inf, inf)
    assert lowest.bound == best[1]


def test_what_was_held_locked_or_forbidden_stands_in_the_season_of_a_club():
    document = season(3, **(MODEST | {"meetings": 5, "dates": 26}))
    first = optimum(parse(document))
    assert first
    later = parse(replan(document, as_json(first[0]), 3, today="2027-04-20"))
    again = optimum(later)
    assert again
    free = [placed for placed in again[0] if placed not in later.fixed]
    for changed in (later, forbid(later, free[0]), locked(forbid(later, free[0]), free[-1])):
        best = optimum(changed)
        assert best and alone(changed) == (best[1], best[1])


def test_an_impossible_club_has_no_bound():
    for seed in range(3):
        assert alone(parse(impossible(seed, **(MODEST | {"meetings": 5}))))[0] == float("inf")


class Told:
    """What a search told: every plan is judged when it comes."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.judge = Judge(document)
        self.costs: list[int] = []
        self.bound = 0

    def __call__(self, plan: tuple[Placed, ...] | None, bound: int | None) -> None:
        if plan is not None:
            report = self.judge.judge(as_json(plan))
            assert report["hard"] == 0, report["broken"]
            self.costs.append(report["objective"])
        if bound is not None:
            assert bound > self.bound
            self.bound = bound


def planned(document: dict[str, Any], seconds: float, hands: int = 0) -> Told:
    told, instance, until = Told(document), parse(document), time.monotonic() + seconds
    with Crew(instance, hands, lambda: time.monotonic() > until) as crew:
        try:
            Cluster(instance, crew, told).plan(seconds)
        except Over:
            pass
    return told


@pytest.mark.parametrize("seed", range(3))
def test_three_clubs_come_to_what_one_program_of_them_all_comes_to(seed):
    document = season(seed, **SMALL, clubs=3, quorum=1)
    told, best = planned(document, 12.0), optimum(parse(document))
    assert best
    assert (told.costs[-1], told.bound) == (best[1], best[1])
    assert told.costs == sorted(told.costs, reverse=True)


def test_clubs_that_want_the_same_facilitator_every_time_share_him():
    """Three clubs, one facilitator, one meeting a week: nobody has two, and each club has its season."""
    document = season(4, **SMALL, clubs=3, facilitators=1, quorum=1)
    document["facilitators"][0] |= {"unavailable": [], "max_per_week": 1}
    told, best = planned(document, 2.0), optimum(parse(document))
    assert best
    assert told.bound <= best[1] <= told.costs[-1] <= best[1] * 1.05


def test_slots_that_overlap_count_as_one_for_a_facilitator():
    document = cluster(6, **(THREE | {"facilitators": 1}))
    document["facilitators"][0] |= {"unavailable": [], "max_per_week": None}
    later = [
        slot
        | {"id": slot["id"] + "b", "start": slot["start"].replace("T14", "T16"), "end": f"{slot['end'][:10]}T20:00"}
        for slot in document["slots"]
    ]
    document["slots"] = sorted([*document["slots"], *later], key=lambda slot: slot["start"])
    for member in (member for club in document["clubs"] for member in club["members"]):
        member["answers"] = "".join(2 * letter for letter in member["answers"])
    assert planned(document, 2.0).costs


def test_a_cluster_is_planned_by_the_planner_of_seasons():
    document = cluster(7, clubs=5, companies=60, facilitators=3, dates=60, meetings=5)
    proposal = rotate(parse(document), 6.0)
    report = Judge(document).judge(as_json(proposal.meetings))
    assert (report["hard"], report["objective"]) == (0, proposal.objective)
    assert proposal.bound and proposal.objective
    assert 0.9 * proposal.objective <= proposal.bound <= proposal.objective


def test_clubs_without_any_season_are_named_each_with_its_core():
    document = cluster(8, clubs=5, companies=60, facilitators=3, dates=60, meetings=5)
    for club in (document["clubs"][1], document["clubs"][3]):
        club["quorum"] = 99
    proposal = rotate(parse(document), 5.0)
    assert proposal.status == Status.infeasible
    assert proposal.cores == {"k02": ("quorum:k02", "meetings:k02"), "k04": ("quorum:k04", "meetings:k04")}
    assert proposal.core == proposal.cores["k02"]


def test_clubs_that_are_possible_only_without_each_other_are_found_impossible():
    """One facilitator, two meetings of every club, and hardly more weeks than one club needs."""
    document = cluster(9, clubs=4, companies=50, facilitators=1, dates=10, meetings=3)
    document["facilitators"][0] |= {"unavailable": [], "max_per_week": None}
    for club in document["clubs"]:
        club |= {"meetings": 3, "min_gap_days": 7, "quorum": 0, "school_holidays": "ignore"}
        for member in club["members"]:
            member["answers"] = "Y" * 10
        for host in club["hosts"]:
            host |= {"capacity": 99, "closed": [], "waited": 1}
    proposal = rotate(parse(document), 20.0)
    assert proposal.status == Status.infeasible
    assert "double:f01" in proposal.core


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that nobody has waited for yet has ended as well."""
    try:
        return (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]) != "Z"
    except OSError:
        return False


def test_a_hand_that_dies_is_replaced_and_none_is_left():
    instance = parse(cluster(1, **THREE))
    desk = Desk(instance, ())
    toll = {club: desk.toll(club, desk.charges(desk.most)) for club in instance.clubs}
    errands = [Errand(club, toll[club], steps=200, kicks=4) for club in [*instance.clubs, *instance.clubs]]
    with Crew(instance, 2, lambda: False) as crew:
        pids = {hand.apart.process.pid for hand in crew.hands}
        os.kill(min(pids), signal.SIGKILL)
        assert sorted(report.club for report in crew.each(errands)) == sorted([*instance.clubs, *instance.clubs])
        pids |= {hand.apart.process.pid for hand in crew.hands}
        assert len(pids) == 3
    assert not any(map(is_alive, pids))


PARENT = """
import sys
from bench.clusters import cluster
from bourse.planning.crew import Crew
from bourse.planning.errand import Errand
from bourse.planning.prove import Proof
from bourse.planning.read import parse
from bourse.planning.arrays import ways
from bourse.planning.sift import sift
from bourse.planning.tolls import Desk
from bourse.planning.walk import Duals
instance = parse(cluster(1, clubs=2, companies=30, facilitators=2, dates=40))
desk = Desk(instance, ())
crew = Crew(instance, 2, lambda: False)
print(*(hand.apart.process.pid for hand in crew.hands), flush=True)
charges = desk.charges(desk.most)
list(crew.each([Errand(club, desk.toll(club, charges), steps=10**9) for club in instance.clubs]))
"""


def test_hands_end_with_whoever_called_them():
    """In the middle of their work, and although nobody could tell them."""
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    time.sleep(1.0)
    assert all(map(is_alive, pids))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for _ in range(100):
        if not any(map(is_alive, pids)):
            return
        time.sleep(0.05)
    raise AssertionError(f"left behind: {pids}")
