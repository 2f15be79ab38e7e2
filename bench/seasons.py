"""Seasons to plan, made up from a seed: plain ones, tight ones, impossible ones, re-plans, clusters of clubs."""

from collections.abc import Collection, Mapping
from copy import deepcopy
from datetime import date, timedelta
from random import Random
from typing import Any

Season = dict[str, Any]

START, END = date(2027, 1, 4), date(2027, 12, 17)
SCHOOL_HOLIDAYS = (
    (date(2027, 2, 6), date(2027, 2, 21)),
    (date(2027, 4, 3), date(2027, 4, 18)),
    (date(2027, 7, 3), date(2027, 8, 31)),
    (date(2027, 10, 23), date(2027, 11, 7)),
)
PUBLIC_HOLIDAYS = {date(2027, 5, 6), date(2027, 7, 14), date(2027, 11, 11)}
WEIGHTS = {
    **{"attendance": 1, "fairness": 1, "urgency": 10, "waiting": 2, "travel": 1, "far_row": 150},
    **{"cadence": 5, "weekday": 60, "school": 80, "substitute": 100, "stability": 10},
}


def season(
    seed: int,
    members: int = 12,
    hosts: int = 11,
    dates: int = 60,
    meetings: int = 10,
    clubs: int = 1,
    facilitators: int = 2,
    **rules: Any,
) -> Season:
    """A season of one club or several, with the usual numbers of a club; `rules` replaces what each club asks for."""
    dice = Random(f"season {seed}")
    slots = _slots(dice, dates)
    companies = [_company(dice, number) for number in range(hosts * clubs)]
    names = [f"f{number:02}" for number in range(1, facilitators + 1)]
    return {
        "format": "bourse-instance/1",
        "id": f"season-{seed}",
        "today": "2026-11-23",
        "notice_days": 14,
        "season": {"start": START.isoformat(), "end": END.isoformat()},
        "p": {"Y": 95, "M": 60, "U": 50, "N": 0},
        "fairness_steps": [20, 30, 40, 50, 60],
        "weights": dict(WEIGHTS),
        **_map(dice, 14),
        "slots": slots,
        "companies": companies,
        "facilitators": [_facilitator(dice, name, slots, shared=clubs > 1) for name in names],
        "clubs": [
            _club(dice, number, companies[number * hosts : (number + 1) * hosts], members, slots, names, meetings)
            | rules
            for number in range(clubs)
        ],
    }


def tight(seed: int, **sizes: int) -> Season:
    """Nearly every date is needed, and hosts hardly have any."""
    return season(seed, **{"dates": 26, **sizes}, min_gap_days=26, quorum=5)


