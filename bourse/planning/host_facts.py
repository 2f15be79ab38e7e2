"""Who receives in a season, when each company last received the club, and how many seasons it has waited."""

from datetime import date

from bourse.clubs.models import Membership
from bourse.db import db
from bourse.meetings.models import Meeting, Season
from bourse.planning.turn_facts import NOT_HELD, hostings_of, turns_before
from bourse.planning.turns import waited


def hosting_in(season: Season) -> set[int]:
    """The members who receive in the season already, by membership."""
    query = db.select(Meeting.host_id).where(Meeting.season_id == season.id, Meeting.state.not_in(NOT_HELD))
    return set(db.session.scalars(query))


def last_hosted(season: Season) -> dict[int, date]:
    """By company, the day it last received the club before this season."""
    former = (each for each in hostings_of(season.club) if each.season != season.id and each.on < season.starts_on)
    return {each.company: each.on for each in sorted(former, key=lambda each: each.on)}


def waits_of(season: Season) -> dict[int, int]:
    """By company of the club, the full seasons since it last received (0: in the one before).

    One that never did has waited since it joined, a season at least: only who received last season has 0.
    """
    turns = turns_before(season)
    query = db.select(Membership.company_id, db.func.min(Membership.joined_at))
    rows = db.session.execute(query.where(Membership.club_id == season.club_id).group_by(Membership.company_id))
    joined = {company: at.date() for company, at in rows if company}
    since = {company: sum(turn.starts_on >= day for turn in turns) for company, day in joined.items()}
    return {company: max(1, seasons) if turns else 0 for company, seasons in since.items()} | waited(turns)
