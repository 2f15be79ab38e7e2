"""The words of screens and letters: messages, French typography, dates and numbers."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global
from babel.dates import format_date, get_day_names, get_month_names, get_timezone_location
from babel.numbers import format_decimal
from flask import g, has_app_context
from flask_babel import get_domain, get_locale
from flask_babel.speaklater import LazyString
from jinja2 import Environment, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

Language = Literal["fr", "en"]

PARIS = ZoneInfo("Europe/Paris")
LOCALES: dict[Language, Locale] = {"fr": Locale("fr"), "en": Locale("en", "GB")}

NBSP, THIN, JOINER = "\u00a0", "\u202f", "\u2060"
# A number, or the place where one will stand in a message.
NUMBER = r"(?:\d|1er|%\(num\)s|%\(\w+\)d)"


def language() -> Language:
    """The reader's language; French when nobody is reading yet."""
    locale = get_locale()
    return "en" if locale and locale.language == "en" else "fr"


# Whose clock


def zone_in_sight() -> ZoneInfo:
    """The zone of the club that is spoken of; Paris while none is."""
    zone: ZoneInfo = g.get("zone", PARIS) if has_app_context() else PARIS
    return zone


def keep_time_of(zone: str) -> None:
    """From here on, this answer tells dates and hours on the clocks of that zone."""
    g.zone = ZoneInfo(zone)


@contextmanager
def on_the_clock_of(zone: str) -> Iterator[None]:
    """Meanwhile dates and hours are told on the clocks of that zone."""
    before = zone_in_sight()
    keep_time_of(zone)
    try:
        yield
    finally:
        g.zone = before


# Typography

_RULES = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (rf"«[ {NBSP}]?", "«" + NBSP),
        (rf"[ {NBSP}]?»", NBSP + "»"),
        (r" (?=[;!?])", THIN),
        (r" (?=:(?!\w))", NBSP),
        (r" (?=€|%(?!\())", NBSP),  # « 60 % », but not the place of a value
        (r"(?<=\d) (?=\d)", NBSP),  # thousands, telephone numbers
        (rf"({NUMBER}) (?=[a-zà-ÿœ])", r"\1" + NBSP),  # a number stays with its noun
        (rf"(?<={NBSP}h) (?=\d\d\b)|(?<=n°) (?={NUMBER})", NBSP),
        (rf"\bJ ([+-]) (?={NUMBER})", rf"J{NBSP}\1{NBSP}"),
        (rf"(?<=sur) (?={NUMBER})", NBSP),
        (r" – (?=\d)", f"{NBSP}–{NBSP}"),
        (r" (?=– )", NBSP),
        (r"(?<=\w)'(?=[\w%«<])", "’"),
    )
]


def typography(text: str) -> str:
    """French micro-typography: spaces where a line must not break, curly apostrophes.

    For text shown in a sentence; what people typed is stored as they typed it.
    """
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def capital(text: str) -> str:
    """The same text with a capital first letter: « Jeudi 12 mars »."""
    return text[:1].upper() + text[1:]


# Messages

# Values come in after the rules, so that a person's name is never retouched.
_set_in_french = lru_cache(maxsize=4096)(typography)


def _translated(message: str) -> str:
    if language() == "fr":
        return _set_in_french(message)
    return str(get_domain().get_translations().ugettext(message))


def _counted(one: str, many: str, n: float) -> str:
    # French counts 0 and 1,5 as singular: its messages are the source, so no catalogue says it.
    if language() == "fr":
        return _set_in_french(one if abs(n) < 2 else many)
    return str(get_domain().get_translations().ungettext(one, many, n))


def _(message: str, /, **values: object) -> str:
    """The message in the reader's language; `%(name)s` takes the value called name."""
    text = _translated(message)
    return text % values if values else text


def _n(one: str, many: str, n: float, /, **values: object) -> str:
    """The message for a count; `%(num)s` is the count, written in the reader's language."""
    return _counted(one, many, n) % {"num": num(n), **values}


def _l(message: str, /, **values: object) -> LazyString:
    """The same as `_`, told only when it is read: for the labels of forms."""
    return LazyString(_, message, **values)


# In templates: the message is trusted, the values are not.


@pass_eval_context
def _page(context: EvalContext, message: str, /, **values: object) -> str:
    return _filled(context, _translated(message), values)


@pass_eval_context
def _page_n(context: EvalContext, one: str, many: str, n: float, /, **values: object) -> str:
    return _filled(context, _counted(one, many, n), {"num": num(n), **values})


def _filled(context: EvalContext, message: str, values: Mapping[str, Any]) -> str:
    text = Markup(message) if context.autoescape else message
    return text % values if values else text


def teach(environment: Environment) -> None:
    """Gives the templates `_`, `_n`, the functions that name things, and the filters named after those below."""
    environment.globals.update(_=_page, _n=_page_n, month_letters=month_letters, clock_name=clock_name)
    environment.globals.update(month_name=month_name, weekday_name=weekday_name)
    environment.filters.update(
        day=day,
        day_short=day_short,
        month=month,
        hour=hour,
        span=span,
        when=when,
        in_days=in_days,
        num=num,
        phone=phone,
        fr=typography,
        capital=capital,
    )


# Dates and numbers. Unless told otherwise, `to` is the reader's language and `zone` that of the club in sight.


def num(n: float, to: Language | None = None) -> str:
    """« 10,4 », « 1 234 »; "10.4", "1,234"."""
    return _written(n, to or language())


@lru_cache(maxsize=1024)
def _written(n: float, to: Language) -> str:
    return format_decimal(n, locale=LOCALES[to])


