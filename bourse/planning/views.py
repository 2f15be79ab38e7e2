"""The facilitator prepares a season: its rules, and where it stands."""

from datetime import date, time

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import contains_eager, joinedload

from bourse.clock import club_time, now
from bourse.clubs.models import Club
from bourse.clubs.roles import is_facilitator
from bourse.db import db
from bourse.doors import door
from bourse.meetings.models import Meeting, Season, SeasonState
from bourse.people.models import note
from bourse.planning import tell
from bourse.planning.dates import Slot
from bourse.planning.facts import allowed_dates, poll_of_season
from bourse.planning.forms import DeadlineForm, SeasonForm
from bourse.planning.letters import WISHES, without_letter_today
from bourse.planning.models import SeasonRules, lay_out, lock_season
from bourse.planning.prepare import USUAL_LENGTH, Span, next_span, years_of
from bourse.planning.proposal_models import Proposal
from bourse.planning.roles import can_change
from bourse.planning.states import ProposalState
from bourse.words import _

bp = Blueprint("planning", __name__, url_prefix="/planning")

USUAL_SLOT = Slot(3, time(14), time(18))


def find(id: int) -> Season | None:
    """A season that has rules, with its club."""
    query = db.select(Season).join(SeasonRules).where(Season.id == id)
    return db.session.scalar(query.options(joinedload(Season.club), contains_eager(Season.rules)))


@bp.app_template_global("seasons_in_preparation")
def seasons_in_preparation(club: Club) -> list[Season]:
    """The seasons that are being prepared or can be planned anew, for the page of the club."""
    query = db.select(Season).join(SeasonRules).where(Season.club_id == club.id)
    query = query.where(Season.state != SeasonState.closed, Season.ends_on >= today_of(club)).order_by(Season.starts_on)
    return list(db.session.scalars(query.options(contains_eager(Season.rules))))


@bp.app_template_global("seasons_closed")
def seasons_closed(club: Club) -> list[Season]:
    """The club's seasons that are over and have a plan to read again, the latest first."""
    query = db.select(Season).where(Season.club_id == club.id, Season.state == SeasonState.closed)
    has_plan = db.exists().where(Proposal.season_id == Season.id, Proposal.state != ProposalState.undone)
    query = query.where(has_plan).order_by(Season.starts_on.desc())
    return list(db.session.scalars(query))


def today_of(club: Club) -> date:
    return club_time(now(), club.timezone).date()


@bp.get("/seasons/<int:season>")
@door(is_facilitator)
def show(season: Season) -> ResponseReturnValue:
    """Where a season stands: its rules, who has answered, what each date would bring."""
    poll, today = poll_of_season(season), today_of(season.club)
    form = DeadlineForm(formdata=None, answer_by=season.rules.answer_by)
    return render_template(
        "planning/season.html",
        season=season,
        rules=season.rules,
        poll=poll,
        tell=tell,
        form=form,
        today=today,
        to_remind=without_letter_today(WISHES, season, poll.silent, today, season.rules.answer_by),
    )


@bp.route("/clubs/<club>/prepare", methods=["GET", "POST"])
@door(is_facilitator)
def prepare(club: Club) -> ResponseReturnValue:
    """A new season, with the rules of the club's last one."""
    form = SeasonForm()
    if not form.is_submitted():
        _propose(form, club)
    if not form.validate_on_submit():
        return render_template("planning/rules.html", form=form, club=club, season=None, theirs=())
    db.session.execute(db.select(Club.id).filter_by(id=club.id).with_for_update())
    season = _same_again(club, form) or Season(club=club)
    rules = season.rules or SeasonRules(season=season)
    _take_over(form, season, rules)
    note("prepare", by=current_user, about=season)
    db.session.commit()
    return redirect(url_for(".dates", season=season.id))


def _take_over(form: SeasonForm, season: Season, rules: SeasonRules) -> None:
    """What was typed, and the dates that follow from it."""
    today = today_of(season.club)
    former = allowed_dates(season, today) if season.id else {}
    form.fill(season, rules)
    db.session.add_all([season, rules])
    db.session.flush()
    lay_out(season, allowed_dates(season, today), now(), former)


def _propose(form: SeasonForm, club: Club) -> None:
    """Fills the fields with the club's last season, moved on, and its rules."""
    last = db.session.scalar(db.select(Season).filter_by(club_id=club.id).order_by(Season.starts_on.desc()).limit(1))
    span = next_span(Span(last.starts_on, last.ends_on) if last else None, today_of(club))
    form.starts_on.data, form.ends_on.data = span
    form.name.data = _("Saison %(years)s", years=years_of(span))
    form.length.data = last.length if last else USUAL_LENGTH
    if last and last.rules:
        form.show_rules(last.rules)
    else:
        form.show_rules(SeasonRules.usual(club))
        form.show_slots([_last_slot(club) or USUAL_SLOT])


def _last_slot(club: Club) -> Slot | None:
    """The weekday and hours of the club's last meeting."""
    last = db.select(Meeting).filter_by(club_id=club.id).order_by(Meeting.starts_at.desc()).limit(1)
    meeting = db.session.scalar(last)
    if meeting is None:
        return None
    starts, ends = (club_time(at, club.timezone) for at in (meeting.starts_at, meeting.ends_at))
    return Slot(starts.weekday(), starts.time(), ends.time())


def _same_again(club: Club, form: SeasonForm) -> Season | None:
    """The season that a first click of the same form made already."""
    same = db.select(Season).filter_by(club_id=club.id, state=SeasonState.draft, name=form.name.data)
    return db.session.scalar(same.join(SeasonRules).where(Season.starts_on == form.starts_on.data))


@bp.route("/seasons/<int:season>/rules", methods=["GET", "POST"])
@door(is_facilitator, can_change)
def rules(season: Season) -> ResponseReturnValue:
    """Changes the rules; the dates follow, and no answer is lost. Two who write at once notice each other."""
    if request.method == "POST":
        lock_season(season)
    form, page = SeasonForm(), {"club": season.club, "season": season}
    form.offer(season.rules)
    if not form.is_submitted():
        form.show(season, season.rules)
    if not form.validate_on_submit():
        return render_template("planning/rules.html", form=form, theirs=(), **page)
    if form.seen_version != season.rules.version and (theirs := form.differences(season, season.rules)):
        form.version.data = str(season.rules.version)
        return render_template("planning/rules.html", form=form, theirs=theirs, **page), 409
    _take_over(form, season, season.rules)
    note("rules", by=current_user, about=season)
    db.session.commit()
    flash(_("C'est noté. Les dates suivent les règles."))
    return redirect(url_for(".dates", season=season.id))
