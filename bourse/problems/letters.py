"""What letters by rule say of a problem: that it is to be written, or to be read; never a word of it."""

from datetime import datetime

from bourse.clubs.rules import Rule
from bourse.links import link_to
from bourse.mailroom.rules import Due, Link, Matter
from bourse.meetings.rule_letters import Words, matter, page_of, reach, site
from bourse.problems.models import dates_of
from bourse.problems.read import ProblemState
from bourse.words import _, day


def _open_problem(due: Due, now: datetime) -> Matter:
    return matter(
        due,
        now,
        _("Ouvrez votre problème pour le %(day)s", day=day(due.meeting.starts_at, year=False)),
        _("Vous recevez le club. Huit questions vous aident à mettre votre problème en mots : environ quinze minutes."),
        _("Il est attendu le %(day)s. L'animation du club le relit ; vous choisissez ses lecteurs.", day=_due_on(due)),
        buttons=[_write(due, _("Commencer"))],
    )


def _go_on(due: Due, now: datetime) -> Matter:
    said = {
        ProblemState.to_write: _("Rien n'est encore écrit. Une phrase suffit pour commencer."),
        ProblemState.draft: _("Votre brouillon est enregistré : vous le reprenez là où vous l'avez laissé."),
        ProblemState.to_complete: _("L'animation du club vous demande d'en compléter une partie."),
    }
    subject = _("Avancez votre problème, attendu le %(day)s", day=_due_on(due))
    return matter(due, now, subject, said[due.what], buttons=[_write(due, _("Continuer"))])


def _problem_due(due: Due, now: datetime) -> Matter:
    return matter(
        due,
        now,
        _("Transmettez votre problème, attendu le %(day)s", day=_due_on(due)),
        _("Il peut rester des questions ouvertes. L'animation du club le relit et vous dit s'il manque quelque chose."),
        buttons=[_write(due, _("Transmettre mon problème"))],
    )


def _problem_late(due: Due, now: datetime) -> Matter:
    host = due.meeting.host.person
    if due.person is not host:
        return _late_at_the_host(due, now)
    return matter(
        due,
        now,
        _("Transmettez votre problème : il était attendu le %(day)s", day=_due_on(due)),
        _("Ses lecteurs le lisent une semaine avant la rencontre. Envoyez-le tel qu'il est, même court."),
        buttons=[_write(due, _("Transmettre mon problème"))],
    )


def _late_at_the_host(due: Due, now: datetime) -> Matter:
    host = due.meeting.host.person
    return matter(
        due,
        now,
        _("Appelez %(host)s : son problème manque encore", host=host.name),
        _("Il était attendu le %(day)s. Dix minutes au téléphone suffisent souvent à l'écrire.", day=_due_on(due)),
        buttons=[(_("Ouvrir la rencontre"), page_of(due.meeting)[1])],
        facts=[reach(host)],
    )


def _read_problem(due: Due, now: datetime) -> Matter:
    """With all that is needed to come: the letter of the week before."""
    meeting = due.meeting
    return matter(
        due,
        now,
        _("Lisez le problème posé par %(host)s avant le %(day)s", host=meeting.host.person.name, day=_day(due)),
        _("Quatre minutes de lecture. Venez avec une question, une expérience ou un contact."),
        _("Ce que vous lisez reste dans le club."),
        buttons=[(_("Lire le problème"), link_to("problems.read", meeting=meeting.id))],
        facts=site(meeting),
        links=[page_of(meeting)],
    )


def _write(due: Due, text: str) -> Link:
    return text, link_to("problems.write", meeting=due.meeting.id)


def _due_on(due: Due) -> str:
    return day(dates_of(due.meeting).due_on, year=False)


def _day(due: Due) -> str:
    return day(due.meeting.starts_at, year=False)


WORDS: dict[str, Words] = {
    Rule.open_problem: _open_problem,
    Rule.go_on: _go_on,
    Rule.problem_due: _problem_due,
    Rule.problem_late: _problem_late,
    Rule.read_problem: _read_problem,
}
