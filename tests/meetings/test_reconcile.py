"""The life of an invitation: what is due to whom, as sentences about the club."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bourse.meetings.reconcile import (
    Copy,
    InvitationFacts,
    MeetingFacts,
    Message,
    Reason,
    Terms,
    answer_holds,
    due,
    fingerprint,
    next_stamp,
    outdating,
)

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
OCTOBER = Terms(datetime(2026, 10, 15, 12, tzinfo=UTC), datetime(2026, 10, 15, 16, tzinfo=UTC), "Vire")
NOVEMBER = Terms(datetime(2026, 11, 12, 13, tzinfo=UTC), datetime(2026, 11, 12, 17, tzinfo=UTC), "Vire")

MARC = InvitationFacts("marc", "marc@bourse.example")
NADIA = InvitationFacts("nadia", "nadia@bourse.example", partstat="ACCEPTED")
PAUL = InvitationFacts("paul", "paul@bourse.example", partstat="DECLINED")


def meeting(terms: Terms = OCTOBER, text: str = "", sequence: int = 0, released: bool = True) -> MeetingFacts:
    return MeetingFacts(sequence, fingerprint(terms, text), terms.ends_at, released, terms.is_cancelled)


def sent(invitation: InvitationFacts, messages: Iterable[Message]) -> InvitationFacts:
    """The invitation once the messages have left: one copy an address, the last one."""
    copies = {copy.address.casefold(): copy for copy in invitation.copies}
    copies |= {each.address.casefold(): each.copy for each in messages if each.invitation == invitation.key}
    return replace(invitation, copies=tuple(copies.values()))


def after(invitation: InvitationFacts, *past: MeetingFacts) -> InvitationFacts:
    """The invitation after the runs that these states of the meeting brought."""
    for day, state in enumerate(past):
        invitation = sent(invitation, due(state, [invitation], NOW - timedelta(days=9 - day)))
    return invitation


def short(messages: Iterable[Message]) -> list[tuple[object, str, int, str]]:
    return [(each.invitation, each.method, each.sequence, each.reason.value) for each in messages]


def test_everybody_is_invited_when_the_meeting_is_released() -> None:
    assert short(due(meeting(), [MARC, NADIA, PAUL], NOW)) == [
        (who, "REQUEST", 0, "new") for who in ("marc", "nadia", "paul")
    ]


def test_nothing_leaves_before_the_facilitators_go() -> None:
    assert due(meeting(released=False), [MARC], NOW) == []


def test_a_second_run_finds_nothing_due() -> None:
    assert due(meeting(), [after(MARC, meeting())], NOW) == []


def test_an_invitation_says_what_the_caller_must_write_down() -> None:
    (message,) = due(meeting(), [MARC], NOW)
    there = Copy("marc@bourse.example", "REQUEST", 0, meeting().fingerprint, NOW, partstat="NEEDS-ACTION")
    assert message.copy == there
    assert (message.partstat, message.letter) == ("NEEDS-ACTION", "invitation")


def test_who_is_added_later_gets_the_present_number_and_the_others_nothing() -> None:
    assert short(due(meeting(sequence=3), [after(MARC, meeting(sequence=3)), NADIA], NOW)) == [
        ("nadia", "REQUEST", 3, "new")
    ]


def test_who_is_removed_alone_hears_of_it_once() -> None:
    removed = replace(after(MARC, meeting(sequence=2)), is_invited=False)
    messages = due(meeting(sequence=2), [removed, after(NADIA, meeting(sequence=2))], NOW)
    assert short(messages) == [("marc", "CANCEL", 3, "removed")]
    assert messages[0].letter == "cancelled"
    assert due(meeting(sequence=2), [sent(removed, messages)], NOW) == []


def test_who_is_removed_before_anything_left_hears_nothing() -> None:
    assert due(meeting(), [replace(MARC, is_invited=False)], NOW) == []


def test_who_was_removed_hears_nothing_of_a_move_or_a_cancellation() -> None:
    gone = sent(removed := replace(after(MARC, meeting()), is_invited=False), due(meeting(), [removed], NOW))
    assert due(meeting(NOVEMBER, sequence=1), [gone], NOW) == []
    assert due(meeting(replace(OCTOBER, is_cancelled=True), sequence=1), [gone], NOW) == []


def test_who_is_invited_again_gets_a_number_above_the_cancellation() -> None:
    removed = replace(after(MARC, meeting()), is_invited=False)
    back = replace(sent(removed, due(meeting(), [removed], NOW)), is_invited=True)
    messages = due(meeting(), [back], NOW)
    assert short(messages) == [("marc", "REQUEST", 2, "restored")]
    assert messages[0].letter == "invitation"


def test_who_came_back_keeps_rising_when_the_meeting_moves() -> None:
    removed = replace(after(MARC, meeting()), is_invited=False)
    back = after(replace(sent(removed, due(meeting(), [removed], NOW)), is_invited=True), meeting())
    assert short(due(meeting(NOVEMBER, sequence=1), [back], NOW)) == [("marc", "REQUEST", 3, "moved")]


def test_a_new_time_is_told_to_all_also_to_those_who_declined() -> None:
    everybody = [after(who, meeting()) for who in (MARC, NADIA, PAUL)]
    messages = due(meeting(NOVEMBER, sequence=1), everybody, NOW)
    assert short(messages) == [(who, "REQUEST", 1, "moved") for who in ("marc", "nadia", "paul")]
    assert {each.letter for each in messages} == {"new_date"}


def test_a_new_place_is_told_like_a_new_time() -> None:
    caen = replace(OCTOBER, place="Caen")
    assert short(due(meeting(caen, sequence=1), [after(PAUL, meeting())], NOW)) == [("paul", "REQUEST", 1, "moved")]


def test_a_new_text_keeps_the_number_and_spares_those_who_declined() -> None:
    everybody = [after(who, meeting()) for who in (MARC, NADIA, PAUL)]
    messages = due(meeting(text="Parking au nord"), everybody, NOW)
    assert short(messages) == [("marc", "REQUEST", 0, "changed"), ("nadia", "REQUEST", 0, "changed")]
    assert [each.partstat for each in messages] == ["NEEDS-ACTION", "ACCEPTED"]
    assert {each.letter for each in messages} == {"changed"}


def test_who_declined_and_now_comes_gets_the_text_he_was_spared() -> None:
    paul = replace(after(PAUL, meeting()), partstat="ACCEPTED")
    assert short(due(meeting(text="Parking au nord"), [paul], NOW)) == [("paul", "REQUEST", 0, "changed")]


def answered(partstat: str, minutes: int = 5) -> InvitationFacts:
    """Marc's invitation, sent before he answered, some minutes ago, elsewhere than in his calendar."""
    return replace(after(MARC, meeting()), partstat=partstat, answered_at=NOW - timedelta(minutes=minutes))


