"""Puts a plan together from schedules that clubs have found: one for each, and who facilitates, at the least cost."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bourse.planning.arrays import Schedule
from bourse.planning.program import Program, times
from bourse.planning.share import Duty, Limit
from bourse.planning.tolls import Desk, Duties

Pool = Mapping[str, Mapping[Schedule, int]]  # of each club, schedules and what they cost but for facilitators


@dataclass(frozen=True)
class Assembly:
    """The program that chooses; `schedules` and `duties` name its columns, `limits` some of its rows."""

    program: Program = field(default_factory=Program)
    schedules: dict[tuple[str, Schedule], int] = field(default_factory=dict)
    duties: dict[Duty, int] = field(default_factory=dict)
    limits: dict[int, int] = field(default_factory=dict)

    def chosen(self, values: Sequence[float]) -> dict[str, Schedule]:
        """The schedule of each club in an answer."""
        return {club: schedule for (club, schedule), column in self.schedules.items() if values[column] > 0.5}

    def start(self, chosen: Mapping[str, Schedule]) -> dict[int, float]:
        """The columns that mean what clubs have."""
        return {column: float(chosen.get(club) == one) for (club, one), column in self.schedules.items()}

    def duties_of(self, values: Sequence[float], desk: Desk) -> dict[str, Duties]:
        """Who facilitates for each club in an answer, in order of dates."""
        asked = defaultdict(list)
        for duty, column in sorted(self.duties.items(), key=lambda entry: entry[0].slot):
            if values[column] > 0.5:
                asked[duty.club].append((desk.facilitators[duty.facilitator], duty.slot))
        return dict(asked)


def assemble(desk: Desk, limits: Sequence[Limit], pool: Pool) -> Assembly:
    """Each club has one schedule, each of its meetings one facilitator, and nobody does more than he can."""
    assembly = Assembly()
    for club, schedules in pool.items():
        _choose(assembly, club, schedules)
        _staff(assembly, desk, club, schedules)
    for number, limit in enumerate(limits):
        wanted = [assembly.duties[duty] for duty in limit.duties if duty in assembly.duties]
        if len(wanted) > limit.most:
            assembly.limits[number] = len(assembly.program.rows)
            assembly.program.row(times(1, wanted), most=limit.most)
    return assembly


def _choose(assembly: Assembly, club: str, schedules: Mapping[Schedule, int]) -> None:
    columns = {(club, schedule): assembly.program.choice(cost) for schedule, cost in schedules.items()}
    assembly.program.row(times(1, columns.values()), 1, 1)
    assembly.schedules.update(columns)


def _staff(assembly: Assembly, desk: Desk, club: str, schedules: Mapping[Schedule, int]) -> None:
    meeting = defaultdict(list)
    for schedule in schedules:
        for pair in schedule:
            meeting[pair.slot].append((assembly.schedules[club, schedule], -1.0))
    for slot, held in sorted(meeting.items()):
        costs = desk.costs(club, slot)
        duties = {Duty(club, slot, name): assembly.program.choice(cost) for name, cost in costs.items()}
        assembly.program.row([*times(1, duties.values()), *held], 0, 0)
        assembly.duties.update(duties)
