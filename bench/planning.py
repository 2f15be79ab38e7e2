"""How long seasons take to plan, whether a judge finds anything wrong with them, and what simpler ways would give."""

import argparse
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.rounds import best_dates, in_turn
from bench.seasons import Season, impossible, replan, season, tight
from bourse.planning.count import count
from bourse.planning.instance import Instance, Placed
from bourse.planning.read import parse
from bourse.planning.rotate import Found, Progress, Status, rotate
from tests.planning.judge import Judge
from tests.planning.small import as_json

CLUB: dict[str, Any] = {"members": 12, "hosts": 11, "dates": 60, "meetings": 10}
BIG: dict[str, Any] = {"members": 30, "hosts": 24, "dates": 120, "meetings": 12, "target_gap_days": 28}
SMALL: dict[str, Any] = {"members": 8, "hosts": 7, "dates": 30, "meetings": 6}
SECONDS = 60.0


@dataclass
class Timed:
    """A proposal, when its first plan was there, and the processor time of it all, which minds a busy machine less."""

    proposal: Found
    first: float | None
    worked: float


def timed(document: Season) -> Timed:
    """Plan, and let the judge look at it; raises AssertionError when it finds anything."""
    seen: list[Progress] = []
    before = _processor_time()
    proposal = rotate(parse(document), SECONDS, seen.append)
    worked = _processor_time() - before
    if proposal.meetings:
        judged = Judge(document).judge(as_json(proposal.meetings))
        assert not judged["hard"], judged["broken"]
        assert judged["objective"] == proposal.objective
    return Timed(proposal, next((each.seconds for each in seen if each.objective is not None), None), worked)


def _processor_time() -> float:
    """Of this process and of those that it waited for."""
    return sum(os.times()[:4])


def table(title: str, aim: str, runs: Iterable[Timed]) -> None:
    done = list(runs)
    firsts = sorted(run.first for run in done if run.first is not None)
    settled = [run for run in done if run.proposal.status in (Status.optimal, Status.infeasible)]
    proven, worked = sorted(run.proposal.seconds for run in settled), sorted(run.worked for run in settled)
    print(f"{title}: {len(done)} seasons, {len(settled)} settled; aim {aim}")
    for name, seconds in (("first plan", firsts), ("settled", proven), ("processor", worked)):
        if seconds:
            print(f"    {name:10}  median {median(seconds):5.2f} s  worst {seconds[-1]:5.2f} s")


def replanned(seeds: range) -> Iterator[Timed]:
    for seed in seeds:
        before = season(seed, **CLUB)
        first = rotate(parse(before), SECONDS)
        if first.meetings:
            yield timed(replan(before, as_json(first.meetings), seed))


def judged_clean(number: int) -> None:
    """Many small seasons of all kinds: `timed` raises where the judge disagrees."""
    kinds: tuple[Callable[..., Season], ...] = (season, tight, impossible, season)
    statuses: dict[Status, int] = {}
    for seed in range(number):
        sizes = SMALL | ({"clubs": 2} if seed % 4 == 3 else {})
        status = timed(kinds[seed % 4](seed, **sizes)).proposal.status
        statuses[status] = statuses.get(status, 0) + 1
    told = ", ".join(f"{times} {status.value}" for status, times in statuses.items())
    print(f"judged: {number} seasons, no hard rule broken, every objective equal ({told})")


def beside_simpler_ways(seeds: range) -> None:
    """Hosts in turn, best dates of a poll, and the planner; ratios are means over the seasons."""
    ways: dict[str, Callable[[Instance], tuple[Placed, ...]]] = {
        "hosts in turn": in_turn,
        "best dates": best_dates,
        "planner": lambda instance: rotate(instance, SECONDS).meetings,
    }
    print("beside simpler ways: meetings held, attendance of those, members missing over 40 % of them, rules broken")
    for name, plan in ways.items():
        rows = [_told(parse(season(seed, **CLUB)), plan) for seed in seeds]
        held, coming, missing, broken = (sum(column) / len(rows) for column in zip(*rows, strict=True))
        print(f"    {name:14}  {held:4.1f}  {coming:5.1%}  {missing:5.1%}  {broken:4.1f}")


def _told(instance: Instance, plan: Callable[[Instance], tuple[Placed, ...]]) -> tuple[float, float, float, float]:
    meetings = plan(instance)
    counted = count(instance, meetings)
    (absences,) = counted.absences.values()
    seats = 100 * len(absences) * max(1, len(meetings))
    missing = sum(missed > 40 * len(meetings) for missed in absences.values()) / len(absences)
    return len(meetings), 1 - counted.scores["attendance"] / seats, missing, len(counted.breaches)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seasons", type=int, default=10, help="of each kind (10)")
    parser.add_argument("--judged", type=int, default=200, help="small seasons for the judge (200)")
    asked = parser.parse_args()
    seeds = range(asked.seasons)
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    table("club", "first plan 0.5 s, settled 3 s", (timed(season(seed, **CLUB)) for seed in seeds))
    table("big club", "settled 10 s", (timed(season(seed, **BIG)) for seed in seeds))
    table("re-plan", "settled 5 s", replanned(seeds))
    table("impossible", "core in 2 s", (timed(impossible(seed, **CLUB)) for seed in seeds))
    beside_simpler_ways(seeds)
    judged_clean(asked.judged)


if __name__ == "__main__":
    main()
