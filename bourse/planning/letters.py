"""The letters that ask a member for his wishes, or for a day that suits."""

from collections.abc import Iterable, Mapping
from datetime import date, time

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import ColumnElement

from bourse.clock import instant
from bourse.clubs.models import Membership
from bourse.db import db
from bourse.links import link_to, mark_of
from bourse.mailroom.compose import Parts
from bourse.mailroom.models import Letter, write
from bourse.mailroom.paper import on_paper
from bourse.meetings.letters import facilitator_of
from bourse.meetings.models import Meeting, Season
from bourse.people.models import Person
from bourse.planning import ask_link
from bourse.planning.ask_link import AskLink, Kind
from bourse.planning.proposal_models import Proposal
from bourse.words import _, day, on_the_clock_of

KINDS = WISHES, OPINION, DAYS = "wishes", "opinion", "days"
END_OF_DAY = time(23, 59)


def is_ask(letter: Letter) -> bool:
    return letter.kind in KINDS


def wishes(season: Season, membership: Membership, is_reminder: bool = False) -> Parts:
    """Asks for the wishes of a season."""
    subject = _reminded_wishes if is_reminder else _asked_wishes
    with force_locale(membership.person.language), on_the_clock_of(season.club.timezone):
        return on_paper(
            "planning/letters/wishes",
            subject(season),
            season=season,
            answer_by=season.rules.answer_by,
            is_reminder=is_reminder,
            person=membership.person,
            facilitator=facilitator_of(season),
            url=link_of(season, membership),
        )


def _asked_wishes(season: Season) -> str:
    return _("Dites vos souhaits, %(season)s", season=season.name)


def _reminded_wishes(season: Season) -> str:
    return _("Vos souhaits avant le %(day)s, en une minute", day=day(season.rules.answer_by, year=False))


def opinion(proposal: Proposal, membership: Membership, is_reminder: bool = False) -> Parts:
    """Asks what a member thinks of the season that is proposed."""
    season, answer_by = proposal.season, proposal.opinion_by
    with force_locale(membership.person.language), on_the_clock_of(season.club.timezone):
        return on_paper(
            "planning/letters/opinion",
            _reminded_opinion(answer_by) if is_reminder and answer_by else _asked_opinion(season),
            season=season,
            answer_by=answer_by,
            is_reminder=is_reminder,
            person=membership.person,
            facilitator=facilitator_of(season),
            url=link_of(season, membership),
        )


def _asked_opinion(season: Season) -> str:
    return _("Dites votre avis sur la saison proposée, %(season)s", season=season.name)


def _reminded_opinion(answer_by: date) -> str:
    return _("Votre avis avant le %(day)s, en une minute", day=day(answer_by, year=False))


def days(meeting: Meeting, membership: Membership, is_reminder: bool = False) -> Parts:
    """Asks which days suit for a meeting that has to move."""
    with force_locale(membership.person.language), on_the_clock_of(meeting.club.timezone):
        return on_paper(
            "planning/letters/days",
            _("Dites quel jour vous convient pour la rencontre %(number)s", number=meeting.number),
            meeting=meeting,
            answer_by=meeting.poll.answer_by,
            is_reminder=is_reminder,
            person=membership.person,
            facilitator=facilitator_of(meeting),
            url=link_of(meeting, membership),
        )


def link_of(about: Season | Meeting, membership: Membership) -> str:
    """The link to the page where this member answers; it changes nothing by being opened."""
    kind: Kind = "season" if isinstance(about, Season) else "meeting"
    link = AskLink(kind, about.id, membership.id, mark_of(membership.person.email))
    return link_to("planning.answer_by_link", token=ask_link.sign(link, current_app.config["SECRET_KEY"]))


def without_letter_today(
    kind: str, about: Season | Meeting, members: Iterable[Membership], today: date, until: date | None
) -> list[Membership]:
    """Those whom no such letter went to today, one a day is the most; nobody once the last day to answer is over."""
    if until is None or until < today:
        return []
    keys = {_key(kind, about, each, today): each for each in members}
    known = set(db.session.scalars(db.select(Letter.key).where(Letter.key.in_(keys))))
    return [each for key, each in keys.items() if key not in known]


def send(kind: str, about: Season | Meeting, parts: Mapping[Membership, Parts], today: date, until: date) -> None:
    """Puts the letters into the outbox; they leave at once, for the facilitator released them."""
    facilitator = facilitator_of(about)
    for membership, letter in parts.items():
        write(
            letter,
            key=_key(kind, about, membership, today),
            kind=kind,
            about=f"{about.__tablename__}:{about.id}",
            to=membership.person.recipient,
            language=membership.person.language,
            reply_to=facilitator.email if facilitator else None,
            not_after=instant(until, END_OF_DAY, about.club.timezone),
        )


def went_to(person: Person) -> ColumnElement[bool]:
    """Whether such a letter was written to somebody, at whatever address he had then: its key names his membership."""
    ids = [each.id for each in person.memberships]
    return db.or_(db.false(), *(Letter.key.like(f"{kind}:%:{id}:%") for kind in KINDS for id in ids))


def _key(kind: str, about: Season | Meeting, membership: Membership, today: date) -> str:
    """Names the letter; days that are asked about anew, be it on the same day, are another question."""
    asking = f":{about.poll.asked_at.timestamp():.0f}" if isinstance(about, Meeting) else ""
    return f"{kind}:{about.id}:{membership.id}:{today}{asking}"
