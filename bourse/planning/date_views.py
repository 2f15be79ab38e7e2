"""The dates of a season, and the school holidays that the house does not know."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.clock import now
from bourse.clubs.models import Club
from bourse.clubs.roles import is_facilitator
from bourse.db import db
from bourse.doors import door
from bourse.meetings.models import Season, SeasonState
from bourse.people.models import note
from bourse.planning.almanac import holiday_beside, is_school_holiday, is_school_known, known_until
from bourse.planning.facts import allowed_dates, poll_of_season, typed_periods
from bourse.planning.forms import KeptDatesForm, NewDateForm, PeriodForm
from bourse.planning.models import DateOption, SchoolPeriod, SeasonRules, lay_out, lock_season, options_of
from bourse.planning.roles import can_change
from bourse.planning.states import SchoolRule
from bourse.planning.views import bp, today_of
from bourse.words import _, _n

UNPLANNED = (SeasonState.draft, SeasonState.polling)


@bp.route("/seasons/<int:season>/dates", methods=["GET", "POST"])
@door(is_facilitator, can_change)
def dates(season: Season) -> ResponseReturnValue:
    """The dates month by month: the facilitator strikes some and adds others."""
    options, form = options_of(season), KeptDatesForm()
    if not form.validate_on_submit():
        new = NewDateForm(formdata=None)
        new.show(season.rules.slots)
        return _page(season, options, new)
    kept, shown = set(form.kept.data or ()), set(form.shown.data or ())
    for option in options:
        if option.id in shown:
            option.keep(option.id in kept, now())
    note("dates", by=current_user, about=season)
    db.session.commit()
    flash(_("C'est noté."))
    return redirect(url_for(".show", season=season.id))


@bp.post("/seasons/<int:season>/dates/add")
@door(is_facilitator, can_change)
def add_date(season: Season) -> ResponseReturnValue:
    """One date more."""
    form = NewDateForm()
    form.offer(season, today_of(season.club))
    if not form.validate_on_submit():
        return _page(season, options_of(season), form)
    lock_season(season)
    starts_at, ends_at = form.span()
    known = {each.starts_at: each for each in options_of(season)}
    option = known.get(starts_at) or DateOption(season=season, starts_at=starts_at, is_by_hand=True)
    option.ends_at = ends_at
    option.keep(True, now())
    db.session.add(option)
    note("add_date", by=current_user, about=season)
    db.session.commit()
    flash(_("La date est ajoutée."))
    return redirect(url_for(".dates", season=season.id, _anchor=f"m-{option.day:%Y-%m}"))


def _page(season: Season, options: list[DateOption], new: NewDateForm) -> str:
    poll, typed, zone = poll_of_season(season), typed_periods(season), season.rules.zone
    days = {each.day for each in options}
    return render_template(
        "planning/dates.html",
        season=season,
        months=by_month(options),
        total=sum(not each.is_struck for each in options),
        new=new,
        school={day for day in days if is_school_holiday(day, zone, typed)},
        beside={day: holiday for day in days if (holiday := holiday_beside(day))},
        unknown={day for day in days if not is_school_known(day, zone, typed)},
        closed={each.id: poll.closed_on(each) for each in options},
    )


def by_month(options: Iterable[DateOption]) -> list[tuple[date, list[DateOption]]]:
    """The dates of each month, under its first day."""
    return [(month, list(dates)) for month, dates in groupby(options, lambda each: each.day.replace(day=1))]


# School holidays that are not published yet


@bp.route("/clubs/<club>/school", methods=["GET", "POST"])
@door(is_facilitator)
def school(club: Club) -> ResponseReturnValue:
    """The periods that the facilitators of the cluster typed in, for all its clubs."""
    form = PeriodForm()
    if not form.validate_on_submit():
        return render_template(
            "planning/school.html", club=club, form=form, periods=_periods(club), known_until=known_until()
        )
    period = SchoolPeriod(organisation_id=club.organisation_id)
    form.populate_obj(period)
    if not any(each.is_same(period) for each in _periods(club)):  # a second click
        db.session.add(period)
        db.session.flush()
        note("add_period", by=current_user, about=period)
        if gone := _follow(period):
            flash(_n("%(num)s date n'est plus proposée.", "%(num)s dates ne sont plus proposées.", gone))
        db.session.commit()
    flash(_("C'est ajouté, pour tous les clubs du pôle."))
    return redirect(url_for(".school", club=club.slug))


def _periods(club: Club) -> list[SchoolPeriod]:
    query = db.select(SchoolPeriod).filter_by(organisation_id=club.organisation_id)
    return list(db.session.scalars(query.order_by(SchoolPeriod.starts_on, SchoolPeriod.zone)))


@bp.post("/clubs/<club>/school/<int:period>/drop")
@door(is_facilitator)
def drop_period(club: Club, period: SchoolPeriod) -> ResponseReturnValue:
    """Takes a period back."""
    if period.organisation_id != club.organisation_id:
        abort(404)
    note("drop_period", by=current_user, about=period)
    db.session.delete(period)
    db.session.flush()
    _follow(period)
    db.session.commit()
    flash(_("La période est retirée."))
    return redirect(url_for(".school", club=club.slug))


def _follow(period: SchoolPeriod) -> int:
    """The seasons of the cluster that the period forbids days of, and that no plan was sent of, take it into account at
    once; how many dates fewer they have. What was said to a date that goes is kept with it.
    """
    query = db.select(Season).join(SeasonRules).join(Season.club)
    query = query.where(Club.organisation_id == period.organisation_id, Season.state.in_(UNPLANNED))
    query = query.where(SeasonRules.school_rule == SchoolRule.forbid, SeasonRules.zone == period.zone)
    return sum(_lay_out_again(each, period) for each in db.session.scalars(query.order_by(Season.id)).all())


def _lay_out_again(season: Season, period: SchoolPeriod) -> int:
    """A period that was taken back gives its dates back, with what was said to them."""
    lock_season(season)
    before, wanted = _standing(season), allowed_dates(season, today_of(season.club))
    lay_out(season, wanted, now())
    db.session.flush()
    for each in options_of(season):
        if each.starts_at in wanted and period.starts_on <= each.day <= period.ends_on:
            each.keep(True, now())
    return before - _standing(season)


def _standing(season: Season) -> int:
    return sum(not each.is_struck for each in options_of(season))
