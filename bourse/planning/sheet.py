"""What the page of a plan shows: each meeting with its reasons, what is wrong with it, and what else would do."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from bourse.planning.adjust import exchange, pin_of
from bourse.planning.count import Breach, Count, count
from bourse.planning.draft import Draft, settle
from bourse.planning.explain import Reasons, reasons
from bourse.planning.forecast import Letters, chances_in, expected
from bourse.planning.instance import Instance, Pin, Placed, Slot
from bourse.planning.solve import key

ALTERNATIVES = 2


@dataclass(frozen=True)
class Presence:
    """How many people are expected: on average, and between which numbers."""

    mean: float
    low: int
    high: int


@dataclass(frozen=True)
class Row:
    """A meeting of the plan, by its number in the season."""

    number: int
    placed: Placed
    starts: datetime
    ends: datetime
    presence: Presence
    why: Reasons
    yes: int  # who said yes to the date
    seats: int
    months: Collection[int]  # in which its host would like to receive
    last: date | None  # when its host last received
    is_locked: bool
    is_fixed: bool
    worth: Mapping[str, Any] | None  # what the best season without it would cost
    breaches: tuple[Breach, ...] = ()

    @property
    def on(self) -> date:
        return self.starts.date()

    @property
    def slot(self) -> str:
        return self.placed.slot

    @property
    def host(self) -> str:
        return self.placed.host


@dataclass(frozen=True)
class Option:
    """Something to choose for a meeting: another date or host, who would come, and what it costs more."""

    placed: Placed
    starts: datetime
    presence: Presence
    delta: int
    scores: Mapping[str, int]  # the same, score by score
    broken: int  # rules that the plan would break with it

    @property
    def on(self) -> date:
        return self.starts.date()


@dataclass(frozen=True)
class Sheet:
    """A plan of one club, as a page shows it."""

    document: Mapping[str, Any]
    instance: Instance  # with the locks and refusals of the draft
    draft: Draft
    worths: Mapping[str, Any] = field(default_factory=dict)

    def at(self, draft: Draft) -> "Sheet":
        """The same season with another version of the plan."""
        return replace(self, instance=settle(self.instance, draft), draft=draft)

    @cached_property
    def club(self) -> str:
        return next(iter(self.instance.clubs))

    @cached_property
    def chances(self) -> Mapping[str, Letters]:
        """Each member's own, which the interchange format knows nothing of."""
        return chances_in(self.document)

    @cached_property
    def counted(self) -> Count:
        return count(self.instance, self.draft.meetings)

    @cached_property
    def rows(self) -> list[Row]:
        in_order = sorted(self.draft.meetings, key=lambda each: self.instance.number[each.slot])
        first = 1 + int(self.document.get("left_out", 0))  # past meetings that no rule judges
        return [self._row(number, placed) for number, placed in enumerate(in_order, first)]

    def _row(self, number: int, placed: Placed) -> Row:
        slot, members = self.instance.slots[placed.slot], self.instance.clubs[self.club].members
        facts = self._hosts.get(placed.host, {})
        return Row(
            number=number,
            placed=placed,
            starts=slot.start,
            ends=slot.end,
            presence=Presence(*expected(self.instance, placed, self.chances)),
            why=reasons(self.instance, placed),
            yes=sum(each.answers[self.instance.number[placed.slot]] == "Y" for each in members),
            seats=len(members),
            months=facts.get("months", ()),
            last=date.fromisoformat(facts["last"]) if facts.get("last") else None,
            is_locked=pin_of(placed) in self.draft.locked,
            is_fixed=placed in self.instance.fixed,
            worth=self.worths.get(key(placed)),
            breaches=tuple(
                each for each in self.counted.breaches if placed.slot in each.about and _is_about(each, placed)
            ),
        )

    @cached_property
    def _hosts(self) -> Mapping[str, Mapping[str, Any]]:
        return {each["company"]: each for each in self.document["clubs"][0]["hosts"]}

    def membership_of(self, host: str) -> int | None:
        """The member who receives for a company."""
        return self._hosts[host]["membership"] if host in self._hosts else None

    @property
    def presence(self) -> float:
        """People expected at a meeting, on average."""
        return sum(row.presence.mean for row in self.rows) / len(self.rows) if self.rows else 0.0

    def who_cannot(self, row: Row) -> list[int]:
        """The members who said no to the date of a meeting."""
        number = self.instance.number[row.slot]
        return [int(each.id) for each in self.instance.clubs[self.club].members if each.answers[number] == "N"]

    def stands_in(self, row: Row) -> str | None:
        """Who facilitates instead of who usually does."""
        usual = self.instance.clubs[self.club].facilitators[0]
        return None if row.placed.facilitator == usual else row.placed.facilitator

    @property
    def seats(self) -> int:
        return len(self.instance.clubs[self.club].members)

    @cached_property
    def general(self) -> list[Breach]:
        """What is wrong with no meeting in particular."""
        of_rows = {breach for row in self.rows for breach in row.breaches}
        return [each for each in self.counted.breaches if each not in of_rows]

    @property
    def wrong(self) -> list[Row]:
        return [row for row in self.rows if row.breaches]

    @cached_property
    def spare(self) -> list[str]:
        """The hosts of the club that do not receive."""
        hosting = {each.host for each in self.draft.meetings}
        return [host for host in self.instance.clubs[self.club].hosts if host not in hosting]

    def row_at(self, slot: str) -> Row | None:
        return next((row for row in self.rows if row.slot == slot and not row.is_fixed), None)

    @property
    def done(self) -> set[str]:
        """The hosts of the meetings that were: nothing by hand changes these."""
        return {each.host for each in self.instance.fixed}

    # What else would do

    def hosts_for(self, row: Row) -> list[Option]:
        """Everybody who may receive that day, today's host first; who receives another day would swap."""
        hosts = [
            row.host,
            *(each for each in self.instance.clubs[self.club].hosts if each not in {row.host, *self.done}),
        ]
        return [self._option(row, replace(row.placed, host=host)) for host in hosts]

    def dates_for(self, row: Row) -> list[Option]:
        """The days to come on which nobody receives, and today's."""
        wanted = {row.slot, *(each.id for each in self.free)}
        return [self._option(row, replace(row.placed, slot=slot)) for slot in self.instance.slots if slot in wanted]

    @cached_property
    def free(self) -> list[Slot]:
        """The dates to come on which nobody receives."""
        taken = {each.slot for each in self.draft.meetings}
        days = (slot for slot in self.instance.slots.values() if slot.id not in taken and not slot.is_public_holiday)
        return [slot for slot in days if slot.day >= self.instance.today]

    def alternatives(self, row: Row) -> list[Option]:
        """The cheapest ways out of what is wrong with a meeting: another day, or another host."""
        others = [each for each in (*self.dates_for(row), *self.hosts_for(row)) if each.placed != row.placed]
        better = (each for each in others if each.broken < len(self._before.breaches))
        return sorted(better, key=lambda each: (each.broken, each.delta))[:ALTERNATIVES]

    def _option(self, row: Row, placed: Placed) -> Option:
        after = count(self._bare, rearranged(self.draft.meetings, row.placed, placed))
        return Option(
            placed=placed,
            starts=self.instance.slots[placed.slot].start,
            presence=Presence(*expected(self.instance, placed, self.chances)),
            delta=after.objective - self._before.objective,
            scores={name: points - self._before.scores[name] for name, points in after.scores.items()},
            broken=len(after.breaches),
        )

    @cached_property
    def _bare(self) -> Instance:
        """The season without what was settled by hand, which a hand may change."""
        return replace(self.instance, locked=frozenset(), forbidden=self.draft.forbidden)

    @cached_property
    def _before(self) -> Count:
        return count(self._bare, self.draft.meetings)


