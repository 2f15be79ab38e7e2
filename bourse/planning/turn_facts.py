"""Reads the seasons that a club had, and who received it when."""

from datetime import date

from bourse.clock import club_time
from bourse.clubs.models import Club, Membership
from bourse.db import db
from bourse.meetings.models import Meeting, Season
from bourse.meetings.states import MeetingState, SeasonState
from bourse.planning.turns import Hosted, Turn, by_turn, waited

NOT_HELD = (MeetingState.idea, MeetingState.postponed, MeetingState.cancelled)
SETTLED = (SeasonState.published, SeasonState.closed)


def hostings_of(club: Club) -> list[Hosted]:
    """Every meeting that was held or stands, those of no season as well."""
    query = db.select(Membership.company_id, Meeting.season_id, Meeting.starts_at).join(Meeting.host)
    rows = db.session.execute(query.where(Meeting.club_id == club.id, Meeting.state.not_in(NOT_HELD)))
    return [Hosted(company, season, club_time(at, club.timezone).date()) for company, season, at in rows if company]


def seasons_of(club: Club) -> list[Turn]:
    """The seasons that took place or run: one that was given up while it was prepared is none."""
    met = db.exists().where(Meeting.season_id == Season.id, Meeting.state.not_in(NOT_HELD))
    query = db.select(Season.starts_on, Season.ends_on, Season.id, Season.name)
    query = query.where(Season.club_id == club.id, db.or_(Season.state.in_(SETTLED), met))
    return [Turn(*row) for row in db.session.execute(query.order_by(Season.starts_on))]


def turns_before(season: Season) -> dict[Turn, dict[int, list[date]]]:
    """Who received in each turn before a season, the latest first."""
    former = [each for each in seasons_of(season.club) if each.starts_on < season.starts_on]
    known = {each.season for each in former}
    hosted = [
        each
        for each in hostings_of(season.club)
        if each.season in known or (each.season is None and each.on < season.starts_on)
    ]
    return by_turn(hosted, former, season.starts_on)


def waited_before(season: Season) -> dict[int, int]:
    """By company of the club, the full turns before a season since it last received.

    One that never did has waited since it joined, a turn at least: only who received in the last one has 0.
    """
    turns = turns_before(season)
    query = db.select(Membership.company_id, db.func.min(Membership.joined_at))
    rows = db.session.execute(query.where(Membership.club_id == season.club_id).group_by(Membership.company_id))
    joined = {company: at.date() for company, at in rows if company}
    never = {each: sum(turn.starts_on >= since for turn in turns) for each, since in joined.items()}
    return {each: max(number, 1 if turns else 0) for each, number in never.items()} | waited(turns)


def last_hosted(season: Season) -> dict[int, date]:
    """By company, the day it last received the club before this season."""
    before = [each for each in hostings_of(season.club) if each.season != season.id and each.on < season.starts_on]
    return {each.company: each.on for each in sorted(before, key=lambda each: each.on)}


def hosting_in(season: Season) -> set[int]:
    """The members who receive in the season already, by membership."""
    query = db.select(Meeting.host_id).where(Meeting.season_id == season.id, Meeting.state.not_in(NOT_HELD))
    return set(db.session.scalars(query))
