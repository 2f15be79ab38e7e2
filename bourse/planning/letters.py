"""The letters that ask a member for his wishes, or for a day that suits."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from flask import current_app
from flask_babel import force_locale

from bourse.clubs.models import Membership
from bourse.db import db
from bourse.links import link_to
from bourse.mailroom.compose import Parts
from bourse.mailroom.models import Letter, write
from bourse.mailroom.paper import on_paper
from bourse.meetings.letters import facilitator_of
from bourse.meetings.models import Meeting, Season
from bourse.planning import ask_link
from bourse.planning.ask_link import AskLink
from bourse.planning.proposal_models import Proposal
from bourse.words import _, day, on_the_clock_of


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
            url=_url(AskLink("season", season.id, membership.id)),
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
            url=_url(AskLink("season", season.id, membership.id)),
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
            url=_url(AskLink("meeting", meeting.id, membership.id)),
        )


def _url(link: AskLink) -> str:
    """The link to the page where this member answers; it changes nothing by being opened."""
    person = db.session.get_one(Membership, link.membership_id).person
    link = replace(link, mark=ask_link.mark_of(person.email))
    return link_to("planning.answer_by_link", token=ask_link.sign(link, current_app.config["SECRET_KEY"]))


def without_letter_today(
    kind: str, about: Season | Meeting, members: Iterable[Membership], today: date
) -> list[Membership]:
    """Those whom no such letter went to today: one a day is the most."""
    keys = {_key(kind, about, each, today): each for each in members}
    known = set(db.session.scalars(db.select(Letter.key).where(Letter.key.in_(keys))))
    return [each for key, each in keys.items() if key not in known]


def send(kind: str, about: Season | Meeting, parts: Mapping[Membership, Parts], today: date) -> None:
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
        )


def _key(kind: str, about: Season | Meeting, membership: Membership, today: date) -> str:
    return f"{kind}:{about.id}:{membership.id}:{today}"
