"""Who facilitates when, over all clubs: what somebody cannot do twice at once, and how full a week is."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import NamedTuple


class Engagement(NamedTuple):
    """A meeting that somebody facilitates: the person, the club and when, as instants."""

    person: int
    club: int
    starts_at: datetime
    ends_at: datetime

    def meets(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether it is under way at some moment of that time."""
        return self.starts_at < ends_at and starts_at < self.ends_at


def by_person(engagements: Iterable[Engagement]) -> Mapping[int, list[Engagement]]:
    """Everybody's own, each once, in order."""
    found = defaultdict(list)
    for each in sorted(set(engagements), key=lambda each: (each.starts_at, each.club)):
        found[each.person].append(each)
    return found


def clashes(mine: Iterable[Engagement]) -> Iterator[tuple[Engagement, Engagement]]:
    """What one person would have to do twice at once."""
    for one, other in combinations(mine, 2):
        if one.meets(other.starts_at, other.ends_at):
            yield one, other


def weeks(mine: Iterable[Engagement]) -> Mapping[date, int]:
    """How many meetings there are in each week, by its Monday."""
    return Counter(monday(each.starts_at) for each in mine)


def monday(at: datetime) -> date:
    return at.date() - timedelta(at.weekday())
