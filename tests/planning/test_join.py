"""Seasons of several clubs joined: as good a plan as if they had been one document, and each club's part is its own."""

from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from bench.clusters import cluster
from bourse.clock import instant
from bourse.planning.count import count
from bourse.planning.engage import Engagement, by_person, clashes, weeks
from bourse.planning.formulate import formulate
from bourse.planning.instance import Instance, Placed
from bourse.planning.join import KEPT, engaged_by, join, on_clock, part
from bourse.planning.optimise import optimise
from bourse.planning.read import parse
from bourse.planning.rotate import Status, rotate

THREE: dict[str, Any] = {"clubs": 3, "companies": 12, "facilitators": 2, "dates": 16, "meetings": 2}
ZONE = "Europe/Paris"


def together(seed: int) -> Any:
    made = cluster(seed, **THREE)
    for each in made["facilitators"]:
        each["max_per_week"] = None
    return made


def apart(made: Any) -> list[Any]:
    """A document for each club, whose dates are its own."""
    documents = []
    for club in made["clubs"]:
        own = deepcopy({**made, "clubs": [club]})
        for slot in own["slots"]:
            slot["id"] = f"{club['id']} {slot['id']}"
        for each in (*own["facilitators"], *own["clubs"][0]["hosts"]):
            field = "unavailable" if "unavailable" in each else "closed"
            each[field] = [f"{club['id']} {slot}" for slot in each[field]]
        own["facilitators"] = [each for each in own["facilitators"] if each["id"] in own["clubs"][0]["facilitators"]]
        documents.append(own)
    return documents


def optimum(instance: Instance) -> tuple[tuple[Placed, ...], int]:
    formulation = formulate(instance)
    answer = optimise(formulation.program, 60)
    assert answer.values is not None
    return formulation.plan(answer.values), answer.bound or 0


def test_what_is_put_together_from_its_parts_costs_what_the_whole_does():
    made = together(3)
    joint = join([(parse(each), ZONE) for each in apart(made)])
    plan, best = optimum(joint)
    assert best == optimum(parse(made))[1]
    assert (count(joint, plan).breaches, count(joint, plan).objective) == ((), best)
    assert len(joint.slots) == 3 * len(made["slots"])


def test_each_club_plans_by_its_own_weights_chances_and_span_and_nobody_is_in_two_places():
    documents = apart(together(4))
    documents[0]["weights"]["travel"] = 7
    documents[1]["p"] = {"Y": 90, "M": 50, "U": 40, "N": 0}
    documents[1]["notice_days"] = 60
    documents[2]["season"]["end"] = "2027-11-20"
    seasons = [parse(each) for each in documents]
    joint = join([(each, ZONE) for each in seasons], most_per_week=1)
    found = rotate(joint, 20)
    assert found.status is Status.optimal
    assert found.objective == optimum(joint)[1]
    parts = [part(found.meetings, season) for season in seasons]
    counts = [count(season, mine) for season, mine in zip(seasons, parts, strict=True)]
    assert [each.breaches for each in counts] == [(), (), ()]
    assert sum(each.objective for each in counts) == found.objective
    slots = joint.slots
    mine = by_person(
        Engagement(int(each.facilitator[1:]), int(each.club[1:]), *_instants(slots[each.slot]))
        for each in found.meetings
    )
    assert not [pair for each in mine.values() for pair in clashes(each)]
    assert max(max(weeks(each).values()) for each in mine.values()) == 1
    # Alone, each would ask for the same people: what the others take of them is told to each part.
    for season, club in zip(seasons, parts, strict=True):
        away = engaged_by(found.meetings, joint, season)
        assert all(each.slot not in away[each.facilitator] for each in club)
    assert any(dates for season in seasons for dates in engaged_by(found.meetings, joint, season).values())


def _instants(slot: Any) -> tuple[datetime, datetime]:
    return tuple(instant(at.date(), at.time(), ZONE) for at in (slot.start, slot.end))  # type: ignore[return-value]


def test_what_has_been_stays_as_each_club_has_it_even_when_somebody_was_in_two_places():
    documents = apart(together(5))
    for each in documents[:2]:
        club, slot = each["clubs"][0], each["slots"][0]
        slot["start"], slot["end"] = "2026-11-03T14:00", "2026-11-03T18:00"
        held = {"slot": slot["id"], "host": club["hosts"][0]["company"], "facilitator": each["facilitators"][0]["id"]}
        each["fixed"] = [{"club": club["id"], **held}]
    seasons = [parse(each) for each in documents[:2]]
    joint = join([(each, ZONE) for each in seasons])
    assert {each.facilitator for each in joint.fixed} == {KEPT.format(id) for id in joint.clubs}
    plan, _best = optimum(joint)
    for season in seasons:
        assert set(season.fixed) <= set(part(plan, season))
        assert not count(season, part(plan, season)).breaches


def test_clocks_of_two_zones_tell_one_time():
    at = datetime.fromisoformat("2027-07-01T14:00")
    assert on_clock(at, "Indian/Reunion", ZONE) == at - timedelta(hours=2)
    assert on_clock(at, ZONE, ZONE) == at
