"""Tells the office why clubs cannot be planned together: nothing that a member said in confidence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bourse.planning import reason
from bourse.planning.instance import Instance
from bourse.words import _


@dataclass(frozen=True)
class Clash:
    """Rules that cannot hold together; of one club, or of several when it has no name."""

    club: str
    rules: list[str]


def clash_together(
    club: str, core: Iterable[str], seasons: Mapping[str, Instance], clubs: Mapping[str, str], people: Mapping[str, str]
) -> Clash:
    """A core in words, each rule once."""
    told = [_rule(group, seasons, clubs, people, names_club=not club) for group in core]
    return Clash(clubs.get(club, ""), list(dict.fromkeys(told)))


def _rule(
    group: str, seasons: Mapping[str, Instance], clubs: Mapping[str, str], people: Mapping[str, str], names_club: bool
) -> str:
    rule, _sep, about = group.partition(":")
    if rule in ("double", "week", "facilitator"):
        return _of_person(rule, people.get(about, "–"))
    club = about.partition("/")[0]
    told = _of_hosts(rule) or reason.clash(group, seasons[club])
    return _("%(club)s : %(rule)s", club=clubs.get(club, ""), rule=told) if names_club else told


def _of_person(rule: str, name: str) -> str:
    told = {
        "double": lambda: _("%(name)s n'est pas à deux endroits", name=name),
        "week": lambda: _("Le nombre de rencontres par semaine de %(name)s", name=name),
        "facilitator": lambda: _("Les jours de %(name)s", name=name),
    }
    return told[rule]()


def _of_hosts(rule: str) -> str:
    """Which host it is stays between him and his facilitator."""
    told = {
        "host": lambda: _("Les jours des hôtes"),
        "capacity": lambda: _("Le nombre de visiteurs chez les hôtes"),
        "locked": lambda: _("Ce que l'animatrice a verrouillé"),
    }
    return told[rule]() if rule in told else ""
