"""What two companies are to each other."""

import pytest

from bourse.clubs.relate import LinkKind, kept_as, seen_from

OTHER_END = {
    "competitor": "competitor",
    "same_group": "same_group",
    "customer": "supplier",
    "supplier": "customer",
}


@pytest.mark.parametrize("kind", list(LinkKind))
@pytest.mark.parametrize(("here", "there"), [(3, 8), (8, 3)])
def test_a_link_is_one_whichever_end_it_is_told_from(here: int, there: int, kind: LinkKind) -> None:
    opposite = LinkKind(OTHER_END[kind])
    first, second, kept = kept_as(here, there, kind)
    assert (first, second, kept) == kept_as(there, here, opposite)
    assert {first, second} == {here, there}
    assert (seen_from(here, first, kept), seen_from(there, first, kept)) == (kind, opposite)
