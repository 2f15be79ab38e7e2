"""Who may read how much of a problem, and when."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bourse.problems.read import SUMMARY, TOLD, Dates, Level, ProblemState, Readers, Relation, due_on, level, state_at

STARTS = datetime(2026, 3, 12, 13, tzinfo=UTC)  # a Thursday, 14:00 in Paris
MEETING = Dates(STARTS, STARTS + timedelta(hours=4), "Europe/Paris")
EVE_OF_SHARING = datetime(2026, 3, 4, 22, 59, tzinfo=UTC)  # 23:59 in Paris on D-8
SHARED = datetime(2026, 3, 4, 23, 0, tzinfo=UTC)  # midnight in Paris: D-7 begins
JUST_BEFORE = STARTS - timedelta(seconds=1)
LAST_EVENING = datetime(2026, 4, 11, 21, 59, tzinfo=UTC)  # 23:59 in Paris on D+30, in summer time
ARCHIVED = datetime(2026, 4, 11, 22, 0, tzinfo=UTC)

nothing, title, summary, complete = Level
UNAPPROVED = [ProblemState.to_write, ProblemState.draft, ProblemState.submitted, ProblemState.to_complete]
INSIDERS = [Relation.attending, Relation.guest, Relation.member]
MOMENTS = [EVE_OF_SHARING, SHARED, JUST_BEFORE, STARTS, LAST_EVENING, ARCHIVED]


def levels(readers, relation):
    return [level(ProblemState.approved, readers, relation, MEETING, now) for now in MOMENTS]


@pytest.mark.parametrize(
    ("readers", "relation", "expected"),
    [
        (Readers.attending, Relation.attending, [title, summary, summary, complete, complete, nothing]),
        (Readers.attending, Relation.guest, [title, summary, summary, summary, summary, nothing]),
        (Readers.attending, Relation.member, [title, title, title, title, title, nothing]),
        (Readers.club, Relation.attending, [title, summary, summary, complete, complete, nothing]),
        (Readers.club, Relation.guest, [title, summary, summary, summary, summary, nothing]),
        (Readers.club, Relation.member, [title, summary, summary, summary, summary, nothing]),
        (Readers.facilitator, Relation.attending, [nothing] * 6),
        (Readers.facilitator, Relation.guest, [nothing] * 6),
        (Readers.facilitator, Relation.member, [nothing] * 6),
    ],
)
def test_an_approved_problem_opens_as_the_host_chose(readers, relation, expected):
    assert levels(readers, relation) == expected


@pytest.mark.parametrize("readers", Readers)
def test_the_office_and_strangers_read_nothing_of_it(readers):
    assert levels(readers, Relation.outsider) == [nothing] * 6


@pytest.mark.parametrize("state", UNAPPROVED)
@pytest.mark.parametrize("readers", Readers)
@pytest.mark.parametrize("now", MOMENTS)
def test_before_approval_nobody_reads_but_host_and_facilitator(state, readers, now):
    assert {level(state, readers, relation, MEETING, now) for relation in [*INSIDERS, Relation.outsider]} == {nothing}
    assert level(state, readers, Relation.host, MEETING, now) is complete
    assert level(state, readers, Relation.facilitator, MEETING, now) is complete


def test_host_and_facilitator_keep_an_archived_problem():
    assert level(ProblemState.approved, Readers.attending, Relation.host, MEETING, ARCHIVED) is complete
    assert level(ProblemState.approved, Readers.attending, Relation.facilitator, MEETING, ARCHIVED) is complete


def test_the_summary_leaves_out_the_delicate_half():
    assert set(TOLD[complete]) - set(SUMMARY) == {"why_now", "options", "to_look_at"}
    assert TOLD[title] == ("question",)
    assert TOLD[nothing] == ()


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (EVE_OF_SHARING, ProblemState.approved),
        (SHARED, ProblemState.shared),
        (LAST_EVENING, ProblemState.shared),
        (ARCHIVED, ProblemState.archived),
    ],
)
def test_the_calendar_shares_and_archives_an_approved_problem(now, state):
    assert state_at(ProblemState.approved, MEETING, now) is state


@pytest.mark.parametrize("state", UNAPPROVED)
def test_the_calendar_shares_nothing_that_is_not_approved(state):
    assert {state_at(state, MEETING, now) for now in MOMENTS} == {state}


def test_it_is_due_two_weeks_before_in_the_days_of_the_club():
    assert due_on(STARTS, "Europe/Paris") == MEETING.due_on == date(2026, 2, 26)
    assert due_on(datetime(2026, 3, 12, 2, tzinfo=UTC), "America/Montreal") == date(2026, 2, 25)