def impossible(seed: int, **sizes: int) -> Season:
    """More than the year can hold, or more people than ever say yes."""
    asked = {"members": 12, "hosts": 11, "meetings": 10} | sizes
    rules = (
        {"min_gap_days": (END - START).days // (asked["meetings"] - 1) + 1},
        {"quorum": asked["members"]},
        {"meetings": asked["hosts"] + 1},
    )
    return season(seed, **(asked | rules[seed % len(rules)]))


def replan(document: Season, plan: Collection[Mapping[str, str]], seed: int, today: str = "2027-04-20") -> Season:
    """The season goes on: what was held is fixed, what is published has been accepted by some, a host has gone."""
    dice, changed = Random(f"replan {seed}"), deepcopy(document)
    starts = {slot["id"]: slot["start"] for slot in document["slots"]}
    past = [dict(meeting) for meeting in plan if starts[meeting["slot"]] < today]
    coming = [meeting for meeting in plan if starts[meeting["slot"]] >= today]
    gone = dice.choice(coming) if coming else {"club": "", "host": ""}
    for club in changed["clubs"]:
        if club["id"] == gone["club"]:
            club["hosts"] = [host for host in club["hosts"] if host["company"] != gone["host"]]
    published = [{**meeting, "accepted": dice.randint(3, 10)} for meeting in plan]
    return changed | {"id": f"{document['id']}-again", "today": today, "fixed": past, "published": published}


def _slots(dice: Random, count: int) -> list[Season]:
    """Afternoons of two or three weekdays that the club likes, spread over the year."""
    weekdays = dice.sample(range(5), dice.choice((2, 3)))
    days = [START + timedelta(days) for days in range((END - START).days + 1)]
    likely = [day for day in days if day.weekday() in weekdays and day.month != 8]
    return [_slot(number, day) for number, day in enumerate(sorted(dice.sample(likely, min(count, len(likely)))), 1)]


def _slot(number: int, day: date) -> Season:
    tags = ["school_holiday"] if any(first <= day <= last for first, last in SCHOOL_HOLIDAYS) else []
    tags += ["public_holiday"] if day in PUBLIC_HOLIDAYS else []
    return {"id": f"s{number:03}", "start": f"{day}T14:00", "end": f"{day}T18:00", "tags": tags}


def _map(dice: Random, count: int) -> Season:
    """Sites on a plane of 70 by 50 km; roads are a third longer than the crow flies."""
    places = [(dice.uniform(0, 70), dice.uniform(0, 50)) for _ in range(count)]
    ways = [[round(((a - x) ** 2 + (b - y) ** 2) ** 0.5 * 4 / 3) for x, y in places] for a, b in places]
    sites = [{"id": f"site{n}", "lat": 46 + y / 111, "lon": 6 + x / 77} for n, (x, y) in enumerate(places)]
    return {"sites": sites, "km": ways}


def _company(dice: Random, number: int) -> Season:
    rivals = [f"c{number - 1:03}"] if number % 11 and dice.random() < 0.25 else []
    name = f"Société {number:03}"
    return {"id": f"c{number:03}", "name": name, "site": f"site{dice.randrange(14)}", "competitors": rivals}


def _facilitator(dice: Random, name: str, slots: list[Season], shared: bool) -> Season:
    away = [slot["id"] for slot in slots if dice.random() < 0.2]
    return {"id": name, "unavailable": away, "max_per_week": 2 if shared else None}


def _club(
    dice: Random,
    number: int,
    companies: list[Season],
    members: int,
    slots: list[Season],
    names: list[str],
    meetings: int,
) -> Season:
    ids = [company["id"] for company in companies]
    return {
        "id": f"k{number + 1:02}",
        "name": f"Club {number + 1}",
        "meetings": meetings,
        "min_gap_days": 21,
        "target_gap_days": 35,
        "gap_tolerance_days": 7,
        "quorum": members // 2,
        "school_holidays": dice.choice(("penalise", "penalise", "forbid")),
        "far_km": 35,
        "facilitators": dice.sample(names, min(2, len(names))),
        "members": [_member(dice, f"k{number + 1:02}m{n:02}", ids[n % len(ids)], len(slots)) for n in range(members)],
        "hosts": [_host(dice, id, members, slots) for id in ids],
    }


def _member(dice: Random, id: str, company: str, slots: int) -> Season:
    """Some come nearly always, some half of the time."""
    yes = dice.choice((40, 55, 70, 85))
    rest = 100 - yes
    letters = dice.choices("YMUN", (yes, rest * 0.2, rest * 0.15, rest * 0.65), k=slots)
    return {"id": id, "company": company, "answers": "".join(letters)}


def _host(dice: Random, company: str, members: int, slots: list[Season]) -> Season:
    first, often, long = dice.randrange(len(slots)), dice.random() * 0.3, len(slots) // 15
    weeks_off = {slot["id"] for slot in slots[first : first + long]}
    closed = [slot["id"] for slot in slots if slot["id"] in weeks_off or dice.random() < often]
    return {
        "company": company,
        "capacity": dice.choice((members + 2, members + 2, members + 2, 3 * members // 4)),
        "waited": dice.choices((0, 1, 2, 3), (2, 4, 2, 1))[0],
        "urgency": dice.choices((0, 1, 2, 3), (6, 2, 1, 1))[0],
        "closed": closed,
    }
