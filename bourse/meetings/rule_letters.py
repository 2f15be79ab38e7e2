"""What letters by rule say of a meeting: that it comes, what is asked, how to get there."""

from collections.abc import Callable, Sequence
from datetime import datetime

from bourse.clubs.models import Role
from bourse.clubs.rules import Rule
from bourse.links import link_to
from bourse.mailroom.rules import Due, Fact, Link, Matter, Panel
from bourse.meetings.letters import answer_url, facilitator_of
from bourse.meetings.models import Answer, Invitation, Meeting
from bourse.people.models import Person
from bourse.words import _, _n, capital, clock_name, day, hour, in_days, phone, span, when

Facts = Sequence[Fact]
Words = Callable[[Due, datetime], Matter]


def matter(
    due: Due,
    now: datetime,
    subject: str,
    *said: str,
    buttons: Sequence[Link],
    hint: str = "",
    facts: Facts = (),
    links: Sequence[Link] = (),
) -> Matter:
    """What there is to say about a meeting, with its date and place."""
    meeting: Meeting = due.meeting
    company = meeting.company
    panel = Panel(
        big=capital(day(meeting.starts_at, year=False)),
        before=_(
            "%(club)s, rencontre %(number)s, %(delay)s",
            club=meeting.club.name,
            number=meeting.number,
            delay=in_days(meeting.starts_at, now),
        ),
        after=_("%(hours)s, chez %(company)s", hours=span(meeting.starts_at, meeting.ends_at), company=company.name),
        say=_("« %(title)s »", title=meeting.title) if meeting.title else "",
    )
    told = (*_when_and_where(meeting), *(fact for fact in facts if fact[1]))
    return Matter(meeting.club.name, subject, panel, said, buttons, hint, told, links, _footer(meeting, due.person))


def _when_and_where(meeting: Meeting) -> Facts:
    company = meeting.company
    at = capital(when(meeting.starts_at, meeting.ends_at))
    return (
        (_("Quand"), _("%(when)s (%(clock)s)", when=at, clock=clock_name())),
        (_("Où"), ", ".join(filter(None, (company.name, company.address)))),
    )


def _footer(meeting: Meeting, reader: Person) -> Sequence[str]:
    facilitator = facilitator_of(meeting)
    why = _why(meeting, reader)
    if facilitator is None or facilitator is reader:
        return (why,)
    ask = _(
        "Une question ? %(name)s, animation du club : %(address)s %(mobile)s",
        name=facilitator.name,
        address=facilitator.email,
        mobile=phone(facilitator.mobile or ""),
    )
    return ask, why


def _why(meeting: Meeting, reader: Person) -> str:
    mine = (each for each in meeting.club.memberships if each.person is reader and each.belongs)
    if any(each.role is Role.facilitator for each in mine):
        return _(
            "Vous recevez ce message parce que vous animez %(club)s. "
            "Les lettres se choisissent dans les réglages du club.",
            club=meeting.club.name,
        )
    invitation = meeting.invitation_of(reader)
    if invitation is not None and invitation.guest:
        return _("Vous recevez ce message parce que %(club)s vous invite à cette rencontre.", club=meeting.club.name)
    return _(
        "Vous recevez ce message comme membre de %(club)s. Pour ne plus en recevoir, dites-le à l'animation du club.",
        club=meeting.club.name,
    )


def site(meeting: Meeting) -> Facts:
    """What a visitor needs at the gate."""
    company = meeting.company
    return (
        (_("Stationnement"), company.parking),
        (_("Sur place"), company.reception),
        (_("Équipement"), company.protective_equipment),
        (_("Photos"), company.photo_rule),
        (_("À savoir"), meeting.practical),
    )


def page_of(meeting: Meeting) -> Link:
    return _("Ouvrir la page de la rencontre"), link_to("meetings.show", meeting=meeting.id)


# Will you come?


def _ask(due: Due, now: datetime) -> Matter:
    host, on = due.meeting.host.person.given_name, day(due.meeting.starts_at, year=False)
    if due.step.rule == Rule.ask:
        subject, said = _("Dites-nous si vous venez le %(day)s", day=on), _("%(host)s attend votre réponse.", host=host)
    elif due.step.rule == Rule.ask_again:
        subject = _("Répondez pour le %(day)s : oui, s'il le faut ou non", day=on)
        said = _("Votre réponse manque encore : %(host)s prépare la visite selon le nombre de présents.", host=host)
    else:
        subject = _("Répondez une dernière fois pour le %(day)s", day=on)
        said = _("C'est le dernier message à ce sujet ; ensuite, l'animation du club vous appelle. Un non aide aussi.")
    return matter(
        due,
        now,
        subject,
        said,
        buttons=_answers(due.what),
        hint=_("« S'il le faut » : je me libère si le groupe a besoin de moi. Vous pourrez changer d'avis."),
        links=[page_of(due.meeting)],
    )


def _answers(invitation: Invitation) -> Sequence[Link]:
    url = answer_url(invitation)
    answers = {Answer.accepted: _("Oui, je viens"), Answer.tentative: _("S'il le faut"), Answer.declined: _("Non")}
    return [(text, f"{url}?answer={answer}") for answer, text in answers.items()]


# Those who lead


def _call(due: Due, now: datetime) -> Matter:
    on, silent = day(due.meeting.starts_at, year=False), len(due.what)
    return matter(
        due,
        now,
        _n("Appelez %(num)s personne pour le %(day)s", "Appelez %(num)s personnes pour le %(day)s", silent, day=on),
        _n("%(num)s personne n'a pas répondu.", "%(num)s personnes n'ont pas répondu.", silent)
        + " "
        + _("Un appel d'une minute suffit ; vous notez la réponse sur la page de la rencontre."),
        buttons=[(_("Noter les réponses"), page_of(due.meeting)[1])],
        facts=[reach(person) for person in due.what],
    )


