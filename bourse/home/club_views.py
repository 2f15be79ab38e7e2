"""The club as a whole: who came, who comes, who drifts away. For who facilitates it, and the office."""

from collections.abc import Sequence

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.clock import club_time, now
from bourse.clubs.models import Club, Membership
from bourse.clubs.roles import facilitates_or_is_office, is_facilitator
from bourse.doors import door
from bourse.home import facts
from bourse.home.dial import season_at
from bourse.home.views import bp, day_of, standing
from bourse.home.watch import Afternoon, Member, points, watch
from bourse.meetings.models import Meeting
from bourse.meetings.roles import is_kept_out


@bp.get("/overview/<club>")
@door(facilitates_or_is_office)
def watch_over(club: Club) -> ResponseReturnValue:
    """The season of a club, member by member, and what to look at."""
    today = club_time(now(), club.timezone).date()
    season = season_at(facts.seasons_of([club.id]), today)
    meetings = [each for each in facts.season_of(club, season) if not is_kept_out(current_user, each)]
    traces = facts.traces_of(each for each in meetings if each.is_released)
    told = watch(_members(club), _afternoons(meetings), traces)
    facilitates = is_facilitator(current_user, club)
    return render_template(
        "home/overview.html",
        club=club,
        season=season,
        told=told,
        points=points(told, club.quorum, today) if facilitates else [],
        facilitates=facilitates,
    )


def _members(club: Club) -> list[Member]:
    hosts = facts.hosts_of(club)
    return [_member(each, club, each.id in hosts) for each in facts.members_of(club)]


def _member(membership: Membership, club: Club, has_hosted: bool) -> Member:
    joined_on = club_time(membership.joined_at, club.timezone).date()
    return Member(membership.person_id, membership, joined_on, has_hosted)


def _afternoons(meetings: Sequence[Meeting]) -> list[Afternoon]:
    coming = next((each for each in meetings if not each.is_over(now())), None)
    return [Afternoon(each.id, day_of(each), standing(each, coming), each.host.person_id) for each in meetings]
