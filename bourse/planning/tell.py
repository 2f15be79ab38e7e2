"""Tells a season's rules in words."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from bourse.planning.dates import Slot
from bourse.planning.resolve import ANSWERS
from bourse.planning.states import Can, SchoolRule, Weight
from bourse.words import _, _l, _n, day, month_name, span, weekday_name

ANYWHERE = ZoneInfo("UTC")
GAPS: Mapping[int, object] = {  # days
    7: _l("Une semaine"),
    14: _l("Deux semaines"),
    21: _l("Trois semaines"),
    28: _l("Quatre semaines"),
    35: _l("Cinq semaines"),
    42: _l("Six semaines"),
    56: _l("Huit semaines"),
}
TOLERANCES = {3: _l("Trois jours"), 7: _l("Une semaine"), 14: _l("Deux semaines")}
NOTICES = {
    14: _l("Deux semaines"),
    21: _l("Trois semaines"),
    30: _l("Un mois"),
    45: _l("Six semaines"),
    60: _l("Deux mois"),
    90: _l("Trois mois"),
}
SCHOOL_RULES = {
    SchoolRule.forbid: _l("Jamais de rencontre"),
    SchoolRule.avoid: _l("À éviter"),
    SchoolRule.ignore: _l("Sans importance"),
}
WEIGHTS = {Weight.little: _l("Peu"), Weight.normal: _l("Normal"), Weight.much: _l("Beaucoup")}
URGENCIES = {
    0: _l("Rien ne presse"),
    1: _l("Dans l'année"),
    2: _l("Dans les six mois"),
    3: _l("Le plus tôt possible"),
}
CANS = {Can.yes: _l("Oui"), Can.maybe: _l("S'il le faut"), Can.no: _l("Non")}


WORDS = {Can.yes: _l("oui"), Can.maybe: _l("s'il le faut"), Can.no: _l("non"), None: _l("sans réponse")}


def counted(answers: Iterable[Can | None]) -> str:
    """« 7 oui, 1 non »; nothing while nothing is said."""
    counts = Counter(answers)
    said = (f"{counts[each]} {word}" for each, word in WORDS.items() if counts[each])
    return ", ".join(said) if counts.keys() - {None} else ""


def can(answer: Can | None) -> str:
    """An answer to a day."""
    return str(CANS[answer]) if answer else _("Sans réponse")


def can_on(weekday: int, wish: Any) -> str:
    """What somebody wished of a weekday."""
    return can(ANSWERS.get(wish.weekdays[weekday]))


def months(numbers: Iterable[int]) -> str:
    """« octobre, novembre »."""
    return ", ".join(month_name(each) for each in numbers) or "–"


def closures(periods: Iterable[Any]) -> str:
    """« du 3 au 14 août 2027 », each period by its first and last day."""
    told = (_("du %(first)s au %(last)s", first=day(each.starts_on), last=day(each.ends_on)) for each in periods)
    return ", ".join(told) or "–"


def gap(days: int) -> str:
    """« Cinq semaines »; « 26 jours »."""
    return str(GAPS[days]) if days in GAPS else _n("%(num)s jour", "%(num)s jours", days)


def hours(starts: time, ends: time) -> str:
    """« 14 h – 18 h »; "2–6 pm"."""
    first, last = (datetime(2000, 1, 1, wall.hour, wall.minute, tzinfo=ANYWHERE) for wall in (starts, ends))
    return span(first, last, zone=ANYWHERE)


def slot(of: Slot) -> str:
    """« jeudi, 14 h – 18 h »."""
    return _("%(weekday)s, %(hours)s", weekday=weekday_name(of.weekday), hours=hours(of.starts, of.ends))


def slots(of: Iterable[Slot]) -> str:
    """« mardi, 9 h – 12 h ou jeudi, 14 h – 18 h »."""
    return f" {_('ou')} ".join(slot(each) for each in of)
