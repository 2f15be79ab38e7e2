"""A member says his wishes for a season: on the page, by the link of a letter, or on the telephone."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.clock import now
from bourse.clubs.models import Membership
from bourse.clubs.roles import is_facilitator, membership_in
from bourse.db import db
from bourse.doors import door
from bourse.meetings.models import Season
from bourse.people.models import note
from bourse.planning import roles, tell
from bourse.planning.almanac import is_school_holiday
from bourse.planning.date_views import by_month
from bourse.planning.facts import typed_periods
from bourse.planning.models import is_asking, is_member, options_of, takes_wishes
from bourse.planning.poll_views import beside
from bourse.planning.states import How
from bourse.planning.take import Said, answers_in, mark_of, said_by, take_wish, wish_of
from bourse.planning.views import bp
from bourse.planning.wish_forms import HOSTINGS, WishForm
from bourse.words import _, keep_time_of


@bp.route("/seasons/<int:season>/wish", methods=["GET", "POST"])
@door(roles.is_asked_wishes)
def wish(season: Season) -> ResponseReturnValue:
    """My wishes for a season, and which days suit me."""
    membership = membership_in(current_user, season.club)
    assert membership is not None
    form = _form(season)
    if not _take(form, season, Said(membership, How.page, current_user, now())):
        return _page(form, season, membership)
    flash(_("Vos réponses sont enregistrées. Vous pouvez encore les changer."))
    return redirect(url_for(".show" if is_facilitator(current_user, season) else ".wish", season=season.id))


@bp.route("/seasons/<int:season>/members/<int:membership>", methods=["GET", "POST"])
@door(is_facilitator)
def note_wish(season: Season, membership: Membership) -> ResponseReturnValue:
    """What the facilitator heard on the telephone."""
    if membership.club_id != season.club_id or not is_member(membership) or not takes_wishes(season):
        abort(404)
    form = _form(season)
    if not _take(form, season, Said(membership, How.phone, current_user, now())):
        return _page(form, season, membership, is_phone=True)
    flash(_("Noté pour %(name)s.", name=membership.person.name))
    return redirect(url_for(".show", season=season.id))


def wish_by_link(season: Season | None, membership: Membership) -> ResponseReturnValue | None:
    """The page that a member's own link opens; none when it is good for nothing any more."""
    if season is None or season.club_id != membership.club_id or not is_asking(season):
        return None
    keep_time_of(season.club.timezone)
    form = _form(season, by_link=True)
    is_done = _take(form, season, Said(membership, How.link, membership.person, now()))
    if is_done:
        form.show(wish_of(season, membership), answers_in(said_by(membership, form.dates)))
    return _page(form, season, membership, is_done=is_done, by_link=True)


def _form(season: Season, by_link: bool = False) -> WishForm:
    dates = [each for each in options_of(season) if not each.is_struck]
    weekdays = sorted({each.day.weekday() for each in dates})
    return WishForm.about(dates, weekdays)(meta={"csrf": False} if by_link else {})


def _take(form: WishForm, season: Season, said: Said) -> bool:
    """Whether the form came, was right and is taken; else it shows what is known, or what was typed."""
    if not form.is_submitted():
        rows = said_by(said.membership, form.dates)
        wish = wish_of(season, said.membership)
        form.show(wish, answers_in(rows))
        form.seen.data = mark_of(wish)
    if not form.validate_on_submit():
        return False
    taken = take_wish(form, season, said)
    if taken is None:
        return False
    note("wish", by=said.by, about=taken)
    db.session.commit()
    return True


def _page(form: WishForm, season: Season, membership: Membership, **more: object) -> ResponseReturnValue:
    """Says how the answers shown came, and what somebody else has answered where something else was typed."""
    former, typed = wish_of(season, membership), typed_periods(season)
    theirs = form.differences(form.overtaken, answers_in(said_by(membership, form.dates))) if form.overtaken else []
    months, answers = by_month(form.dates), form.typed
    page = render_template(
        "planning/wish.html",
        form=form,
        season=season,
        membership=membership,
        former=former,
        theirs=theirs,
        months=months,
        counted={month: tell.counted(answers[each.id] for each in dates) for month, dates in months},
        words=[(each.value if each else "", str(word)) for each, word in tell.WORDS.items()],
        beside=beside(list(form.dates)),
        school={each.id for each in form.dates if is_school_holiday(each.day, season.rules.zone, typed)},
        hostings=HOSTINGS,
        tell=tell,
        **more,
    )
    return (page, 409) if form.overtaken else page
