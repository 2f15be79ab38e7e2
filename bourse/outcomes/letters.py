"""What letters by rule say after a meeting: that its outcome is to be closed, or to be read, and what was promised."""

from collections.abc import Sequence
from datetime import datetime

from bourse.clubs.rules import Rule
from bourse.links import link_to
from bourse.mailroom.rules import Due, Link, Matter
from bourse.meetings.models import Meeting
from bourse.meetings.rule_letters import Words, matter
from bourse.outcomes.models import Commitment
from bourse.words import _, _n, day


def _close(due: Due, now: datetime) -> Matter:
    return matter(
        due,
        now,
        _("Partagez ce que vous gardez de la rencontre"),
        _("Les idées que vous gardez, quelques lignes de synthèse, vos engagements : environ dix minutes."),
        _("Vous choisissez qui les lit ; rien n'est partagé tant que la rencontre n'est pas close."),
        buttons=[(_("Écrire les suites"), _outcome(due.meeting))],
    )


def _read(due: Due, now: datetime) -> Matter:
    host = due.meeting.host.person.name
    came = _("Merci de votre venue.") + " " if due.what else ""
    return matter(
        due,
        now,
        _("Lisez ce que la rencontre du %(day)s a donné", day=day(due.meeting.starts_at, year=False)),
        came + _("%(host)s partage ce qui ressort de la rencontre et ce qui va suivre.", host=host),
        buttons=[(_("Lire les suites"), _outcome(due.meeting))],
    )


def _first_step(due: Due, now: datetime) -> Matter:
    return matter(
        due,
        now,
        _n("Faites le premier pas de votre engagement", "Faites le premier pas de vos engagements", len(due.what)),
        _("Le premier pas se fait dans les trois jours, tant que l'élan est là. Il est fait ? Dites-le d'un geste."),
        buttons=_news(due.what),
    )


def _check_in(due: Due, now: datetime) -> Matter:
    return matter(
        due,
        now,
        _n("Dites où en est votre engagement", "Dites où en sont vos engagements", len(due.what)),
        _("Tenu, en partie, reporté ou abandonné : une réponse suffit. Ce qui est abandonné se dit aussi simplement."),
        buttons=_news(due.what),
    )


def _news(promises: Sequence[Commitment]) -> Sequence[Link]:
    """Of one promise, the page where it is told; of several, their list."""
    alone = promises[0] if len(promises) == 1 else None
    page = link_to("outcomes.tell", commitment=alone.id) if alone else link_to("outcomes.index")
    return [(_("Donner des nouvelles"), page)]


def _prepare_story(due: Due, now: datetime) -> Matter:
    """About the meeting that comes; what it leads to is the one that was held."""
    return matter(
        due,
        now,
        _("Préparez deux minutes pour le %(day)s", day=day(due.meeting.starts_at, year=False)),
        _("La rencontre s'ouvre sur les suites de la vôtre. Dites ce que vous en avez fait, et ce qui reste."),
        buttons=[(_("Relire mes suites"), _outcome(due.what))],
    )


def _outcome(meeting: Meeting) -> str:
    return link_to("outcomes.show", meeting=meeting.id)


WORDS: dict[str, Words] = {
    Rule.close_outcome: _close,
    Rule.read_outcome: _read,
    Rule.first_step: _first_step,
    Rule.check_in_30: _check_in,
    Rule.check_in_90: _check_in,
    Rule.prepare_story: _prepare_story,
}
