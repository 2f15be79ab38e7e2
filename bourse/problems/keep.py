"""When a version of the problem is kept, so that no sitting and no other pen loses what stood there."""

from datetime import datetime, timedelta
from enum import StrEnum

SITTING = timedelta(minutes=30)  # a longer pause ends it


class Why(StrEnum):
    """Why a version was kept. `standing` is never stored: it is the text as it stands."""

    handed_in = "handed_in"
    sent_back = "sent_back"
    approved = "approved"
    other_pen = "other_pen"  # somebody else was about to write
    new_sitting = "new_sitting"  # the same person came back to it
    replaced = "replaced"  # an earlier version was taken up again
    standing = "standing"


REVIEWED = (Why.sent_back, Why.approved)


def before_writing(left_by: int | None, left_at: datetime, writer: int, now: datetime) -> Why | None:
    """Why the text that `left_by` left is kept before the writer changes it; a sitting that goes on keeps none."""
    if left_by is None:
        return None  # a blank page
    if left_by != writer:
        return Why.other_pen
    return Why.new_sitting if now - left_at > SITTING else None
