"""Which days are holidays in France: public ones, those of schools by zone, and where that is not known yet."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from bourse.planning.states import Zone

PUBLIC, SCHOOL = "public_holiday", "school_holiday"  # the tags of bourse-instance/1
ONE_DAY = timedelta(days=1)
SURELY_KNOWN = 2026  # a year of which every school holiday is published
COLUMNS = {Zone.a: "vacances_zone_a", Zone.b: "vacances_zone_b", Zone.c: "vacances_zone_c"}


class Period(NamedTuple):
    """School holidays that somebody typed in; both days included."""

    zone: Zone
    starts_on: date
    ends_on: date


def tags(day: date, zone: Zone, typed: Iterable[Period] = ()) -> set[str]:
    """What a day is: a public holiday, a school holiday of the zone, both or nothing."""
    found = {PUBLIC} if is_public_holiday(day) else set()
    return found | {SCHOOL} if is_school_holiday(day, zone, typed) else found


def is_public_holiday(day: date) -> bool:
    return day in _public_holidays(day.year)


def holiday_beside(day: date) -> date | None:
    """The public holiday of which the day is the eve or the morrow."""
    return next((beside for beside in (day + ONE_DAY, day - ONE_DAY) if is_public_holiday(beside)), None)


def is_school_holiday(day: date, zone: Zone, typed: Iterable[Period] = ()) -> bool:
    """Whether schools of the zone are closed, as far as is known or typed."""
    if any(each.zone == zone and each.starts_on <= day <= each.ends_on for each in typed):
        return True
    return bool(_school_days(day.year).get(day, {}).get(COLUMNS[zone]))


def is_school_known(day: date, zone: Zone, typed: Iterable[Period] = ()) -> bool:
    """Whether it is known how schools are that day: published, or before the end of what was typed for the zone."""
    last_typed = max((each.ends_on for each in typed if each.zone == zone), default=date.min)
    return day <= max(known_until(), last_typed)


@cache
def known_until() -> date:
    """The last day of school holidays that is published."""
    year = SURELY_KNOWN
    while _school_days(year + 1):
        year += 1
    return max(_school_days(year), default=date.min)


# Both packages take a moment to load, and most pages do without them.


@cache
def _public_holidays(year: int) -> frozenset[date]:
    return frozenset(import_module("holidays").country_holidays("FR", years=year))


@cache
def _school_days(year: int) -> Mapping[date, Mapping[str, Any]]:
    """The school holidays of a year by day; nothing when they are not published."""
    schools = import_module("vacances_scolaires_france")
    try:
        days: dict[date, dict[str, Any]] = _school_calendar().holidays_for_year(year)
    except schools.UnsupportedYearException:
        return {}
    return days


@cache
def _school_calendar() -> Any:
    return import_module("vacances_scolaires_france").SchoolHolidayDates()