def day(at: date, year: bool = True, zone: ZoneInfo | None = None, to: Language | None = None) -> str:
    """« jeudi 12 mars 2026 »; "Thursday 12 March 2026"; without the year inside a season."""
    return _date(at, "EEEE", "MMMM y" if year else "MMMM", zone, to)


def day_short(at: date, zone: ZoneInfo | None = None, to: Language | None = None) -> str:
    """« 18 sept. »; "18 Sept": for the heads of tables."""
    return _date(at, "", "MMM", zone, to)


def month(at: date, to: Language | None = None) -> str:
    """« septembre 2027 »; "September 2027"."""
    return format_date(at, "MMMM y", locale=LOCALES[to or language()])


def month_name(number: int, to: Language | None = None) -> str:
    """« septembre », from 1."""
    return str(get_month_names("wide", "stand-alone", LOCALES[to or language()])[number])


def weekday_name(number: int, to: Language | None = None) -> str:
    """« jeudi »; Monday is 0."""
    return str(get_day_names("wide", "stand-alone", LOCALES[to or language()])[number])


def _date(at: date, before: str, after: str, zone: ZoneInfo | None, to: Language | None) -> str:
    return _spelled(_local(at, zone), before, after, to or language())


@lru_cache(maxsize=1024)
def _spelled(on: date, before: str, after: str, to: Language) -> str:
    number = "1er" if to == "fr" and on.day == 1 else str(on.day)
    pattern = f"{before} '{number}'{NBSP}{after}".lstrip()
    return format_date(on, pattern, locale=LOCALES[to])


def hour(at: datetime, zone: ZoneInfo | None = None, to: Language | None = None) -> str:
    """« 14 h », « 14 h 30 »; "2 pm", "2:30 pm"."""
    at = at.astimezone(zone or zone_in_sight())
    if (to or language()) == "fr":
        return f"{at.hour}{NBSP}h{NBSP}{at:%M}".removesuffix(f"{NBSP}00")
    return _clock(at) + NBSP + _half(at)


def _clock(at: datetime) -> str:
    return f"{at.hour % 12 or 12}:{at:%M}".removesuffix(":00")


def _half(at: datetime) -> str:
    return "am" if at.hour < 12 else "pm"


def span(start: datetime, end: datetime, zone: ZoneInfo | None = None, to: Language | None = None) -> str:
    """« 14 h – 18 h »; "2–6 pm", "10 am – 2 pm"."""
    to, zone = to or language(), zone or zone_in_sight()
    start, end = start.astimezone(zone), end.astimezone(zone)
    if to == "en" and _half(start) == _half(end):
        return f"{_clock(start)}–{JOINER}{hour(end, zone, to)}"
    return f"{hour(start, zone, to)}{NBSP}–{JOINER}{NBSP}{hour(end, zone, to)}"


def when(start: datetime, end: datetime | None = None, zone: ZoneInfo | None = None, to: Language | None = None) -> str:
    """« jeudi 12 mars 2026, 14 h – 18 h »; without an end « jeudi 12 mars 2026 à 14 h »."""
    to = to or language()
    first = day(start, zone=zone, to=to)
    if end is None:
        return first + (" à " if to == "fr" else ", ") + hour(start, zone, to)
    if _local(start, zone) == _local(end, zone):
        return f"{first}, {span(start, end, zone, to)}"
    return f"{when(start, zone=zone, to=to)}{NBSP}– {when(end, zone=zone, to=to)}"


_DISTANCES: dict[Language, tuple[str, ...]] = {
    "fr": (f"il y a {{}}{NBSP}jours", "hier", "aujourd’hui", "demain", f"dans {{}}{NBSP}jours"),
    "en": (f"{{}}{NBSP}days ago", "yesterday", "today", "tomorrow", f"in {{}}{NBSP}days"),
}


def in_days(then: date, now: date, zone: ZoneInfo | None = None, to: Language | None = None) -> str:
    """« dans 10 jours », « demain », « il y a 3 jours »; counted in the club's calendar days."""
    days = (_local(then, zone) - _local(now, zone)).days
    words = _DISTANCES[to or language()][max(-2, min(days, 2)) + 2]
    return words.format(abs(days))


def _local(at: date, zone: ZoneInfo | None) -> date:
    """The day it is in the zone; a plain date stays what it is."""
    return at.astimezone(zone or zone_in_sight()).date() if isinstance(at, datetime) else at


def clock_name(zone: ZoneInfo | None = None, to: Language | None = None) -> str:
    """« heure de Paris », « heure d’Abidjan »; "Paris time": whose hours are told."""
    to, zone = to or language(), zone or zone_in_sight()
    # Babel knows a zone like America/Montreal only under the name of another city.
    has_another_name = zone.key in get_global("zone_aliases")
    city = zone.key.rpartition("/")[2].replace("_", " ") if has_another_name else _city(zone, to)
    if to == "en":
        return f"{city} time"
    return f"heure d’{city}" if city[0] in "AEIOUYÀÂÉÈÊÎÔ" else f"heure de {city}"


@lru_cache(maxsize=64)
def _city(zone: ZoneInfo, to: Language) -> str:
    return get_timezone_location(zone, locale=LOCALES[to], return_city=True)


def phone(number: str) -> str:
    """A telephone number as people read it: « 06 39 98 00 21 » for a French one, else as stored."""
    digits = number.removeprefix("+33")
    if digits == number or len(digits) != 9:
        return number
    return NBSP.join([f"0{digits[0]}", *(digits[at : at + 2] for at in range(1, 9, 2))])


def month_letters(to: Language | None = None) -> list[str]:
    """The twelve letters of the season ring, from January."""
    names = get_month_names("narrow", locale=LOCALES[to or language()])
    return [names[month] for month in range(1, 13)]