def _is_about(breach: Breach, placed: Placed) -> bool:
    """Whether a rule that names a date is broken by this meeting: of two that are too near, the later one."""
    if breach.rule == "gap":
        return breach.about[2] == placed.slot
    if placed.slot not in breach.about:
        return False
    return breach.rule == "double" or placed.host in breach.about


def sheet_of(document: Mapping[str, Any], instance: Instance, draft: Draft, worths: Mapping[str, Any]) -> Sheet:
    return Sheet(document, settle(instance, draft), draft, worths)


# Changes made by hand


def touched(before: Draft, after: Draft) -> frozenset[Pin]:
    """The dates and hosts of the second version that somebody placed, locked, unlocked or ruled out."""
    there = {pin_of(each) for each in after.meetings}
    moved = there - {pin_of(each) for each in before.meetings}
    return frozenset(moved | there & ((before.locked ^ after.locked) | (before.forbidden ^ after.forbidden)))


def rearranged(plan: Sequence[Placed], old: Placed, new: Placed) -> tuple[Placed, ...]:
    """The plan with one meeting changed; whoever had the new day or was the new host takes over the old one."""
    swapped = plan
    for other in plan:
        if other != old and other.slot == new.slot:
            swapped = exchange(swapped, other, replace(other, slot=old.slot))
        elif other != old and other.host == new.host:
            swapped = exchange(swapped, other, replace(other, host=old.host))
    return exchange(swapped, old, new)


def changed(draft: Draft, old: Placed, new: Placed, is_locked: bool) -> Draft:
    """The draft after somebody changed a meeting, and maybe locked it; what is locked and gone is locked no more."""
    meetings = rearranged(draft.meetings, old, new)
    there = {pin_of(each) for each in meetings}
    locked = (draft.locked & there) - {pin_of(new)} | ({pin_of(new)} if is_locked else set())
    return Draft(meetings, frozenset(locked), draft.forbidden - {pin_of(new)})


def ruled_out(draft: Draft, placed: Placed) -> Draft:
    """The draft in which a date and a host are not to be together; the next plan will do without."""
    pin = pin_of(placed)
    return replace(draft, locked=draft.locked - {pin}, forbidden=draft.forbidden | {pin})
