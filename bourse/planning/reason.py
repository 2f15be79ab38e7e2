"""Tells a plan in words: why each meeting stands where it stands, which rules it breaks, what another would cost."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from bourse.planning.almanac import holiday_beside
from bourse.planning.count import Breach
from bourse.planning.forecast import USUAL
from bourse.planning.freeze import Away
from bourse.planning.instance import Instance
from bourse.planning.rotate import Status
from bourse.planning.sheet import Presence, Row
from bourse.words import _, _l, _n, day, day_short, month, month_name, num

PRESSING = 2  # of 3
MANY = 0.75  # of the members
MOST = 3  # reasons in one row
SOON = timedelta(days=7)
OURS = {"meetings", "gap", "quorum", "school", "locked"}  # groups of rules that the facilitator may change


def reasons(row: Row, school_days: Callable[[date], bool]) -> list[str]:
    """Why this host on this day, the strongest first; for the facilitator alone."""
    told = [_asked_month(row), _waited(row), _urgency(row), _favourite(row), _holidays(row, school_days), _far(row)]
    return [each for each in told if each][:MOST]


def _waited(row: Row) -> str:
    if row.last is None:
        return _("N'a encore jamais reçu")
    return _("Dernier accueil : %(month)s", month=month(row.last))


def _asked_month(row: Row) -> str:
    if row.starts.month in row.months:
        return _("A demandé ce mois : %(month)s", month=month_name(row.starts.month))
    return ""


def _urgency(row: Row) -> str:
    return _("Son problème presse") if (row.why.urgency or 0) >= PRESSING else ""


def _favourite(row: Row) -> str:
    if row.yes >= MANY * row.seats:
        return _n("Jour qui convient à %(num)s membre", "Jour qui convient à %(num)s membres", row.yes)
    return ""


def _holidays(row: Row, school_days: Callable[[date], bool]) -> str:
    on = row.starts.date()
    if row.why.is_school_holiday:
        return _("Pendant les vacances scolaires")
    if school_days(on + SOON):
        return _("Avant les vacances scolaires")
    beside = holiday_beside(on)
    if beside is None:
        return ""
    told = day_short(beside)
    return _("Veille du %(day)s", day=told) if on < beside else _("Lendemain du %(day)s", day=told)


def _far(row: Row) -> str:
    return _("Loin pour la plupart des membres") if row.why.is_far else ""


def people(presence: Presence) -> str:
    """« 9 à 11 »."""
    if presence.low >= presence.high:
        return num(presence.high)
    return _("%(low)s à %(high)s", low=num(presence.low), high=num(presence.high))


# What is wrong


def broken(breach: Breach, instance: Instance) -> str:
    """A rule that a plan breaks."""
    told = {
        "meetings": lambda: _("Le nombre de rencontres n'est pas celui de la saison."),
        "once": lambda: _("%(company)s reçoit deux fois.", company=_company(instance, breach.about[1])),
        "gap": lambda: _n(
            "%(num)s jour seulement après la rencontre d'avant.",
            "%(num)s jours seulement après la rencontre d'avant.",
            int(breach.about[3].split()[0]),
        ),
        "holiday": lambda: _("C'est un jour férié."),
        "season": lambda: _("Hors de la saison."),
        "notice": lambda: _("Trop tôt pour prévenir les membres."),
        "school": lambda: _("Pendant les vacances scolaires, que le club exclut."),
        "host": lambda: _("L'hôte ne peut pas ce jour-là."),
        "quorum": lambda: _("Sous le quorum fixé par le club."),
        "capacity": lambda: _("Plus de monde que l'hôte ne peut accueillir."),
        "facilitator": lambda: _("L'animation n'est pas disponible."),
        "double": lambda: _("L'animation est déjà prise ce jour-là."),
        "week": lambda: _("L'animation a trop de rencontres cette semaine-là."),
        "rotation": lambda: _(
            "%(company)s attend son tour, alors qu'un hôte de la saison passée reçoit de nouveau.",
            company=_company(instance, breach.about[1]),
        ),
        "fixed": lambda: _("Une rencontre passée manque."),
        "locked": lambda: _("Une rencontre verrouillée manque."),
        "forbidden": lambda: _("Écartée : recalculez pour la remplacer."),
        "unknown": lambda: _("L'hôte ou la date n'existe plus."),
    }
    return told[breach.rule]()


def _company(instance: Instance, id: str) -> str:
    return instance.companies[id].name


def clash(group: str, instance: Instance) -> str:
    """A group of rules that cannot hold beside the others."""
    rule, _sep, about = group.partition(":")
    host = about.partition("/")[2]
    told = {
        "meetings": lambda: _n(
            "%(num)s rencontre dans la saison", "%(num)s rencontres dans la saison", _club(instance).meetings
        ),
        "gap": lambda: _n(
            "Au moins %(num)s jour entre deux rencontres",
            "Au moins %(num)s jours entre deux rencontres",
            _club(instance).min_gap_days,
        ),
        "once": lambda: _("Une entreprise reçoit une fois au plus"),
        "rotation": lambda: _("Qui attend reçoit avant les hôtes de la saison passée"),
        "quorum": lambda: _n("Un quorum de %(num)s présent", "Un quorum de %(num)s présents", _club(instance).quorum),
        "school": lambda: _("Pas de rencontre pendant les vacances scolaires"),
        "fixed": lambda: _("Les rencontres passées"),
        "locked": lambda: _("Ce que vous avez verrouillé"),
        "host": lambda: _("Les jours de %(company)s", company=_company(instance, host)),
        "capacity": lambda: _("Le nombre de visiteurs chez %(company)s", company=_company(instance, host)),
        "facilitator": lambda: _("Les jours de l'animation"),
        "double": lambda: _("L'animation n'est pas à deux endroits"),
        "week": lambda: _("Le nombre de rencontres par semaine de l'animation"),
    }
    return told[rule]()


def _club(instance: Instance) -> Any:
    return next(iter(instance.clubs.values()))


def way_out(group: str, value: int | None, instance: Instance) -> str:
    """A change that would allow a plan, as a button or a piece of advice says it."""
    rule, _sep, about = group.partition(":")
    host, value = about.partition("/")[2], value or 0
    told = {
        "meetings": lambda: _n("Prévoir %(num)s rencontre", "Prévoir %(num)s rencontres", value),
        "gap": lambda: _n("Accepter un écart de %(num)s jour", "Accepter un écart de %(num)s jours", value),
        "quorum": lambda: _n("Accepter un quorum de %(num)s", "Accepter un quorum de %(num)s", value),
        "school": lambda: _("Accepter les vacances scolaires"),
        "locked": lambda: _("Renoncer à ce qui est verrouillé"),
        "once": lambda: _("Trouver un hôte de plus"),
        "rotation": lambda: _("Demander à qui attend de recevoir la saison suivante"),
        "fixed": lambda: _("Revoir les rencontres passées"),
        "host": lambda: _("Demander d'autres jours à %(company)s", company=_company(instance, host)),
        "capacity": lambda: _n(
            "Demander à %(company)s d'accueillir %(num)s personne",
            "Demander à %(company)s d'accueillir %(num)s personnes",
            value - sum(each.company == host for each in _club(instance).members),  # they are at home
            company=_company(instance, host),
        ),
        "facilitator": lambda: _("Trouver qui remplace l'animation"),
        "double": lambda: _("Trouver qui remplace l'animation"),
        "week": lambda: _("Trouver qui remplace l'animation"),
    }
    return told[rule]()


def is_ours_to_change(way: Iterable[tuple[str, int | None]]) -> bool:
    """Whether the change is one of the rules of the season: others are to be settled with people."""
    return all(group.partition(":")[0] in OURS for group, _value in way)


def forecast(chances: Mapping[str, int]) -> str:
    """Where the expected presence comes from."""
    if dict(chances) == USUAL:
        return _("La présence attendue vient des réponses des membres.")
    return _("La présence attendue vient des réponses des membres, et de qui est venu aux rencontres passées.")


def given(rules: Mapping[str, tuple[Any, Any]]) -> list[str]:
    """The rules of the season that were changed for a plan, each with what it was before."""
    told = {
        "length": _l("Nombre de rencontres : %(after)s au lieu de %(before)s"),
        "min_gap": _l("Écart entre deux rencontres : %(after)s jours au moins au lieu de %(before)s"),
        "quorum": _l("Quorum : %(after)s au lieu de %(before)s"),
        "school_rule": _l("Vacances scolaires : à éviter, et non plus exclues"),
    }
    changed = ((name, values) for name, values in rules.items() if values[0] != values[1])
    return [str(told[name]) % {"before": before, "after": after} for name, (before, after) in changed]


def away(name: str, period: Away) -> str:
    """« Claire Lanoix : absence du mercredi 3 mars 2027 au samedi 20 mars 2027. »"""
    if period.first == period.last:
        return _("%(name)s : absence le %(day)s.", name=name, day=day(period.first))
    return _(
        "%(name)s : absence du %(first)s au %(last)s.",
        name=name,
        first=day(period.first),
        last=day(period.last),
    )


# What it is worth


def cost(scores: Mapping[str, int]) -> str:
    """What changes for people when one plan is taken instead of another, the worse before the better."""
    worse = [_said(score, points) for score, points in scores.items() if points > 0]
    better = [_said(score, points) for score, points in scores.items() if points < 0]
    return ", ".join([each for each in (*worse, *better) if each][:MOST]) or _("presque rien")


def without(scores: Mapping[str, int]) -> str:
    """What the best plan without a meeting costs; only what is worse, for that plan is worse in all."""
    worse = {score: points for score, points in scores.items() if points > 0}
    if not any(_said(score, points) for score, points in worse.items()):
        return _("Un autre choix irait presque aussi bien")
    return _("Un autre choix coûterait : %(cost)s", cost=cost(worse))


def _said(score: str, points: int) -> str:
    if score == "attendance":
        return _people(points)
    if score == "travel":
        return _road(points)
    more, less = COSTS.get(score, ("", ""))
    return str(more if points > 0 else less)


def _people(points: int) -> str:
    shown = num(round(abs(points) / 100, 1))
    if points > 0:
        return _("%(n)s présence de moins sur la saison", n=shown)
    return _("%(n)s présence de plus sur la saison", n=shown)


def _road(points: int) -> str:
    if points > 0:
        return _("%(km)s km de route de plus", km=num(points))
    return _("%(km)s km de route de moins", km=num(-points))


COSTS: Mapping[str, tuple[Any, Any]] = {  # what more of a score means, and what less
    "waiting": (_l("ceux qui attendent reçoivent plus tard"), _l("ceux qui attendent reçoivent plus tôt")),
    "urgency": (_l("les problèmes qui pressent passent plus tard"), _l("les problèmes qui pressent passent plus tôt")),
    "fairness": (_l("des absences moins bien partagées"), _l("des absences mieux partagées")),
    "stability": (_l("plus de dates annoncées changent"), _l("moins de dates annoncées changent")),
    "cadence": (_l("un rythme moins régulier"), _l("un rythme plus régulier")),
    "school": (_l("plus de rencontres pendant les vacances"), _l("moins de rencontres pendant les vacances")),
}


def proof(status: Status | None, objective: int | None, bound: int | None) -> str:
    """How good the plan is known to be."""
    if status is Status.optimal:
        return _("Le meilleur plan possible.")
    if not objective or bound is None or bound <= 0:
        return _("Un premier plan ; on ne sait pas encore s'il y a mieux.")
    percent = max(1, -(-100 * (objective - bound) // objective))
    return _("Un meilleur plan gagnerait au plus %(percent)s %%.", percent=num(percent))
