"""What two companies may be to each other, and the one way in which it is kept."""

from enum import StrEnum


class LinkKind(StrEnum):
    """What the other company is."""

    competitor = "competitor"
    customer = "customer"
    supplier = "supplier"
    same_group = "same_group"


MUTUAL = (LinkKind.competitor, LinkKind.same_group)


def kept_as(here: int, there: int, kind: LinkKind) -> tuple[int, int, LinkKind]:
    """One form for both ends: a customer is kept as whose supplier we are, the mutual with the lower id first."""
    if kind is LinkKind.customer:
        return there, here, LinkKind.supplier
    if kind in MUTUAL:
        return min(here, there), max(here, there), kind
    return here, there, kind


def seen_from(here: int, first: int, kept: LinkKind) -> LinkKind:
    """What the other end of a kept link is to the company `here`; `first` is the end it is kept from."""
    return LinkKind.customer if kept is LinkKind.supplier and here != first else kept
