"""How near to the best a cluster of clubs is planned, after how long, in how much memory, and what a judge says."""

import argparse
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.clusters import cluster
from bourse.planning.read import parse
from bourse.planning.rotate import Progress, rotate
from tests.planning.judge import Judge
from tests.planning.small import as_json

TICK = os.sysconf("SC_CLK_TCK")
HEAD = "| seconds | processor time | first plan | plan | bound | proven gap | memory |\n|---|---|---|---|---|---|---|"


def family(pid: int) -> Iterator[int]:
    """The process and all that it started, as far as they still run."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            yield from family(int(child))


@dataclass
class Meter:
    """What a plan takes: looked at whenever there is progress, for processes that end cannot be asked any more."""

    first: float | None = None
    processor: float = 0.0
    memory: dict[int, int] = field(default_factory=dict)

    def __call__(self, progress: Progress) -> None:
        if progress.objective is not None and self.first is None:
            self.first = progress.seconds
        ticks = 0
        for pid in family(os.getpid()):
            try:
                ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
                status = Path(f"/proc/{pid}/status").read_text()
            except OSError:  # it has just ended
                continue
            self.memory[pid] = int(status.partition("VmHWM:")[2].split()[0])
        self.processor = max(self.processor, ticks / TICK)


def measured(document: Any, seconds: float) -> str:
    """One line of the table; raises AssertionError when the judge finds anything."""
    meter = Meter()
    already = sum(os.times()[:2])
    proposal = rotate(parse(document), seconds, meter)
    if not proposal.meetings:
        return f"| {proposal.seconds:.0f} | {meter.processor - already:.0f} s | none |"
    judged = Judge(document).judge(as_json(proposal.meetings))
    assert not judged["hard"], judged["broken"]
    assert judged["objective"] == proposal.objective
    gap = 100 * (1 - (proposal.bound or 0) / judged["objective"])
    return (
        f"| {proposal.seconds:.0f} | {meter.processor - already:.0f} s | {meter.first:.1f} s | {proposal.objective} "
        f"| {proposal.bound} | {gap:.1f} % | {sum(meter.memory.values()) // 1024} MB |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, nargs="*", default=[10, 60, 300])
    asked = parser.parse_args()
    print(f"two processors wanted, {os.cpu_count()} there, load {os.getloadavg()[0]:.1f}\n\n{HEAD}", flush=True)
    for seconds in asked.seconds:
        print(measured(cluster(asked.seed), seconds), flush=True)


if __name__ == "__main__":
    main()
