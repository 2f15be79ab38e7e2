"""What undoing a list takes back: nothing that anybody has used or changed since."""

from dataclasses import replace

import pytest

from bourse.clubs.take_back import Fate, Pointer, Reason, Trace, decide

MARC = Trace("person", 4, 5, None, {"email": "m@g.example"}, {"email": "m@g.example"}, person=4)
HIS_PLACE = Trace("membership", 9, 5, None, {"company_id": 7}, {"company_id": 7}, person=4)
GENTIANE = Trace("company", 7, 5, None, {"name": "Gentiane"}, {"name": "Gentiane"})
OWN = (Pointer("membership", 9, "person", 4), Pointer("membership", 9, "company", 7))
KNOWN = frozenset({7})


def reasons(*traces: Trace, pointers: tuple[Pointer, ...] = (), companies: frozenset[int] = KNOWN) -> list[str]:
    """The reason of each fate, people first; empty: taken back."""
    return [str(fate.reason or "") for fate in decide(traces, (*OWN, *pointers), companies)]


def test_what_nobody_used_is_taken_back_whole() -> None:
    person, company = decide((MARC, HIS_PLACE, GENTIANE), OWN, KNOWN)
    assert (person, company) == (Fate((MARC, HIS_PLACE)), Fate((GENTIANE,)))
    assert (person.noun, company.noun, person.is_new) == ("person", "company", True)


@pytest.mark.parametrize(
    ("pointer", "reason"),
    [
        (Pointer("sign_in", 1, "person", 4), "used sign_in"),
        (Pointer("invitation", 1, "person", 4), "used invitation"),
        (Pointer("meeting", 1, "membership", 9), "used meeting"),
        (Pointer("membership", 33, "person", 4), "used membership"),
        (Pointer("a_table_of_tomorrow", 1, "person", 4), "used a_table_of_tomorrow"),
    ],
)
def test_somebody_to_whom_anything_points_stays_and_so_does_his_company(pointer: Pointer, reason: str) -> None:
    assert reasons(MARC, HIS_PLACE, GENTIANE, pointers=(pointer,)) == [reason, "used membership"]


def test_the_place_that_tells_most_is_told() -> None:
    pointers = tuple(Pointer(place, 1, "person", 4) for place in ("audit_event", "way_in", "sign_in"))
    assert reasons(MARC, HIS_PLACE, pointers=pointers) == ["used sign_in"]


def test_whose_facts_were_changed_since_stays() -> None:
    renamed = replace(MARC, present={"email": "marc@g.example"})
    assert reasons(renamed, HIS_PLACE) == ["changed email"]
    described = replace(GENTIANE, after={"parking": ""}, present={"parking": "B"})
    assert reasons(MARC, HIS_PLACE, described) == ["", "changed parking"]


def test_who_accepted_the_charter_stays() -> None:
    invited = {"state": "invited", "charter_version": None}
    signed = replace(HIS_PLACE, after=invited, present={"state": "active", "charter_version": 1})
    assert reasons(MARC, signed) == ["signed"]


def test_of_somebody_only_corrected_the_use_does_not_matter() -> None:
    corrected = replace(MARC, before={"mobile": None}, after={"mobile": "1"}, present={"mobile": "1"})
    assert reasons(corrected, pointers=(Pointer("sign_in", 1, "person", 4),)) == [""]


def test_who_was_let_in_again_and_came_stays() -> None:
    back = replace(HIS_PLACE, before={"state": "left"}, after={"state": "invited"}, present={"state": "invited"})
    (unused,), (used,) = (decide((back,), since, KNOWN) for since in ((), (Pointer("invitation", 1, "person", 4),)))
    assert (unused.reason, used.reason) == (None, Reason("used", "invitation"))


def test_a_company_goes_when_all_its_people_go_or_go_back() -> None:
    moved = replace(HIS_PLACE, id=10, person=5, before={"company_id": 8}, after={"company_id": 7})
    there = Pointer("membership", 10, "company", 7)
    assert reasons(MARC, HIS_PLACE, moved, GENTIANE, pointers=(there,), companies=frozenset({7, 8})) == ["", "", ""]
    assert reasons(MARC, HIS_PLACE, GENTIANE, pointers=(there,)) == ["", "used membership"]
    promoted = replace(moved, before={"job_title": ""}, after={"job_title": "DG"}, present={"job_title": "DG"})
    assert reasons(MARC, HIS_PLACE, promoted, GENTIANE, pointers=(there,)) == ["", "", "used membership"]


def test_nobody_goes_back_to_a_company_that_is_gone() -> None:
    moved = replace(HIS_PLACE, before={"company_id": 8})
    assert reasons(moved) == ["no_way_back"]


def test_a_reason_is_written_and_read_again() -> None:
    for reason in (Reason("signed"), Reason("used", "sign_in")):
        assert Reason.of(str(reason)) == reason
