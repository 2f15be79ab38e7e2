"""What a new season begins with: the span and the length of the last one, a year later."""

from datetime import date, timedelta
from typing import NamedTuple

FIRST_MONTH, LAST_MONTH = 9, 6  # from September to the end of June
USUAL_LENGTH = 9
ONE_DAY, ONE_WEEK, TWO_WEEKS = timedelta(days=1), timedelta(days=7), timedelta(days=14)


class Span(NamedTuple):
    """The first and the last day of a season."""

    starts_on: date
    ends_on: date


def next_span(last: Span | None, today: date) -> Span:
    """That of the last season as many years later as it takes to end after today; without one, a school year."""
    if last is None:
        return _school_year(today)
    following = Span(*(_a_year_later(each) for each in last))
    return following if following.ends_on > today else next_span(following, today)


def _school_year(today: date) -> Span:
    year = today.year if today < date(today.year, FIRST_MONTH, 1) else today.year + 1
    return Span(date(year, FIRST_MONTH, 1), date(year + 1, LAST_MONTH, 30))


def _a_year_later(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year + 1, day=28)


def years_of(span: Span) -> str:
    """« 2027–2028 », or « 2027 » when it lies within one year."""
    return "–".join(str(year) for year in sorted({span.starts_on.year, span.ends_on.year}))


def usual_deadline(today: date, starts_on: date) -> date:
    """The last day to answer that is proposed: in two weeks, or sooner when the season is about to begin."""
    return max(today + ONE_DAY, min(today + TWO_WEEKS, starts_on - ONE_DAY))


def usual_opinion_deadline(today: date, first: date) -> date:
    """The last day to say what one thinks of a plan: in a week, or sooner when its first meeting is near."""
    return max(today, min(today + ONE_WEEK, first - ONE_DAY))