@pytest.mark.parametrize("partstat", ["ACCEPTED", "TENTATIVE", "DECLINED"])
def test_an_answer_given_elsewhere_is_told_to_that_calendar_under_the_same_number(partstat: str) -> None:
    marc = answered(partstat)
    (message,) = messages = due(meeting(), [marc, after(NADIA, meeting()), after(PAUL, meeting())], NOW)
    assert (*short(messages)[0], message.partstat) == ("marc", "REQUEST", 0, "answered", partstat)
    assert message.stamp > marc.copies[0].stamp
    assert (message.letter, message.copy.partstat) == ("answered", partstat)
    assert due(meeting(), [sent(marc, messages)], NOW) == []


def test_who_changes_his_mind_within_a_minute_gets_one_message_or_none() -> None:
    assert due(meeting(), [answered("ACCEPTED", minutes=0)], NOW) == []
    told = sent(answered("ACCEPTED"), due(meeting(), [answered("ACCEPTED")], NOW))
    wavering = replace(told, partstat="DECLINED", answered_at=NOW + timedelta(minutes=9))
    ten_past, later = NOW + timedelta(minutes=9, seconds=59), NOW + timedelta(minutes=15)
    assert due(meeting(), [wavering], ten_past) == []
    assert due(meeting(), [replace(wavering, partstat="ACCEPTED")], later) == []
    assert short(due(meeting(), [wavering], later)) == [("marc", "REQUEST", 0, "answered")]


def test_an_answer_that_changes_before_its_letter_left_makes_one_message_or_none() -> None:
    marc = waiting(answered("ACCEPTED"), *due(meeting(), [answered("ACCEPTED")], NOW))
    (message,) = due(meeting(), [replace(marc, partstat="DECLINED")], NOW)
    assert (message.partstat, message.reason) == ("DECLINED", Reason.answered)
    back = replace(marc, partstat="NEEDS-ACTION")
    assert due(meeting(), [back], NOW) == []


