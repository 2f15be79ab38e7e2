"""Reads what was: the meetings that a season has already, who received when, and who came after which answer."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from sqlalchemy.orm import joinedload, selectinload

from bourse.clock import club_time
from bourse.clubs.models import Membership
from bourse.db import db
from bourse.meetings.models import Answer, Meeting, Season
from bourse.planning.forecast import learn
from bourse.planning.freeze import Past, Standing
from bourse.planning.past_facts import LETTERS, held_by
from bourse.planning.recall import seen
from bourse.planning.turn_facts import NOT_HELD, last_hosted


def past_of(season: Season, now: datetime, fallen: Collection[int] = ()) -> Past:
    """What the planning of a season has to know of what was; `fallen` are meetings whose date cannot be kept."""
    members = {each.person_id: each for each in season.club.memberships if each.belongs}
    standing = tuple(_standing(each, members, now, fallen) for each in meetings_of(season))
    return Past(standing, last_hosted(season), learn(seen(held_by(season.club, now))))


def meetings_of(season: Season) -> list[Meeting]:
    """Those that stand, in order, with host and invitations."""
    host = joinedload(Meeting.host).options(joinedload(Membership.company), joinedload(Membership.person))
    query = db.select(Meeting).where(Meeting.season_id == season.id, Meeting.state.not_in(NOT_HELD))
    return list(db.session.scalars(query.order_by(Meeting.starts_at).options(host, selectinload(Meeting.invitations))))


def _standing(meeting: Meeting, members: Mapping[int, Membership], now: datetime, fallen: Collection[int]) -> Standing:
    zone = meeting.club.timezone
    starts, ends = (club_time(at, zone).replace(tzinfo=None) for at in (meeting.starts_at, meeting.ends_at))
    invited = [each for each in meeting.invitations if not each.is_withdrawn and each.person_id in members]
    return Standing(
        id=meeting.id,
        starts=starts,
        ends=ends,
        company=meeting.company.id,
        name=meeting.company.name,
        is_past=meeting.has_begun(now),
        accepted=sum(each.current_answer is Answer.accepted for each in invited),
        said=dict(_said(meeting, members)),
        has_fallen=meeting.id in fallen,
        facilitator=meeting.facilitator_id,
    )


def _said(meeting: Meeting, members: Mapping[int, Membership]) -> Iterator[tuple[int, str]]:
    """What members answered to the meeting, by membership; who is off its list, or kept out, does not come."""
    for each in meeting.invitations:
        if (member := members.get(each.person_id)) is None:
            continue
        if each.is_withdrawn:
            yield member.id, "N"
        elif each.current_answer in LETTERS:
            yield member.id, LETTERS[each.current_answer]
    yield from ((member.id, "N") for member in members.values() if meeting.keeps_out(member))
