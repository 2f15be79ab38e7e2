"""Clusters of clubs to plan, drawn from a seed: fictional, but shaped like a valley's year."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import cycle, islice
from math import hypot
from random import Random
from typing import Any

START, END = date(2027, 1, 4), date(2027, 12, 17)
PUBLIC = {date(2027, month, day) for month, day in ((3, 29), (5, 6), (5, 17), (7, 14), (11, 1), (11, 11))}
SCHOOL = (
    (date(2027, 2, 20), date(2027, 3, 7)),
    (date(2027, 4, 17), date(2027, 5, 2)),
    (date(2027, 7, 3), date(2027, 8, 31)),
    (date(2027, 10, 16), date(2027, 11, 1)),
)
WEIGHTS = {
    "attendance": 1,
    "fairness": 1,
    "urgency": 10,
    "waiting": 2,
    "travel": 1,
    "far_row": 150,
    "cadence": 5,
    "weekday": 60,
    "school": 80,
    "substitute": 100,
    "stability": 10,
}


def cluster(
    seed: int, clubs: int = 42, companies: int = 500, facilitators: int = 20, dates: int = 250, meetings: int = 9
) -> Any:
    """The document of an instance. Companies near each other form a club; some are in two; facilitators are shared."""
    random = Random(seed)
    slots = list(_slots(dates))
    sites = [(random.uniform(0, 120), random.uniform(0, 40)) for _ in range(min(60, companies))]
    where = [random.randrange(len(sites)) for _ in range(companies)]
    names = [f"f{number:02}" for number in range(1, facilitators + 1)]
    return {
        "format": "bourse-instance/1",
        "id": f"cluster-{clubs}-{seed}",
        "today": "2026-11-23",
        "notice_days": 14,
        "season": {"start": START.isoformat(), "end": END.isoformat()},
        "p": {"Y": 95, "M": 60, "U": 50, "N": 0},
        "fairness_steps": [20, 30, 40, 50, 60],
        "weights": WEIGHTS,
        "sites": [{"id": f"t{n:02}", "lat": 46 + y / 111, "lon": 6 + x / 77} for n, (x, y) in enumerate(sites)],
        "km": [[round(1.3 * hypot(a - x, b - y)) for x, y in sites] for a, b in sites],
        "slots": slots,
        "companies": [_company(random, number, site, companies) for number, site in enumerate(where)],
        "facilitators": [
            {"id": name, "unavailable": _away(random, slots, 0.25), "max_per_week": random.choice([1, 2, 2, 3])}
            for name in names
        ],
        "clubs": [
            _club(random, number, slots, around, team, meetings + random.randint(-1, 1))
            for number, (around, team) in enumerate(
                zip(_circles(random, clubs, where, sites), _teams(random, clubs, names), strict=True)
            )
        ],
    }


def _slots(dates: int) -> Iterator[dict[str, Any]]:
    """Afternoons of working days; fewer dates are spread over the season."""
    days = [START + timedelta(n) for n in range((END - START).days + 1)]
    working = [day for day in days if day.weekday() < 5]
    for number, place in enumerate(range(dates)):
        day = working[place * len(working) // dates]
        tags = ["public_holiday"] * (day in PUBLIC)
        tags += ["school_holiday"] * any(first <= day <= last for first, last in SCHOOL)
        yield {"id": f"s{number:03}", "start": f"{day}T14:00", "end": f"{day}T18:00", "tags": tags}


def _company(random: Random, number: int, site: int, companies: int) -> dict[str, Any]:
    rivals = [f"c{random.randrange(companies):03}"] if random.random() < 0.15 else []
    name = f"c{number:03}"
    return {
        "id": name,
        "name": f"Company {number}",
        "site": f"t{site:02}",
        "competitors": [c for c in rivals if c != name],
    }


def _circles(random: Random, clubs: int, where: list[int], sites: list[tuple[float, float]]) -> Iterator[list[int]]:
    """For each club, its companies: neighbours of a centre, those in no club yet first, one or two of them twice."""
    free = set(range(len(where)))
    for _ in range(clubs):
        x, y = sites[where[random.choice(sorted(free or range(len(where))))]]
        near = sorted(range(len(where)), key=lambda c: hypot(sites[where[c]][0] - x, sites[where[c]][1] - y) + c / 1e6)
        size = random.randint(11, 14)
        fresh = [company for company in near if company in free][: size - 1]
        known = [company for company in near if company not in fresh]
        free -= set(fresh)
        yield fresh + known[: size - len(fresh)]


def _teams(random: Random, clubs: int, names: list[str]) -> Iterator[list[str]]:
    """Two facilitators a club, each as often first and as often second."""
    first = list(islice(cycle(names), clubs))
    for name in first:
        others = [other for other in names if other != name]
        yield [name, *random.sample(others, min(1, len(others)))]


def _away(random: Random, slots: list[dict[str, Any]], share: float) -> list[str]:
    """Spells of some days."""
    away: set[str] = set()
    while len(away) < share * len(slots) - 2:
        begin = random.randrange(len(slots))
        away |= {slot["id"] for slot in slots[begin : begin + random.randint(1, 5)]}
    return sorted(away)


def _club(
    random: Random, number: int, slots: list[dict[str, Any]], around: list[int], team: list[str], meetings: int
) -> Any:
    key = f"k{number + 1:02}"
    size = len(around)
    return {
        "id": key,
        "name": f"Club {number + 1}",
        "meetings": meetings,
        "min_gap_days": 21,
        "target_gap_days": 35,
        "gap_tolerance_days": 7,
        "quorum": size // 2,
        "school_holidays": random.choice(["forbid", "penalise", "penalise"]),
        "far_km": random.choice([12, 15, 20]),
        "facilitators": team,
        "members": [
            {"id": f"{key}m{n:02}", "company": f"c{company:03}", "answers": _answers(random, slots)}
            for n, company in enumerate(around, start=1)
        ],
        "hosts": [
            {
                "company": f"c{company:03}",
                "capacity": random.choice([size + 2, size + 2, size + 2, size // 2 + 2]),
                "waited": random.choice([0, 1, 1, 1, 2, 3]),
                "urgency": random.choice([0, 0, 0, 0, 1, 2]),
                "closed": _away(random, slots, random.choice([0.05, 0.1, 0.4])),
            }
            for company in around[:-1]
        ],
    }


def _answers(random: Random, slots: list[dict[str, Any]]) -> str:
    """Weekdays that never suit, spells away, and for the rest yes more often than not."""
    never = random.sample(range(5), random.choice([0, 1, 1, 2]))
    away = set(_away(random, slots, 0.15))
    return "".join(
        "N"
        if slot["id"] in away or (date.fromisoformat(slot["start"][:10]).weekday() in never and random.random() < 0.8)
        else random.choices("YMUN", (60, 18, 17, 5))[0]
        for slot in slots
    )
