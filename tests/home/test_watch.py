"""The season of a club, member by member: who came, who comes, who drifts away."""

from datetime import date

from bourse.home.watch import Afternoon, Member, Season, Trace, points, watch

TODAY = date(2027, 3, 2)
HUGO, MARC, NADIA = 1, 2, 3
PEOPLE = {HUGO: "hugo", MARC: "marc", NADIA: "nadia"}
PAST = [Afternoon(10 + month, date(2026, month, 12), "past", HUGO) for month in (9, 10, 11)]
NEXT = Afternoon(30, date(2027, 3, 12), "next", MARC)


def members(joined_on: date = date(2026, 9, 1), hosted: tuple[int, ...] = ()) -> list[Member]:
    return [Member(key, name, joined_on, key in hosted) for key, name in PEOPLE.items()]


def present(*keys: int) -> dict[int, Trace]:
    """Everybody was invited, these came."""
    return {key: Trace("accepted", "present" if key in keys else "absent") for key in PEOPLE}


def season(*past: dict[int, Trace], coming: dict[int, Trace] | None = None) -> Season:
    held = PAST[: len(past)]
    traces = {(each.key, key): trace for each, said in zip(held, past, strict=True) for key, trace in said.items()}
    traces |= {(NEXT.key, key): trace for key, trace in (coming or {}).items()}
    return watch(members(), [*held, *([NEXT] if coming else [])], traces)


def row_of(season: Season, name: str):
    return next(row for row in season.rows if row.member.about == name)


def test_marks_say_who_hosted_came_and_did_not() -> None:
    told = season(present(HUGO, MARC))
    assert [row.marks for row in told.rows] == [("host",), ("yes",), ("no",)]
    assert told.totals == (2,)
    assert told.mean == 2


def test_before_the_day_marks_say_the_answers() -> None:
    said = {HUGO: Trace("accepted"), MARC: Trace("accepted"), NADIA: Trace()}
    told = season(coming=said)
    assert [row.marks for row in told.rows] == [("yes",), ("host",), ("wait",)]
    assert told.totals == (2,)
    assert told.mean is None


def test_a_host_who_was_ill_is_marked_absent() -> None:
    assert row_of(season(present(MARC, NADIA)), "hugo").marks == ("no",)


def test_nobody_is_counted_absent_where_nobody_noted_anything() -> None:
    told = season({key: Trace("accepted") for key in PEOPLE})
    assert row_of(told, "marc").counted == 0
    assert told.totals == (None,)


def test_who_was_not_invited_has_no_mark_and_misses_nothing() -> None:
    said = present(HUGO, MARC)
    del said[NADIA]
    told = row_of(season(said), "nadia")
    assert (told.marks, told.counted) == (("",), 0)


def test_what_the_club_gives_is_what_it_receives() -> None:
    told = season(present(HUGO, MARC, NADIA), present(HUGO, MARC))
    assert told.given == sum(row.balance.received for row in told.rows) == 3


def test_nadia_who_missed_two_of_three_drifts_away() -> None:
    told = season(present(HUGO, MARC), present(HUGO, MARC), present(HUGO, MARC, NADIA))
    (point,) = points(told, quorum=2, today=TODAY)
    assert point.sign == "drifts"
    assert [(row.member.about, row.missed, row.counted) for row in point.rows] == [("nadia", 2, 3)]


def test_two_meetings_are_too_few_to_say_that_somebody_drifts() -> None:
    assert points(season(present(HUGO, MARC), present(HUGO, MARC)), quorum=2, today=TODAY) == []


def test_below_quorum_the_silent_are_to_be_called() -> None:
    told = season(coming={HUGO: Trace("tentative"), MARC: Trace("accepted"), NADIA: Trace()})
    (point,) = points(told, quorum=3, today=TODAY)
    assert (point.sign, [row.member.about for row in point.rows]) == ("below_quorum", ["nadia"])
    assert points(told, quorum=2, today=TODAY) == []


def test_who_has_been_there_for_years_and_never_hosted_is_named_once() -> None:
    told = watch(members(joined_on=date(2024, 9, 1), hosted=(HUGO,)), [NEXT], {})
    (point,) = points(told, quorum=2, today=TODAY)
    assert (point.sign, [row.member.about for row in point.rows]) == ("never_hosted", ["nadia"])  # marc is about to


def test_a_newcomer_is_not_asked_why_he_never_hosted() -> None:
    assert points(watch(members(), [NEXT], {}), quorum=2, today=TODAY) == []
