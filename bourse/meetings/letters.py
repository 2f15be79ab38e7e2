"""The calendar letters: an invitation, its changes and its end, as mail and as calendar text."""

from dataclasses import replace
from datetime import timedelta
from email.utils import parseaddr

from flask import current_app
from flask_babel import force_locale

from bourse.clock import now
from bourse.clubs.models import Role
from bourse.links import link_to, mark_of
from bourse.mailroom.compose import Parts
from bourse.mailroom.paper import on_paper
from bourse.meetings import answer_link, tell
from bourse.meetings.answer_link import AnswerLink
from bourse.meetings.invite import Attendee, Organizer, cancel, request
from bourse.meetings.models import Answer, Invitation, Meeting, Season
from bourse.meetings.reconcile import CANCEL, Message, Reason
from bourse.meetings.seat import rank_in_words
from bourse.meetings.tell import Told
from bourse.people.models import Person
from bourse.words import _, day, on_the_clock_of

SUBJECTS = {
    "invitation": lambda **facts: _("Invitation : %(day)s, chez %(company)s", **facts),
    "new_date": lambda **facts: _("Modifié : %(day)s, chez %(company)s", **facts),
    "changed": lambda **facts: _("Modifié : %(day)s, chez %(company)s", **facts),
    "answered": lambda **facts: _("Votre réponse : %(answer)s – %(day)s, chez %(company)s", **facts),
    "promoted": lambda **facts: _("Une place est à vous : %(day)s, chez %(company)s", **facts),
    "cancelled": lambda **facts: _("Annulé : %(day)s, chez %(company)s", **facts),
    "withdrawn": lambda **facts: _("Invitation retirée : %(day)s, chez %(company)s", **facts),
}
NEAR = timedelta(days=180)  # within which a day needs no year
OF_A_CHANGE = (Reason.moved, Reason.changed, Reason.cancelled, Reason.restored)

QUESTIONS = {
    "did_you_answer": lambda **facts: _("Dites-nous si vous venez le %(day)s", **facts),
    "former_date": lambda **facts: _("Confirmez votre réponse pour le %(day)s", **facts),
    "kept_date": lambda **facts: _("Dites-nous si vous venez le %(day)s", **facts),
    "waiting": lambda **facts: _("Complet le %(day)s : vous êtes sur la liste d'attente", **facts),
}


def calendar_letter(message: Message, invitation: Invitation) -> Parts:
    """The letter that carries a calendar message, in the reader's language."""
    meeting = invitation.meeting
    with force_locale(invitation.person.language), on_the_clock_of(meeting.club.timezone):
        letter = on_paper(
            "meetings/letters/calendar",
            SUBJECTS[_subject(message, meeting)](
                day=day(meeting.starts_at, year=meeting.starts_at - now() > NEAR),
                company=meeting.company.name,
                answer=_answer(invitation),
            ),
            kind=message.letter,
            club=meeting.club.name,
            answer=_answer(invitation),
            our_address=organizer().address,
            meeting=meeting,
            title=_title(invitation),
            invitation=invitation,
            person=invitation.person,
            word=_word(message, invitation),
            facilitator=facilitator_of(meeting),
            answer_url=answer_url(invitation),
            agenda_url=link_to("home.subscribe"),
            meeting_url=link_to("meetings.show", meeting=meeting.id),
        )
        return replace(letter, calendar=_calendar_text(message, invitation), method=message.method)


def _subject(message: Message, meeting: Meeting) -> str:
    """A meeting that stands is not called off: whoever is out of it has lost his invitation alone."""
    return "withdrawn" if message.letter == "cancelled" and not meeting.is_cancelled else message.letter


def question(kind: str, invitation: Invitation, answer: str) -> Parts:
    """Asks the invited person what a mail left open; `answer`, the one claimed, stands ready behind the link."""
    meeting = invitation.meeting
    with force_locale(invitation.person.language), on_the_clock_of(meeting.club.timezone):
        return on_paper(
            "meetings/letters/question",
            QUESTIONS[kind](day=day(meeting.starts_at, year=False)),
            kind=kind,
            club=meeting.club.name,
            meeting=meeting,
            person=invitation.person,
            facilitator=facilitator_of(meeting),
            guest=invitation.guest,
            rank=rank_in_words(invitation.rank) if invitation.is_waiting else "",
            url=f"{answer_url(invitation)}?answer={answer}",
        )


def _answer(invitation: Invitation) -> str:
    """What the person answered, as one says it; empty when nothing holds."""
    said = {Answer.accepted: _("oui"), Answer.tentative: _("s'il le faut"), Answer.declined: _("non")}
    return said.get(invitation.current_answer, "")


def _title(invitation: Invitation) -> str:
    """The title to show: none to somebody who is out of the meeting, for he may not have had it before."""
    return invitation.meeting.title if invitation.stands else ""


def _word(message: Message, invitation: Invitation) -> str:
    """What the facilitator adds to the letters of one change; who is invited or removed meanwhile gets none."""
    meeting = invitation.meeting
    is_of_change = message.fingerprint == meeting.word_mark and message.reason in OF_A_CHANGE
    return meeting.word if is_of_change and invitation.stands else ""


def answer_url(invitation: Invitation) -> str:
    """The link to the page where this person answers; it changes nothing by being opened."""
    link = AnswerLink(invitation.id, invitation.meeting.sequence, mark_of(invitation.person.email))
    return link_to("meetings.answer_by_link", token=answer_link.sign(link, current_app.config["SECRET_KEY"]))


def facilitator_of(about: Meeting | Season) -> Person | None:
    """Whom to ask about it: who runs the meeting, if that is known, else the club's first facilitator."""
    people = [each.person for each in about.club.memberships if each.belongs and each.role is Role.facilitator]
    own = about.facilitator_id if isinstance(about, Meeting) else None
    return next((person for person in people if person.id == own), next(iter(people), None))


def _calendar_text(message: Message, invitation: Invitation) -> bytes:
    person = invitation.person
    chairs = person is facilitator_of(invitation.meeting)
    attendee = Attendee(person.name, message.address, message.partstat, chairs)
    told = replace(told_of(invitation.meeting), title=_title(invitation))
    entry = tell.entry(told, sequence=message.sequence, stamp=message.stamp, organizer=organizer())
    return cancel(entry, attendee) if message.method == CANCEL else request(entry, attendee)


def told_of(meeting: Meeting) -> Told:
    """The meeting as every calendar tells it."""
    company = meeting.company
    return Told(
        uid=meeting.uid,
        created_at=meeting.created_at,
        changed_at=meeting.changed_at,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        club=meeting.club.name,
        zone=meeting.club.timezone,
        title=meeting.title,
        practical=meeting.practical,
        host=meeting.host.person.name,
        place=company.name,
        address=company.address,
        latitude=company.latitude,
        longitude=company.longitude,
        parking=company.parking,
        reception=company.reception,
        protective_equipment=company.protective_equipment,
        photo_rule=company.photo_rule,
        url=link_to("meetings.show", meeting=meeting.id),
    )


def organizer() -> Organizer:
    """Who invites: the house's own mailbox."""
    return Organizer(*parseaddr(current_app.config["SETTINGS"].mail_from))
