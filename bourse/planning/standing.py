"""Reads what was: the meetings that a season has already, who received when, and who came after which answer."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy.orm import joinedload, selectinload

from bourse.clock import club_time
from bourse.clubs.models import Membership
from bourse.db import db
from bourse.meetings.models import Answer, Meeting, Season
from bourse.planning.forecast import learn
from bourse.planning.freeze import Past, Standing
from bourse.planning.past_facts import LETTERS, held_by
from bourse.planning.recall import seen
from bourse.planning.turn_facts import NOT_HELD


def past_of(season: Season, now: datetime, fallen: Collection[int] = ()) -> Past:
    """What the planning of a season has to know of what was; `fallen` are meetings whose date cannot be kept."""
    members = {each.person_id: each.id for each in season.club.memberships if each.belongs}
    standing = tuple(_standing(each, members, now, fallen) for each in meetings_of(season))
    return Past(standing, _last_hosted(season), learn(seen(held_by(season.club, now))))


def meetings_of(season: Season) -> list[Meeting]:
    """Those that stand, in order, with host and invitations."""
    host = joinedload(Meeting.host).options(joinedload(Membership.company), joinedload(Membership.person))
    query = db.select(Meeting).where(Meeting.season_id == season.id, Meeting.state.not_in(NOT_HELD))
    return list(db.session.scalars(query.order_by(Meeting.starts_at).options(host, selectinload(Meeting.invitations))))


def _standing(meeting: Meeting, members: dict[int, int], now: datetime, fallen: Collection[int]) -> Standing:
    zone = meeting.club.timezone
    starts, ends = (club_time(at, zone).replace(tzinfo=None) for at in (meeting.starts_at, meeting.ends_at))
    standing = [each for each in meeting.invitations if not each.is_withdrawn and each.person_id in members]
    return Standing(
        id=meeting.id,
        starts=starts,
        ends=ends,
        company=meeting.company.id,
        name=meeting.company.name,
        is_past=meeting.has_begun(now),
        accepted=sum(each.current_answer is Answer.accepted for each in standing),
        said={
            members[each.person_id]: LETTERS[each.current_answer] for each in standing if each.current_answer in LETTERS
        },
        has_fallen=meeting.id in fallen,
    )


def _last_hosted(season: Season) -> dict[int, date]:
    """By company, the day it last received the club before this season."""
    query = db.select(Membership.company_id, db.func.max(Meeting.starts_at)).join(Meeting.host)
    query = query.where(Meeting.club_id == season.club_id, Meeting.state.not_in(NOT_HELD))
    query = query.where(db.or_(Meeting.season_id.is_(None), Meeting.season_id != season.id))
    rows = db.session.execute(query.group_by(Membership.company_id))
    zone = season.club.timezone
    found = {company: club_time(at, zone).date() for company, at in rows if company}
    return {company: day for company, day in found.items() if day < season.starts_on}
