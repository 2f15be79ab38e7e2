"""Who received the club so far, when, and how many seasons a company has waited since."""

from datetime import date

from bourse.clock import club_time
from bourse.clubs.models import Membership
from bourse.db import db
from bourse.meetings.models import Meeting, Season
from bourse.meetings.states import MeetingState, SeasonState

NOT_HELD = (MeetingState.idea, MeetingState.postponed, MeetingState.cancelled)


def hosting_in(season: Season) -> set[int]:
    """The members who receive in the season already, by membership."""
    query = db.select(Meeting.host_id).where(Meeting.season_id == season.id, Meeting.state.not_in(NOT_HELD))
    return set(db.session.scalars(query))


def last_hosted(season: Season) -> dict[int, date]:
    """By company, the day it last received the club before this season."""
    query = db.select(Membership.company_id, Meeting.starts_at).join(Meeting.host)
    query = query.where(Meeting.club_id == season.club_id, Meeting.state.not_in(NOT_HELD))
    query = query.where(db.or_(Meeting.season_id.is_(None), Meeting.season_id != season.id))
    found: dict[int, date] = {}
    for company, at in db.session.execute(query.order_by(Meeting.starts_at)):
        day = club_time(at, season.club.timezone).date()
        if company and day < season.starts_on:
            found[company] = day
    return found


def waited(season: Season) -> dict[int, int]:
    """By company of the club, the full seasons since it last received (0: in the one before).

    One that never did has waited since it joined, a season at least: only who received last season has 0.
    """
    began, last = _former(season), last_hosted(season)
    query = db.select(Membership.company_id, db.func.min(Membership.joined_at))
    rows = db.session.execute(query.where(Membership.club_id == season.club_id).group_by(Membership.company_id))
    joined = {company: at.date() for company, at in rows if company}
    never = {company: max(1, sum(day >= since for day in began)) if began else 0 for company, since in joined.items()}
    return never | {company: sum(day > since for day in began) for company, since in last.items()}


def _former(season: Season) -> list[date]:
    """The first days of the seasons before; one that was only prepared is none."""
    is_held = db.exists().where(Meeting.season_id == Season.id, Meeting.state.not_in(NOT_HELD))
    query = db.select(Season.starts_on).where(Season.club_id == season.club_id, Season.starts_on < season.starts_on)
    known = db.or_(Season.state.in_((SeasonState.published, SeasonState.closed)), is_held)
    return list(db.session.scalars(query.where(known)))
