"""Who will come: learnt from answers and presences, and told as a range that keeps its promise."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from random import Random

import pytest

from bourse.planning.forecast import USUAL, Seen, between, chances_in, expected, how_many, learn, numbers
from bourse.planning.instance import Placed
from bourse.planning.read import parse
from bourse.planning.recall import Held, Score, habits, retold, seen, shares
from bourse.planning.turns import Hosted, Turn, by_turn, turn_of, waited
from tests.planning.small import document as a_document

MARC, NADIA, HUGO, NEW = 1, 2, 3, 9


def said(member: int, letter: str, came: int, answers: int) -> list[Seen]:
    return [Seen(member, letter, number < came) for number in range(answers)]


# Chances


def test_without_a_past_everybody_has_the_usual_chances():
    chances = learn([])
    assert chances.of(NEW) == chances.planned == USUAL


def test_a_member_without_a_past_is_the_club_and_one_who_often_stays_away_is_himself():
    chances = learn([*said(MARC, "Y", 20, 20), *said(NADIA, "Y", 6, 20), *said(HUGO, "Y", 19, 20)])
    assert chances.of(NEW)["Y"] == chances.club["Y"] == round((95 * 10 + 4500) / 70)
    assert chances.of(NADIA)["Y"] < 45
    assert 90 < chances.of(HUGO)["Y"] < chances.of(MARC)["Y"] <= 100
    assert chances.of(NADIA)["M"] == USUAL["M"]  # nothing was seen of it


def test_one_absence_says_little_and_members_who_are_alike_are_told_apart_less():
    alike = learn([seen for member in range(12) for seen in said(member, "Y", 9, 10)])
    differing = learn([seen for member in range(12) for seen in said(member, "Y", 10 if member % 2 else 4, 10)])
    once = learn(said(MARC, "Y", 0, 1))
    assert once.of(MARC)["Y"] > 75
    assert max(alike.of(member)["Y"] for member in range(12)) - min(alike.of(member)["Y"] for member in range(12)) == 0
    assert differing.of(1)["Y"] - differing.of(0)["Y"] > 40


def test_the_planner_never_counts_with_who_said_no_though_he_sometimes_comes():
    chances = learn(said(MARC, "N", 5, 10))
    assert (chances.planned["N"], chances.club["N"]) == (0, 25)
    assert chances.of(MARC)["N"] == 38


@pytest.mark.parametrize("seed", range(5))
def test_learnt_chances_are_better_than_usual_ones_where_members_differ(seed):
    random = Random(seed)
    real = {member: random.choice((0.5, 0.8, 0.98)) for member in range(12)}
    before = [Seen(each, "Y", random.random() < real[each]) for each, _meeting in product(real, range(10))]
    chances = learn(before)
    learnt = sum((chances.of(each)["Y"] / 100 - real[each]) ** 2 for each in real)
    assert learnt < sum((USUAL["Y"] / 100 - real[each]) ** 2 for each in real) / 2


# How many


def test_the_distribution_is_that_of_all_cases_counted_one_by_one():
    percents = [95, 60, 50, 30]
    counted = [0.0] * 5
    for comes in product((True, False), repeat=4):
        likely = 1.0
        for percent, there in zip(percents, comes, strict=True):
            likely *= percent / 100 if there else 1 - percent / 100
        counted[sum(comes)] += likely
    assert numbers(percents) == pytest.approx(counted)
    assert how_many([100, 100, 0, *percents])[0] == pytest.approx(4.35)


def test_the_range_holds_the_number_eight_times_in_ten_and_no_wider_than_needed():
    likely = numbers([95] * 8 + [60] * 2 + [50] * 2)
    low, high = between(likely)
    assert (low, high) == (8, 11)
    assert sum(likely[low : high + 1]) >= 0.8
    assert sum(likely[:low]) < 0.1 and sum(likely[high + 1 :]) <= 0.1 + 1e-9
    assert how_many([100] * 9) == (9, 9, 9)
    assert how_many([]) == (0, 0, 0)
    assert how_many([0, 0]) == (0, 0, 0)


def test_members_own_chances_tell_what_is_expected_and_change_no_plan():
    document = a_document()
    instance = parse(document)
    club = next(iter(instance.clubs.values()))
    placed = Placed(club.id, next(iter(instance.slots)), next(iter(club.hosts)), club.facilitators[0])
    without = expected(instance, placed, chances_in(document))
    for member in document["clubs"][0]["members"]:
        member["chances"] = {"Y": 10, "M": 10, "U": 10, "N": 0}
    again = parse(document)
    assert expected(again, placed, chances_in(document))[0] < without[0]
    assert [again.presence(each, placed.slot, placed.host) for each in club.members] == [
        instance.presence(each, placed.slot, placed.host) for each in club.members
    ]


# What was expected, and what was


def a_meeting_held(number: int = 0, answers: str = "YYYN", came: tuple[int, ...] = (0, 1, 2), **facts: object) -> Held:
    """Members 0, 1, …; the first one is at home."""
    on = date(2026, 9, 10) + timedelta(days=30 * number)
    held = Held(number, on, 7, None, dict(enumerate(answers)), frozenset(came), frozenset({0}))
    return replace(held, missed=frozenset(range(len(answers))) - held.came, **facts)  # type: ignore[arg-type]


def test_the_host_teaches_nothing_and_is_no_merit_of_the_forecast():
    held = a_meeting_held()
    assert {each.member for each in seen([held])} == {1, 2, 3}
    (told,) = retold([held])
    assert (told.percents[0], set(told.guests)) == (100, {1, 2, 3})


def test_a_meeting_is_told_by_what_was_known_before_it_or_by_its_plan():
    meetings = [a_meeting_held(number, came=(0, 1)) for number in range(6)]
    first, *_between, last = retold(meetings)
    assert first.percents == {0: 100, 1: 95, 2: 95, 3: 0}
    assert last.percents[2] < 40 < last.percents[1]
    planned = replace(meetings[5], expected={0: 100, 1: 50, 2: 50})
    told = retold([*meetings[:5], planned])[5]
    assert (told.is_from_plan, told.percents, told.seats, told.came) == (True, planned.expected, 3, 2)
    assert (told.low, told.high, told.is_within) == (1, 3, True)


def test_scores_are_right_on_an_example_worked_out_by_hand():
    score = Score(retold([a_meeting_held(answers="YYMN", came=(0, 1), expected={0: 100, 1: 80, 2: 60, 3: 0})]))
    assert score.error == pytest.approx(0.4)
    assert score.lean == pytest.approx(-0.4)
    assert score.brier == pytest.approx((0.2**2 + 0.6**2 + 0) / 3)
    assert score.usual_brier == pytest.approx((0.05**2 + 0.6**2 + 0) / 3)
    assert [(each.letter, each.said, each.was, each.verdict) for each in score.letters] == [
        ("Y", 80, 100, "few"), ("M", 60, 0, "few"), ("N", 0, 0, "few"),
    ]  # fmt: skip


def test_what_is_retained_of_a_member_is_what_the_next_plan_counts_with():
    meetings = [a_meeting_held(number, came=(0, 1)) for number in range(6)]
    marc, nadia, new = habits(meetings, [1, 2, NEW])
    assert (marc.answers, marc.came, nadia.came, new.answers) == (6, 6, 0, 0)
    assert marc.chances == learn(seen(meetings)).of(1)
    assert new.chances["Y"] == learn(seen(meetings)).club["Y"]


# Fairness


LAST, BEFORE = (
    Turn(date(2025, 9, 1), date(2026, 6, 30), 2, "2025"),
    Turn(date(2024, 9, 1), date(2025, 6, 30), 1, "2024"),
)


def test_each_meeting_falls_in_a_season_whether_it_was_given_one_or_not():
    def turn(on: date, season: int | None = None) -> Turn:
        return turn_of(Hosted(7, season, on), [BEFORE, LAST], date(2026, 9, 1))

    assert turn(date(2026, 7, 5), 1) is BEFORE
    assert turn(date(2025, 10, 1)) is LAST
    assert turn(date(2026, 7, 5)) is LAST  # in the summer after it
    assert turn(date(2023, 2, 1))[:3] == (date(2022, 9, 1), date(2023, 8, 31), None)


def test_waiting_is_counted_from_the_latest_turn_and_a_season_without_hosts_counts():
    hosted = [Hosted(7, 1, date(2025, 1, 9)), Hosted(8, None, date(2023, 2, 1)), Hosted(7, None, date(2023, 3, 1))]
    turns = by_turn(hosted, [BEFORE, LAST], date(2026, 9, 1))
    assert [turn.starts_on.year for turn in turns] == [2025, 2024, 2022]
    assert waited(turns) == {7: 1, 8: 2}


def test_who_missed_much_and_drove_far_is_told():
    meetings = [a_meeting_held(number, came=(0, 1) if number < 3 else (0, 2)) for number in range(5)]
    turn_at = {each.id: LAST if each.id else BEFORE for each in meetings}
    host, marc, nadia = shares(meetings, turn_at, {0: 7, 1: 8, 2: 9}, {7: {7: 0}, 8: {7: 12}, 9: {7: 30}})
    assert (host.received, host.drives, host.missed, host.turns) == (5, 0, 0, 2)
    assert (marc.missed, marc.percent, marc.misses_many, marc.km, marc.mean_km) == (2, 40, False, 36, 12)
    assert (nadia.missed, nadia.misses_many, nadia.km) == (3, True, 60)