@pytest.mark.parametrize(
    "marc",
    [
        replace(answered("ACCEPTED"), tells_answers=False),
        replace(answered("ACCEPTED"), copies=[replace(answered("ACCEPTED").copies[0], partstat="ACCEPTED")]),
        replace(answered("ACCEPTED"), copies=[replace(answered("ACCEPTED").copies[0], partstat="")]),
        replace(answered("NEEDS-ACTION"), copies=[replace(answered("ACCEPTED").copies[0], partstat="ACCEPTED")]),
    ],
    ids=["he does not want it", "his calendar shows it", "nobody knows what it shows", "he has to confirm"],
)
def test_no_answer_is_told_to_a_calendar_that_need_not_hear_it(marc: InvitationFacts) -> None:
    assert due(meeting(), [marc], NOW) == []


def test_an_answer_goes_with_a_move_or_a_text_and_never_after_the_end() -> None:
    marc = answered("ACCEPTED")
    assert short(due(meeting(NOVEMBER, sequence=1), [marc], NOW)) == [("marc", "REQUEST", 1, "moved")]
    (message,) = due(meeting(text="Parking au nord"), [marc], NOW)
    assert (message.reason, message.partstat) == (Reason.changed, "ACCEPTED")
    assert due(meeting(), [replace(marc, is_invited=False)], NOW)[0].method == "CANCEL"
    assert due(meeting(), [marc], OCTOBER.ends_at) == []


def test_two_quick_edits_make_one_message() -> None:
    (message,) = due(meeting(NOVEMBER, "Parking au nord", sequence=2), [after(MARC, meeting())], NOW)
    assert (message.sequence, message.reason) == (2, Reason.moved)


def waiting(invitation: InvitationFacts, *messages: Message) -> InvitationFacts:
    """The invitation while the letters of these messages have not left."""
    copies = [replace(each.copy, waits=True) for each in messages if each.invitation == invitation.key]
    return replace(invitation, copies=[*invitation.copies, *copies])


def test_an_edit_before_the_letter_left_makes_one_message_of_two() -> None:
    marc = after(MARC, meeting())
    first = due(meeting(NOVEMBER, sequence=1), [marc], NOW)
    state, marc = meeting(NOVEMBER, "Parking au nord", sequence=1), waiting(marc, *first)
    assert [each.invitation for each in outdating(state, [marc], NOW)] == ["marc"]
    assert short(due(state, [marc], NOW)) == [("marc", "REQUEST", 1, "moved")]


def test_a_letter_that_waits_and_is_still_right_is_left_alone() -> None:
    marc = waiting(MARC, *due(meeting(), [MARC], NOW))
    assert outdating(meeting(), [marc], NOW) == due(meeting(), [marc], NOW) == []


@pytest.mark.parametrize(
    "state", [meeting(replace(OCTOBER, is_cancelled=True), sequence=1), meeting(OCTOBER, sequence=2)]
)
def test_a_change_taken_back_before_its_letter_left_is_told_to_nobody(state: MeetingFacts) -> None:
    """Cancelled before anybody was invited; moved and moved back."""
    before = () if state.is_cancelled else (meeting(),)
    marc = after(MARC, *before)
    written = due(meeting(NOVEMBER if before else OCTOBER, sequence=1), [marc], NOW)
    marc = waiting(marc, *written)
    assert outdating(state, [marc], NOW)
    assert due(state, [marc], NOW) == []


def test_who_is_removed_or_moves_house_before_the_letter_left_never_knew() -> None:
    marc = waiting(MARC, *due(meeting(), [MARC], NOW))
    assert due(meeting(), [replace(marc, is_invited=False)], NOW) == []
    (message,) = due(meeting(), [replace(marc, address="marc@atelier.example")], NOW)
    assert (message.address, message.reason) == ("marc@atelier.example", Reason.new)


def test_an_edit_taken_back_at_once_is_told_to_nobody() -> None:
    assert due(meeting(OCTOBER, sequence=2), [after(MARC, meeting())], NOW) == []


def test_a_cancellation_is_told_to_all_who_hold_the_meeting() -> None:
    off = meeting(replace(OCTOBER, is_cancelled=True), sequence=1)
    everybody = [after(MARC, meeting()), after(PAUL, meeting()), NADIA]
    messages = due(off, everybody, NOW)
    assert short(messages) == [("marc", "CANCEL", 1, "cancelled"), ("paul", "CANCEL", 1, "cancelled")]
    assert due(off, [sent(everybody[0], messages)], NOW) == []


def test_a_meeting_that_is_held_after_all_comes_back_above_its_cancellation() -> None:
    off = meeting(replace(OCTOBER, is_cancelled=True), sequence=1)
    assert short(due(meeting(sequence=2), [after(MARC, meeting(), off)], NOW)) == [("marc", "REQUEST", 2, "restored")]


