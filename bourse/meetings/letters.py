"""The calendar letters: an invitation, its changes and its end, as mail and as calendar text."""

from dataclasses import replace
from email.utils import parseaddr

from flask import current_app
from flask_babel import force_locale

from bourse.clubs.models import Company, Role
from bourse.links import link_to
from bourse.mailroom.compose import Parts
from bourse.mailroom.paper import on_paper
from bourse.meetings import answer_link
from bourse.meetings.answer_link import AnswerLink
from bourse.meetings.invite import Attendee, CalendarEntry, Organizer, cancel, request
from bourse.meetings.models import Invitation, Meeting
from bourse.meetings.reconcile import CANCEL, Message
from bourse.people.models import Person
from bourse.words import _, capital, day, when

SUBJECTS = {
    "invitation": lambda **facts: _("Invitation : %(day)s, chez %(company)s", **facts),
    "new_date": lambda **facts: _("Modifié : %(day)s, chez %(company)s", **facts),
    "changed": lambda **facts: _("Modifié : %(day)s, chez %(company)s", **facts),
    "cancelled": lambda **facts: _("Annulé : %(day)s, chez %(company)s", **facts),
}

QUESTIONS = {
    "did_you_answer": lambda **facts: _("Dites-nous si vous venez le %(day)s", **facts),
    "former_date": lambda **facts: _("Confirmez votre réponse pour le %(day)s", **facts),
    "kept_date": lambda **facts: _("Dites-nous si vous venez le %(day)s", **facts),
}


def calendar_letter(message: Message, invitation: Invitation) -> Parts:
    """The letter that carries a calendar message, in the reader's language."""
    meeting = invitation.meeting
    with force_locale(invitation.person.language):
        letter = on_paper(
            "meetings/letters/calendar",
            SUBJECTS[message.letter](day=day(meeting.starts_at, year=False), company=meeting.company.name),
            kind=message.letter,
            meeting=meeting,
            title=_title(invitation),
            invitation=invitation,
            person=invitation.person,
            facilitator=facilitator_of(meeting),
            answer_url=answer_url(invitation),
            meeting_url=link_to("meetings.show", meeting=meeting.id),
        )
        return replace(letter, calendar=_calendar_text(message, invitation), method=message.method)


def question(kind: str, invitation: Invitation, answer: str) -> Parts:
    """Asks the invited person what a mail left open; `answer`, the one claimed, stands ready behind the link."""
    meeting = invitation.meeting
    with force_locale(invitation.person.language):
        return on_paper(
            "meetings/letters/question",
            QUESTIONS[kind](day=day(meeting.starts_at, year=False)),
            kind=kind,
            meeting=meeting,
            person=invitation.person,
            facilitator=facilitator_of(meeting),
            url=f"{answer_url(invitation)}?answer={answer}",
        )


def _title(invitation: Invitation) -> str:
    """The title to show: none to somebody who is out of the meeting, for he may not have had it before."""
    return invitation.meeting.title if invitation.stands else ""


def answer_url(invitation: Invitation) -> str:
    """The link to the page where this person answers; it changes nothing by being opened."""
    link = AnswerLink(invitation.id, invitation.meeting.sequence)
    return link_to("meetings.answer_by_link", token=answer_link.sign(link, current_app.config["SECRET_KEY"]))


def facilitator_of(meeting: Meeting) -> Person | None:
    """Whom to ask about the meeting: the club's first facilitator."""
    facilitators = (each for each in meeting.club.memberships if each.belongs and each.role is Role.facilitator)
    return next((membership.person for membership in facilitators), None)


def _calendar_text(message: Message, invitation: Invitation) -> bytes:
    person = invitation.person
    chairs = person is facilitator_of(invitation.meeting)
    attendee = Attendee(person.name, message.address, message.partstat, chairs)
    entry = _entry(message, invitation.meeting, _title(invitation))
    return cancel(entry, attendee) if message.method == CANCEL else request(entry, attendee)


def _entry(message: Message, meeting: Meeting, title: str) -> CalendarEntry:
    company = meeting.company
    return CalendarEntry(
        uid=meeting.uid,
        sequence=message.sequence,
        stamp=message.stamp,
        created=meeting.created_at,
        changed=meeting.changed_at,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        zone=meeting.club.timezone,
        summary=_("%(club)s : %(title)s", club=meeting.club.name, title=title or _("Rencontre du club")),
        description=_description(meeting),
        location=", ".join(part for part in (company.name, company.address) if part),
        organizer=Organizer(*parseaddr(current_app.config["SETTINGS"].mail_from)),
        url=link_to("meetings.show", meeting=meeting.id),
        geo=_geo(company),
    )


def _description(meeting: Meeting) -> str:
    """All that a calendar shows: the day, the practical information, where to read more and how to answer."""
    company = meeting.company
    lines = [
        capital(when(meeting.starts_at, meeting.ends_at)),
        _("Chez %(company)s : %(host)s vous reçoit.", company=company.name, host=meeting.host.person.name),
        company.parking and _("Stationnement : %(text)s", text=company.parking),
        company.reception and _("Sur place : %(text)s", text=company.reception),
        company.protective_equipment and _("Équipement : %(text)s", text=company.protective_equipment),
        company.photo_rule and _("Photos : %(text)s", text=company.photo_rule),
        meeting.practical,
        _("La page de la rencontre : %(url)s", url=link_to("meetings.show", meeting=meeting.id)),
    ]
    return "\n".join(line for line in lines if line)


def _geo(company: Company) -> tuple[float, float] | None:
    if company.latitude is None or company.longitude is None:
        return None
    return company.latitude, company.longitude
