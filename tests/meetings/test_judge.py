"""What becomes of an answer by mail: one claim, and all that must agree."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bourse.meetings.hear import Counter, Refresh, Reply
from bourse.meetings.judge import Known, Reason, Verdict, judge
from bourse.meetings.vouch import Proof

NOW = datetime(2027, 3, 2, 10, tzinfo=UTC)
MARC, OTHER = "marc@bourse.example", "marc@ailleurs.example"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

REPLY = Reply(uid="u", attendees=(MARC,), partstat="ACCEPTED", sequence=2, stamp=NOW - MINUTE)
KNOWN = Known(addresses=frozenset({MARC}), sent_sequence=2, sent_stamp=NOW - DAY)
TENTATIVE = Counter(uid="u", attendees=(MARC,), partstat="TENTATIVE", sequence=2, stamp=NOW - MINUTE)
DECLINED = Counter(uid="u", attendees=(MARC,), partstat="DECLINED", sequence=2, stamp=NOW - MINUTE)
REFRESH = Refresh(uid="u", attendees=(MARC,), partstat="", sequence=0, stamp=None)


def ruling(reply=REPLY, known=KNOWN, sender=MARC, proof=Proof.none, sent_at=NOW - MINUTE):
    return judge(reply, known, sender=sender, proof=proof, sent_at=sent_at, now=NOW)


def with_(**changes):
    return replace(REPLY, **changes)


def knowing(**changes):
    return replace(KNOWN, **changes)


@pytest.mark.parametrize(
    ("partstat", "gives"), [("ACCEPTED", "accepted"), ("TENTATIVE", "tentative"), ("DECLINED", "declined")]
)
def test_an_answer_is_taken_as_it_is_and_when_it_was_given(partstat, gives):
    taken = ruling(with_(partstat=partstat))
    assert (taken.verdict, taken.reason) == (Verdict.taken, Reason.answered)
    assert (taken.gives, taken.at, taken.stamp) == (gives, NOW - MINUTE, NOW - MINUTE)


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        # The meeting
        ({"known": None}, Reason.unknown_meeting),
        # The attendee: exactly one, and invited today
        ({"reply": with_(attendees=())}, Reason.several),
        ({"reply": with_(attendees=(MARC, OTHER))}, Reason.several),
        ({"reply": with_(is_alone=False)}, Reason.several),
        ({"reply": with_(attendees=(OTHER,)), "sender": OTHER}, Reason.not_invited),
        ({"known": knowing(addresses=frozenset())}, Reason.not_invited),
        ({"reply": with_(attendees=(OTHER,))}, Reason.other_address),
        # The sender: the attendee himself, and nobody doubts it
        ({"sender": OTHER}, Reason.other_sender),
        ({"sender": ""}, Reason.other_sender),
        ({"sender": OTHER, "reply": with_(sent_by=OTHER)}, Reason.on_behalf),
        ({"proof": Proof.failed}, Reason.refused_sender),
        # The invitation: one that was sent
        ({"reply": with_(sequence=3)}, Reason.ahead),
        ({"known": knowing(sent_sequence=None, sent_stamp=None)}, Reason.ahead),
        # The answer: one that is known
        ({"reply": with_(partstat="X-PERHAPS")}, Reason.unclear),
        ({"reply": with_(partstat="IN-PROCESS")}, Reason.unclear),
        ({"reply": with_(partstat="DELEGATED", delegated_to=OTHER)}, Reason.delegated),
    ],
)
def test_what_does_not_agree_waits_for_the_facilitator_and_changes_nothing(case, reason):
    doubted = ruling(**case)
    assert (doubted.verdict, doubted.reason, doubted.gives) == (Verdict.queued, reason, None)


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ({"known": knowing(is_closed=True)}, Reason.closed),
        ({"reply": with_(partstat="NEEDS-ACTION")}, Reason.no_answer),
        ({"reply": with_(partstat="")}, Reason.no_answer),
        (
            {"known": knowing(heard_sequence=2, heard_stamp=REPLY.stamp, answer="accepted", answered_at=REPLY.stamp)},
            Reason.repeated,
        ),
        ({"known": knowing(heard_sequence=2, heard_stamp=NOW)}, Reason.older),
        ({"known": knowing(answered_at=NOW)}, Reason.older),  # on the web, after
        ({"reply": with_(sequence=1), "known": knowing(answer="declined", answer_holds=True)}, Reason.older),
    ],
)
def test_what_says_nothing_new_is_left_alone(case, reason):
    ignored = ruling(**case)
    assert (ignored.verdict, ignored.reason, ignored.gives) == (Verdict.ignored, reason, None)


def test_proof_is_welcome_and_its_absence_no_fault():
    for proof in (Proof.passed, Proof.none):
        assert ruling(proof=proof).verdict is Verdict.taken


def test_the_last_act_wins_whichever_door_it_came_by():
    assert ruling(known=knowing(answered_at=NOW - 2 * MINUTE)).verdict is Verdict.taken
    changed_mind = knowing(heard_sequence=2, heard_stamp=REPLY.stamp, answer="declined", answered_at=REPLY.stamp)
    assert ruling(known=changed_mind).gives == "accepted"


@pytest.mark.parametrize(
    "case",
    [{"reply": with_(sequence=1)}, {"known": knowing(tells_present=False)}],
)
def test_an_answer_to_the_former_date_is_noted_as_that(case):
    taken = ruling(**case)
    assert (taken.verdict, taken.reason, taken.gives) == (Verdict.taken, Reason.former_date, "accepted")


@pytest.mark.parametrize(
    "stamp",
    [None, KNOWN.sent_stamp, NOW - 300 * DAY],
    ids=["none", "the invitation's own", "before the invitation"],
)
def test_a_stamp_that_cannot_be_its_own_yields_to_the_mail_s_date(stamp):
    assert ruling(with_(stamp=stamp), sent_at=NOW - 5 * MINUTE).at == NOW - 5 * MINUTE
    assert ruling(with_(stamp=stamp), sent_at=None).at == NOW


def test_a_fast_clock_locks_nobody_out():
    an_hour_ahead, a_year_ahead = ruling(with_(stamp=NOW + DAY / 24)), ruling(with_(stamp=NOW + 365 * DAY))
    assert an_hour_ahead.at == a_year_ahead.at == NOW
    assert (an_hour_ahead.stamp, a_year_ahead.stamp) == (NOW + DAY / 24, NOW)


@pytest.mark.parametrize(("counter", "gives"), [(TENTATIVE, "tentative"), (DECLINED, None)])
def test_another_time_is_the_facilitator_s_to_decide(counter, gives):
    proposed = ruling(counter)
    assert (proposed.verdict, proposed.reason, proposed.gives) == (Verdict.queued, Reason.other_time, gives)


def test_another_time_than_the_former_one_counts_for_no_answer():
    assert ruling(replace(TENTATIVE, sequence=1)).gives is None
    assert ruling(TENTATIVE, knowing(answered_at=NOW)).gives is None


def test_a_calendar_that_asks_is_told_again_but_once_an_hour():
    assert ruling(REFRESH).reason is Reason.told_again
    assert ruling(REFRESH, knowing(sent_stamp=NOW - MINUTE)).reason is Reason.told_lately
    assert ruling(REFRESH, sender=OTHER).verdict is Verdict.queued
