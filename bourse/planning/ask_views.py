"""Asks the members for their wishes, reminds the silent, gives them longer."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.clock import now
from bourse.clubs.roles import is_facilitator
from bourse.db import db
from bourse.doors import door
from bourse.meetings.forms import ConfirmForm
from bourse.meetings.models import Season, SeasonState
from bourse.people.models import note
from bourse.planning import letters, tell
from bourse.planning.facts import Poll, poll_of_season
from bourse.planning.forms import DeadlineForm
from bourse.planning.letters import WISHES
from bourse.planning.models import is_asking, lock_season
from bourse.planning.prepare import usual_deadline
from bourse.planning.views import bp, today_of
from bourse.words import _, _n, day


@bp.route("/seasons/<int:season>/ask", methods=["GET", "POST"])
@door(is_facilitator)
def ask(season: Season) -> ResponseReturnValue:
    """Shows who will be asked about what, then gives the "go": a letter to every member leaves at once."""
    if season.state is not SeasonState.draft:
        return redirect(url_for(".show", season=season.id))
    poll, today = poll_of_season(season), today_of(season.club)
    form = _deadline_form(season, poll)
    if not form.is_submitted():
        form.answer_by.data = usual_deadline(today, season.starts_on)
    if not poll.dates or not form.validate_on_submit():
        return render_template("planning/ask.html", season=season, poll=poll, form=form, tell=tell)
    lock_season(season)
    if season.state is SeasonState.draft:
        season.state = SeasonState.polling
        season.rules.asked_at, season.rules.answer_by = now(), form.answer_by.data
        sent = _send(season, poll)
        note("ask", by=current_user, about=season)
        db.session.commit()
        flash(_n("%(num)s lettre part.", "%(num)s lettres partent.", sent))
    return redirect(url_for(".show", season=season.id))


def _deadline_form(season: Season, poll: Poll) -> DeadlineForm:
    form = DeadlineForm()
    form.offer(today_of(season.club), poll.dates[-1].day if poll.dates else season.ends_on)
    return form


def _send(season: Season, poll: Poll, is_reminder: bool = False) -> int:
    """A letter to each member who has not answered and got none today; how many."""
    today = today_of(season.club)
    members = letters.without_letter_today(WISHES, season, poll.silent, today, season.rules.answer_by)
    parts = {each: letters.wishes(season, each, is_reminder) for each in members}
    letters.send(WISHES, season, parts, today, season.rules.answer_by)
    return len(parts)


@bp.post("/seasons/<int:season>/remind")
@door(is_facilitator)
def remind(season: Season) -> ResponseReturnValue:
    """One letter to those who have not answered, at most one a day."""
    if ConfirmForm().validate_on_submit() and is_asking(season):
        lock_season(season)
        sent = _send(season, poll_of_season(season), is_reminder=True)
        note("remind", by=current_user, about=season)
        db.session.commit()
        flash(_n("%(num)s rappel part.", "%(num)s rappels partent.", sent))
    return redirect(url_for(".show", season=season.id))


@bp.post("/seasons/<int:season>/reopen")
@door(is_facilitator)
def reopen(season: Season) -> ResponseReturnValue:
    """The proposal did not please: the members say their wishes again, by the links that they have."""
    lock_season(season)
    if ConfirmForm().validate_on_submit() and season.state is SeasonState.proposed:
        season.state, today = SeasonState.polling, today_of(season.club)
        season.rules.answer_by = max(season.rules.answer_by or today, usual_deadline(today, season.starts_on))
        note("reopen", by=current_user, about=season)
        db.session.commit()
        flash(_("Les souhaits sont rouverts."))
    return redirect(url_for(".show", season=season.id))


@bp.post("/seasons/<int:season>/extend")
@door(is_facilitator)
def extend(season: Season) -> ResponseReturnValue:
    """Another last day to answer."""
    form = _deadline_form(season, poll_of_season(season))
    if not is_asking(season) or not form.validate_on_submit():
        for sentence in form.answer_by.errors:
            flash(sentence, "no")
        return redirect(url_for(".show", season=season.id))
    season.rules.answer_by = form.answer_by.data
    note("extend", by=current_user, about=season)
    db.session.commit()
    flash(_("Noté : réponses attendues jusqu'au %(day)s.", day=day(form.answer_by.data)))
    return redirect(url_for(".show", season=season.id))
