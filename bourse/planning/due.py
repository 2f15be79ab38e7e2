"""A season ends by itself: nobody has to remember to close it."""

from datetime import datetime, timedelta

from bourse.clock import club_time
from bourse.db import db
from bourse.meetings.models import Meeting, MeetingState, Season, SeasonState
from bourse.people.models import note


def close_seasons(now: datetime) -> None:
    """Closes the seasons whose last day is over where the club lives, and that have no meeting to come; the worker
    commits.
    """
    to_come = Season.meetings.any(db.and_(Meeting.state != MeetingState.cancelled, Meeting.ends_at > now))
    open_ones = db.select(Season).where(Season.state != SeasonState.closed, ~to_come)
    nearly = open_ones.where(Season.ends_on < now.date() + timedelta(days=2))  # it is tomorrow already somewhere
    for season in db.session.scalars(nearly.order_by(Season.id).with_for_update()).all():
        if season.ends_on < club_time(now, season.club.timezone).date():
            season.state = SeasonState.closed
            note("close_season", about=season)
