"""The count: what a plan breaks and costs, worked out by hand, and beside a judge who shares no code with it."""

import random
from dataclasses import replace
from typing import Any

import pytest

from bench.seasons import replan, season
from bourse.planning.count import count
from bourse.planning.instance import Placed
from bourse.planning.read import parse
from tests.planning.judge import Judge
from tests.planning.small import CLUB, as_json, document, plan, put, small

GOOD = plan("k s1 a f", "k s2 c f")
TWO_CLUBS = [CLUB, CLUB | {"id": "l"}]

BREAKING: dict[str, tuple[dict[str, Any], tuple[Placed, ...]]] = {
    "unknown": ({}, plan("k s1 a f", "k s2 c f", "k s5 d f")),
    "meetings": ({}, plan("k s1 a f")),
    "once": ({}, plan("k s1 a f", "k s2 a f")),
    "gap": ({"clubs.0.school_holidays": "penalise"}, plan("k s2 a f", "k s4 c f")),
    "holiday": ({}, plan("k s1 a f", "k s6 c f")),
    "season": ({}, plan("k s1 a f", "k s7 c f")),
    "notice": ({"today": "2027-01-05"}, plan("k s1 a f", "k s2 c f")),
    "school": ({}, plan("k s1 a f", "k s4 c f")),
    "host": ({"clubs.0.hosts.2.closed": ["s2"]}, plan("k s1 a f", "k s2 c f")),
    "quorum": ({"clubs.0.quorum": 3}, plan("k s1 a f", "k s2 c f")),
    "capacity": ({"clubs.0.hosts.2.capacity": 1}, plan("k s1 a f", "k s2 c f")),
    "facilitator": ({"facilitators.1.unavailable": ["s2"]}, plan("k s1 a f", "k s2 c g")),
    "double": ({"clubs": TWO_CLUBS}, plan("k s1 a f", "k s2 c f", "l s1 c g", "l s2 a f")),
    "week": (
        {"clubs": TWO_CLUBS, "facilitators.0.max_per_week": 1},
        plan("k s1 a f", "k s2 c f", "l s1 c g", "l s3 a f"),
    ),
    "rotation": ({}, plan("k s1 a f", "k s5 b f")),
    "fixed": ({"fixed": [{"club": "k", "slot": "s5", "host": "b", "facilitator": "g"}]}, plan("k s1 a f", "k s2 c f")),
}


def test_a_good_plan_breaks_nothing():
    assert count(small(), GOOD).breaches == ()


@pytest.mark.parametrize("rule", BREAKING)
def test_each_rule_has_a_plan_that_breaks_it_and_no_other(rule):
    changes, meetings = BREAKING[rule]
    changed = document()
    for path, value in changes.items():
        put(changed, path, value)
    counted = count(parse(changed), meetings)
    assert {breach.rule for breach in counted.breaches} == {rule}
    assert {name for name, _ in Judge(changed).judge(as_json(meetings))["broken"]} == {rule}


def test_a_breach_says_what_breaks_the_rule():
    too_soon = plan("k s2 a f", "k s4 c f")
    (breach,) = count(small(clubs__0__school_holidays="penalise"), too_soon).breaches
    assert str(breach) == "gap: k s2 s4 9 days"


def test_what_is_locked_must_be_there_and_what_is_forbidden_must_not():
    by_hand = replace(small(), locked=frozenset({("k", "s5", "c")}), forbidden=frozenset({("k", "s1", "a")}))
    assert [breach.rule for breach in count(by_hand, GOOD).breaches] == ["locked", "forbidden"]


def test_what_is_fixed_is_past_the_rules_of_one_date_and_past_rotation():
    held = {"club": "k", "slot": "s4", "host": "b", "facilitator": "g"}  # school holidays, and not b's turn
    changed = small(fixed=[held], facilitators__1__unavailable=["s4"])
    assert count(changed, plan("k s1 a f", "k s4 b g")).breaches == ()


