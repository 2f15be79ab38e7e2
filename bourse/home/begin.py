"""How a club begins: the steps up to its first invitations, and which one is next."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

Step = Literal["found", "charter", "members", "meeting", "invitations"]
STEPS: tuple[Step, ...] = get_args(Step)
Standing = Literal["done", "next", "open", "later"]  # open: possible now, though another one comes first


@dataclass(frozen=True, slots=True)
class Start:
    """A club whose first invitations have not left; `club` and `meeting` are the caller's own handles."""

    club: Any
    has_charter: bool = False
    members: int = 0
    meeting: Any = None

    @property
    def steps(self) -> list[tuple[Step, Standing]]:
        """The five steps in order, each as it stands."""
        undone = list(self._undone())
        # The charter may wait: once there are members, it is no longer what comes first.
        first = next(step for step in undone if step != "charter" or not self.members)
        return [(step, self._standing(step, undone, first)) for step in STEPS]

    def _undone(self) -> Iterator[Step]:
        if not self.has_charter:
            yield "charter"
        if not self.members:
            yield "members"
        if not self.meeting:
            yield "meeting"
        yield "invitations"

    def _standing(self, step: Step, undone: list[Step], first: Step) -> Standing:
        if step not in undone:
            return "done"
        if step == first:
            return "next"
        return "open" if step in ("charter", "members") else "later"