def reach(person: Person) -> Fact:
    """How to call somebody, or write to whoever has no telephone."""
    if person.mobile:
        return person.name, phone(person.mobile), f"tel:{person.mobile}"
    return person.name, person.email, f"mailto:{person.email}"


def _decide(due: Due, now: datetime) -> Matter:
    meeting: Meeting = due.meeting
    on, quorum = day(meeting.starts_at, year=False), meeting.club.quorum
    if sum(each.is_attending or each.is_host for each in meeting.invited) >= quorum:
        subject = _("Confirmez la rencontre du %(day)s : le quorum est atteint", day=on)
        said = _("Il n'y a rien à décider. Un mot à l'hôte lui fera plaisir.")
    else:
        subject = _("Décidez pour le %(day)s : le quorum n'est pas atteint", day=on)
        said = _("Maintenir, déplacer ou annuler : la décision vous revient. Un appel aux silencieux suffit parfois.")
    return matter(
        due,
        now,
        subject,
        said,
        buttons=[(_("Ouvrir la rencontre"), page_of(meeting)[1])],
        facts=[(_("Réponses"), _numbers(meeting)), (_("Quorum"), str(quorum))],
    )


def _numbers(meeting: Meeting) -> str:
    """How many gave each answer; nothing of an answer that nobody gave, and the host apart, for he receives."""
    counts = meeting.counts(but=meeting.host.person)
    told = {
        Answer.accepted: _n("%(num)s vient", "%(num)s viennent", counts[Answer.accepted]),
        Answer.tentative: _n("%(num)s s'il le faut", "%(num)s s'il le faut", counts[Answer.tentative]),
        Answer.declined: _n("%(num)s absent", "%(num)s absents", counts[Answer.declined]),
        Answer.none: _n("%(num)s sans réponse", "%(num)s sans réponse", counts[Answer.none]),
    }
    return ", ".join([*(text for answer, text in told.items() if counts[answer]), _("et l'hôte")])


def _get_ready(due: Due, now: datetime) -> Matter:
    meeting: Meeting = due.meeting
    on = day(meeting.starts_at, year=False)
    if due.person is meeting.host.person:
        subject, said = (
            _("Préparez la visite du %(day)s", day=on),
            _("Le club vient chez vous : voici à quoi penser."),
        )
        return matter(due, now, subject, said, buttons=[_open(meeting)], facts=_of_the_host(meeting))
    facts = [
        (_("Réponses"), _numbers(meeting)),
        (_("Hôte"), _("Un appel à %(name)s : tout est-il prêt pour la visite ?", name=meeting.host.person.name)),
        (_("À prévoir"), _("L'ordre du jour, la feuille d'émargement, de quoi projeter les cartes.")),
    ]
    subject, said = _("Préparez la rencontre du %(day)s", day=on), _("Trois choses à vérifier avant de venir.")
    return matter(due, now, subject, said, buttons=[_open(meeting)], facts=facts)


def _of_the_host(meeting: Meeting) -> Facts:
    visitors = sum(each.is_attending and not each.is_host for each in meeting.invited)
    return (
        (_("Visiteurs"), _n("%(num)s personne attendue", "%(num)s personnes attendues", visitors)),
        (_("Accueil"), _("L'accueil connaît l'heure et les noms ; les places de stationnement sont libres.")),
        (_("Salle"), _("Un écran ou un mur, de quoi écrire, une chaise par personne.")),
        (_("Visite"), _("Le parcours est choisi, les ateliers sont prévenus.")),
        (_("Équipement"), meeting.company.protective_equipment),
    )


def _open(meeting: Meeting) -> Link:
    return _("Ouvrir la rencontre"), page_of(meeting)[1]


# Those who come


def _come(due: Due, now: datetime) -> Matter:
    meeting: Meeting = due.meeting
    facts = {"hour": hour(meeting.starts_at), "company": meeting.company.name}
    return matter(
        due,
        now,
        _("Venez %(delay)s à %(hour)s chez %(company)s", delay=in_days(meeting.starts_at, now), **facts),
        _(
            "%(host)s vous attend. Voici de quoi arriver à l'heure, avec le bon équipement.",
            host=meeting.host.person.name,
        ),
        buttons=[_open(meeting)],
        facts=site(meeting),
        links=[(_("Un empêchement ? Dites-le ici."), answer_url(due.what))],
    )


def _today(due: Due, now: datetime) -> Matter:
    meeting: Meeting = due.meeting
    facts = {"hour": hour(meeting.starts_at), "company": meeting.company.name}
    if due.person is meeting.host.person:
        subject = _("Accueillez le club aujourd'hui à %(hour)s", **facts)
        return matter(due, now, subject, _("Le club vient chez vous aujourd'hui."), buttons=[_mine(meeting)])
    return matter(
        due,
        now,
        _("Retrouvez le club aujourd'hui à %(hour)s chez %(company)s", **facts),
        _("Gardez cette page sous la main : la rencontre s'y déroule, du problème aux cartes."),
        buttons=[_mine(meeting)],
        facts=site(meeting),
        links=[(_("Un empêchement ? Dites-le ici."), answer_url(due.what))],
    )


def _mine(meeting: Meeting) -> Link:
    return _("Ouvrir ma rencontre"), page_of(meeting)[1]


WORDS: dict[str, Words] = {
    Rule.ask: _ask,
    Rule.ask_again: _ask,
    Rule.ask_last: _ask,
    Rule.call: _call,
    Rule.decide: _decide,
    Rule.get_ready: _get_ready,
    Rule.come: _come,
    Rule.today: _today,
}