def test_an_empty_chair_costs_a_hundred_and_a_competitors_is_empty_but_excused():
    counted = count(small(), GOOD)
    assert counted.scores["attendance"] == (0 + 40 + 5 + 50) + (5 + 100 + 0 + 100)
    assert counted.absences["k"] == {"ann": 5, "ben": 140, "cid": 5, "dan": 50}


def test_missing_more_of_the_season_costs_more_at_each_step():
    assert count(small(), GOOD).scores["fairness"] == (140 - 40) + (140 - 100) + (50 - 40)


def test_who_is_in_a_hurry_and_who_has_waited_count_the_weeks_until_they_host():
    counted = count(small(), GOOD)
    assert counted.scores["urgency"] == 1 * 1
    assert counted.scores["waiting"] == 1 * 1 + 2 * 5
    assert count(small(), plan("k s1 c f", "k s5 b f")).scores["urgency"] == 12 + 4


def test_everybody_drives_but_the_excused():
    assert count(small(), GOOD).scores["travel"] == (10 + 40 + 10) + (40 + 30)


def test_two_far_hosts_in_a_row_are_felt():
    assert count(small(), GOOD).scores["far_row"] == 0
    assert count(small(clubs__0__far_km=20), GOOD).scores["far_row"] == 1


def test_a_rhythm_is_kept_within_a_tolerance():
    assert count(small(), GOOD).scores["cadence"] == 0
    assert count(small(clubs__0__target_gap_days=40), GOOD).scores["cadence"] == 40 - 28 - 7


def test_weekdays_take_turns():
    assert count(small(), GOOD).scores["weekday"] == 1
    assert count(small(), plan("k s1 a f", "k s5 c f")).scores["weekday"] == 0


def test_school_holidays_cost_where_the_club_minds():
    assert count(small(clubs__0__school_holidays="penalise"), plan("k s1 a f", "k s4 c f")).scores["school"] == 1
    assert count(small(clubs__0__school_holidays="ignore"), plan("k s1 a f", "k s4 c f")).scores["school"] == 0


def test_the_second_facilitator_is_a_substitute():
    assert count(small(), plan("k s1 a f", "k s2 c g")).scores["substitute"] == 1


def test_what_is_published_is_kept_the_nearer_and_the_more_accepted_the_more():
    known = [
        {"club": "k", "slot": "s1", "host": "a", "facilitator": "f", "accepted": 3},  # in 23 days
        {"club": "k", "slot": "s2", "host": "b", "facilitator": "f", "accepted": 5},  # in 51
        {"club": "k", "slot": "s5", "host": "c", "facilitator": "f", "accepted": 6},  # in 81
    ]
    assert count(small(published=known), GOOD).scores["stability"] == 2 * 15 + 2 * (2 * 16)
    assert count(small(published=known[:1]), plan("k s2 a f", "k s5 c f")).scores["stability"] == 2 * (4 * 13)


def test_the_objective_is_the_weighted_sum():
    counted = count(small(weights__travel=10), GOOD)
    assert counted.objective == sum(counted.scores.values()) + 9 * counted.scores["travel"]


@pytest.mark.parametrize("seed", range(6))
def test_a_judge_who_shares_no_code_agrees_on_any_plan(seed):
    dice = random.Random(seed)
    made = season(seed, members=9, hosts=7, dates=30, meetings=6, clubs=1 + seed % 2)
    slots, names = [slot["id"] for slot in made["slots"]], [one["id"] for one in made["facilitators"]]
    for draw in range(30):
        meetings = [
            Placed(club["id"], slot, host["company"], dice.choice(names))
            for club in made["clubs"]
            for slot, host in zip(dice.sample(slots, 6), dice.sample(club["hosts"], 6), strict=True)
        ]
        asked = replan(made, as_json(tuple(meetings[:-1])), draw) if draw % 3 == 0 else made
        counted, judged = count(parse(asked), meetings), Judge(asked).judge(as_json(tuple(meetings)))
        assert counted.objective == judged["objective"]
        assert len(counted.breaches) == judged["hard"]
        assert sorted(breach.rule for breach in counted.breaches)[:50] == sorted(rule for rule, _ in judged["broken"])
