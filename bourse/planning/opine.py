"""What members say of a plan, put beside its meetings; and who has said it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bourse.planning.sheet import Sheet


def against_of(proposal: Any, sheet: Sheet, members: Mapping[int, Any]) -> dict[str, list[Any]]:
    """By date of the plan, the opinions to which it does not suit; of members who still belong."""
    said = [each for each in proposal.opinions if each.membership_id in members]
    return {row.slot: [each for each in said if row.slot in each.slots] for row in sheet.rows}


@dataclass(frozen=True)
class Round:
    """The members who are asked what they think of a plan, and what each has said, by membership."""

    members: tuple[Any, ...]
    said: Mapping[int, Any]

    @classmethod
    def of(cls, members: Iterable[Any], opinions: Iterable[Any]) -> "Round":
        return cls(tuple(members), {each.membership_id: each for each in opinions})

    @property
    def silent(self) -> list[Any]:
        """Those who have said nothing of the version that was sent last."""
        return [each for each in self.members if not self._has_answered(each)]

    @property
    def answered(self) -> list[Any]:
        return [each for each in self.members if self._has_answered(each)]

    def _has_answered(self, member: Any) -> bool:
        return member.id in self.said and self.said[member.id].is_about_plan_sent