def test_it_comes_back_above_its_cancellation_even_if_the_number_was_not_raised() -> None:
    off = meeting(replace(OCTOBER, is_cancelled=True))
    marc = after(MARC, meeting(), off)
    assert short(due(meeting(), [marc], NOW)) == [("marc", "REQUEST", 2, "restored")]


def test_a_new_address_gets_the_meeting_and_the_old_one_loses_it_first() -> None:
    moved_house = replace(after(NADIA, meeting()), address="nadia@atelier.example")
    old, new = messages = due(meeting(), [moved_house], NOW)
    assert [(each.address, *short([each])[0][1:]) for each in messages] == [
        ("nadia@bourse.example", "CANCEL", 1, "new_address"),
        ("nadia@atelier.example", "REQUEST", 2, "new_address"),
    ]
    assert old.stamp < new.stamp
    assert [each.letter for each in messages] == ["cancelled", "invitation"]
    assert due(meeting(), [sent(moved_house, messages)], NOW) == []


def test_who_takes_an_old_address_back_gets_the_meeting_there_again() -> None:
    there = after(replace(after(MARC, meeting()), address="marc@atelier.example"), meeting())
    messages = due(meeting(), [replace(there, address="marc@bourse.example")], NOW)
    assert [(each.address, each.method, each.sequence) for each in messages] == [
        ("marc@atelier.example", "CANCEL", 3),
        ("marc@bourse.example", "REQUEST", 4),
    ]


def test_an_address_in_other_letters_is_the_same_address() -> None:
    assert due(meeting(), [replace(after(MARC, meeting()), address="Marc@Bourse.example")], NOW) == []


def test_of_two_spellings_of_an_address_the_later_copy_counts() -> None:
    new, old = (
        Copy(address, "REQUEST", 0, state.fingerprint, NOW - timedelta(days=days))
        for address, state, days in [
            ("marc@bourse.example", meeting(), 1),
            ("Marc@bourse.example", meeting(NOVEMBER), 2),
        ]
    )
    assert due(meeting(), [replace(MARC, copies=(new, old))], NOW) == []


def test_who_changes_address_and_leaves_loses_the_meeting_where_it_stands() -> None:
    gone = replace(after(MARC, meeting()), address="marc@atelier.example", is_invited=False)
    assert [(each.address, each.reason) for each in due(meeting(), [gone], NOW)] == [
        ("marc@bourse.example", Reason.removed)
    ]


@pytest.mark.parametrize("state", [NOVEMBER, replace(OCTOBER, is_cancelled=True)])
def test_nothing_is_said_of_a_meeting_that_has_ended(state: Terms) -> None:
    marc = after(MARC, meeting())
    assert due(meeting(state, sequence=1), [marc, NADIA], state.ends_at) == []


def test_a_meeting_moved_out_of_the_past_is_told() -> None:
    marc = after(MARC, meeting())
    assert short(due(meeting(NOVEMBER, sequence=1), [marc], OCTOBER.ends_at)) == [("marc", "REQUEST", 1, "moved")]


@pytest.mark.parametrize(
    ("last", "stamp"),
    [
        (None, NOW),
        (NOW - timedelta(minutes=1), NOW),
        (NOW, NOW + timedelta(seconds=1)),
        (NOW + timedelta(hours=2), NOW + timedelta(hours=2, seconds=1)),
    ],
)
def test_each_message_is_stamped_later_than_the_one_before(last: datetime | None, stamp: datetime) -> None:
    assert next_stamp(last, NOW + timedelta(microseconds=400)) == stamp


def test_two_messages_in_one_second_are_told_apart_by_their_stamps() -> None:
    marc = sent(MARC, due(meeting(), [MARC], NOW))
    (second,) = due(meeting(text="Parking au nord"), [marc], NOW)
    assert second.stamp > marc.copies[0].stamp


@pytest.mark.parametrize(
    ("answered", "moved", "holds"), [(None, 0, False), (0, 0, True), (0, 1, False), (1, 1, True), (2, 1, True)]
)
def test_an_answer_to_a_former_date_is_to_confirm(answered: int | None, moved: int, holds: bool) -> None:
    assert answer_holds(answered, moved) is holds


def test_the_same_instant_in_another_zone_is_the_same_meeting() -> None:
    local = replace(OCTOBER, starts_at=OCTOBER.starts_at.astimezone())
    assert fingerprint(local, "a", "b") == fingerprint(OCTOBER, "a", "b")
    assert fingerprint(OCTOBER, "ab", "") != fingerprint(OCTOBER, "a", "b")
