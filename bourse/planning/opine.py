"""What members say of a plan, put beside its meetings."""

from collections.abc import Mapping
from typing import Any

from bourse.planning.sheet import Sheet


def against_of(proposal: Any, sheet: Sheet, members: Mapping[int, Any]) -> dict[str, list[Any]]:
    """By date of the plan, the opinions to which it does not suit; of members who still belong."""
    said = [each for each in proposal.opinions if each.membership_id in members]
    return {row.slot: [each for each in said if row.slot in each.slots] for row in sheet.rows}
