"""Meetings: planned, changed, released to everybody's calendar."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import cache

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import Select, bindparam
from sqlalchemy.orm import joinedload, selectinload

from bourse.clock import club_time, now
from bourse.clubs.models import Club, Membership, Role, by_name, company_names
from bourse.clubs.roles import is_facilitator
from bourse.db import db
from bourse.doors import door
from bourse.meetings import roles
from bourse.meetings.answer import fill_seats
from bourse.meetings.due import facts_of, keep_quiet, let_go, mark_of, messages_due, say
from bourse.meetings.facts import kept_out_of, open_to_guest, turnouts, with_calendars
from bourse.meetings.forms import AnswerForm, ConfirmForm, LettersForm, MeetingForm
from bourse.meetings.models import Invitation, Meeting, Season
from bourse.meetings.reconcile import Message, Reason, is_same_terms
from bourse.people.models import Person, note
from bourse.words import _

bp = Blueprint("meetings", __name__, url_prefix="/meetings")

WITH_HOST = (
    joinedload(Meeting.host).options(joinedload(Membership.person), joinedload(Membership.company)),
    joinedload(Meeting.club),
)
HUNG_ON = ("problem", "board", "outcome", "poll")


def find(id: int) -> Meeting | None:
    """A meeting with its club, its host, everybody invited, and what later rooms hang on it."""
    return db.session.scalar(_whole(), {"id": id})


@cache
def _whole() -> Select[Meeting]:
    guests = selectinload(Meeting.invitations).joinedload(Invitation.person)
    hung_on = (joinedload(getattr(Meeting, name)) for name in HUNG_ON)
    return db.select(Meeting).where(Meeting.id == bindparam("id")).options(*WITH_HOST, guests, *hung_on)


@bp.get("/")
@door()
def index() -> ResponseReturnValue:
    """The meetings of my clubs, season by season."""
    meetings = _meetings_of(current_user)
    full = {meeting.id for meeting in meetings if roles.sees_full(current_user, meeting)}
    counted = turnouts(meeting for meeting in meetings if roles.may_read_turnout(current_user, meeting))
    return render_template("meetings/index.html", seasons=_by_season(meetings), turnouts=counted, full=full)


def _meetings_of(person: Person) -> list[Meeting]:
    """The meetings that the person may know of, if only their date, newest first."""
    clubs = [membership.club_id for membership in person.memberships if membership.belongs]
    clusters = [role.organisation_id for role in person.office_roles]
    query = db.select(Meeting).join(Club).where(db.or_(Club.id.in_(clubs), Club.organisation_id.in_(clusters)))
    query = query.order_by(Meeting.starts_at.desc()).options(*WITH_HOST, joinedload(Meeting.season))
    ours = db.session.scalars(query)
    known = [each for each in ours if roles.may_know_meeting(person, each) or roles.sees_full(person, each)]
    return [*(each for each in open_to_guest(person, now()) if each not in known), *known]


def _by_season(meetings: Iterable[Meeting]) -> dict[tuple[Club, Season | None], list[Meeting]]:
    seasons: dict[tuple[Club, Season | None], list[Meeting]] = {}
    for meeting in meetings:
        seasons.setdefault((meeting.club, meeting.season), []).append(meeting)
    return seasons


@bp.get("/<int:meeting>")
@door(roles.may_know_meeting)
def show(meeting: Meeting) -> ResponseReturnValue:
    """The page of a meeting: when, where, what for, with whom."""
    leads, invitation = roles.hosts_or_facilitates(current_user, meeting), meeting.invitation_of(current_user)
    return render_template(
        "meetings/show.html",
        meeting=meeting,
        guests=[each for each in meeting.invited if not each.is_waiting],
        substitutes=_substitutes_in(meeting),
        is_guest=roles.is_guest(current_user, meeting),
        may_send=invitation is not None and roles.may_send_substitute(current_user, invitation),
        companies=company_names(meeting.club),
        invitation=invitation,
        form=AnswerForm(),
        is_facilitator=is_facilitator(current_user, meeting),
        sees_guests=roles.may_see_guests(current_user, meeting),
        leads=leads,
        kept_out=kept_out_of(meeting) if leads else [],
    )


def _substitutes_in(meeting: Meeting) -> dict[int, Invitation]:
    """Who comes in somebody's seat, by that member's invitation."""
    stand_ins = (each for each in meeting.invited if each.guest)
    return {each.guest.in_place_of_id: each for each in stand_ins if each.guest and each.guest.in_place_of_id}


@bp.route("/clubs/<club>/plan", methods=["GET", "POST"])
@door(is_facilitator)
def plan(club: Club) -> ResponseReturnValue:
    """A new meeting at a host's company."""
    form = _meeting_form(club)
    if not form.is_submitted():
        form.invited.data = [each.person_id for each in club.memberships if each.belongs and each.role is Role.member]
        form.agenda.data, form.host.data = club.agenda, request.args.get("host", 0, type=int)
    if not form.validate_on_submit():
        return render_template("meetings/plan.html", form=form, club=club, meeting=None)
    meeting = _same_again(club, form) or _new_meeting(club, form)
    _apply(form, meeting)
    db.session.flush()
    note("plan", by=current_user, about=meeting)
    db.session.commit()
    return redirect(url_for("meetings.release", meeting=meeting.id))


def _meeting_form(club: Club, meeting: Meeting | None = None) -> MeetingForm:
    people = selectinload(Club.memberships).options(joinedload(Membership.person), joinedload(Membership.company))
    db.session.scalars(db.select(Club).where(Club.id == club.id).options(people)).one()
    form = MeetingForm()
    form.offer(club, now(), kept_out=_people_kept_out(meeting) if meeting else set())
    return form


def _people_kept_out(meeting: Meeting) -> set[int]:
    return {membership.person_id for membership in meeting.kept_out}


def _same_again(club: Club, form: MeetingForm) -> Meeting | None:
    """The meeting that a first click of the same form made already."""
    same = db.select(Meeting).filter_by(club_id=club.id, host_id=form.host.data, released_at=None)
    return db.session.scalar(same.where(Meeting.starts_at == form.span()[0]))


def _new_meeting(club: Club, form: MeetingForm) -> Meeting:
    starts_at, ends_at = form.span()
    season = _season_at(club, starts_at)
    meeting = Meeting(
        club=club,
        season=season,
        host=db.session.get_one(Membership, form.host.data),
        number=_next_number(club, season),
        starts_at=starts_at,
        ends_at=ends_at,
    )
    db.session.add(meeting)
    return meeting


def _season_at(club: Club, at: datetime) -> Season | None:
    today = club_time(at, club.timezone).date()
    running = db.select(Season).where(Season.club_id == club.id, Season.starts_on <= today, Season.ends_on >= today)
    return db.session.scalar(running.order_by(Season.starts_on.desc()))


def _next_number(club: Club, season: Season | None) -> int:
    numbers = db.select(db.func.max(Meeting.number)).where(Meeting.club_id == club.id)
    if season is not None:
        numbers = numbers.where(Meeting.season_id == season.id)
    return (db.session.scalar(numbers) or 0) + 1


def _apply(form: MeetingForm, meeting: Meeting, asked_back: Iterable[int] = ()) -> None:
    """Takes over what does not move the meeting: agenda, practical information, who is invited."""
    if meeting.practical != form.practical.data:
        meeting.changed_at = now()
    meeting.agenda, meeting.practical, meeting.places = form.agenda.data, form.practical.data, form.places.data
    wanted = {*form.invited.data, *asked_back, meeting.host.person_id} - _people_kept_out(meeting)
    for membership in meeting.club.memberships:
        if membership.person_id in wanted and membership.belongs:
            meeting.invite(membership.person)
    for invitation in meeting.invited:
        if invitation.person.id not in wanted and (invitation.guest is None or invitation.memberships):
            invitation.withdraw(now())


@bp.route("/<int:meeting>/change", methods=["GET", "POST"])
@door(is_facilitator)
def change(meeting: Meeting) -> ResponseReturnValue:
    """Another date, host, agenda or guest list; calendars follow by themselves."""
    if meeting.is_over(now()):
        abort(404)
    form = _meeting_form(meeting.club, meeting)
    zone = meeting.club.timezone
    if not form.is_submitted():
        form.show(meeting, club_time(meeting.starts_at, zone), club_time(meeting.ends_at, zone))
    if not form.validate_on_submit() or request.form.get("step") == "back":
        return render_template("meetings/plan.html", form=form, club=meeting.club, meeting=meeting)
    meeting = with_calendars(meeting, lock=True)
    before = mark_of(meeting)
    meeting.move(*form.span())
    asked_back = _turned_away(meeting) if form.host.data != meeting.host_id else []
    meeting.change_host(db.session.get_one(Membership, form.host.data))
    _apply(form, meeting, asked_back)
    fill_seats(meeting, now())
    if meeting.is_released and (page := _look_first(meeting, before)) is not None:
        return page
    note("change", by=current_user, about=meeting)
    db.session.commit()
    flash(_("C'est noté. Les agendas suivront dans la minute.") if meeting.is_released else _("C'est noté."))
    return redirect(url_for("meetings.show", meeting=meeting.id))


def _look_first(meeting: Meeting, before: str) -> str | None:
    """The page of what would leave, if asked for or to put a word right; else settles what the letters say."""
    form = LettersForm()
    is_right = form.validate()
    db.session.flush()
    due = [each for each in messages_due(with_calendars(meeting), now()) if each.reason is not Reason.answered]
    if not is_right or (due and request.form.get("step") == "look"):
        page = render_template("meetings/look.html", form=form, meeting=meeting, due=_with_people(meeting, due))
        db.session.rollback()
        return page
    if form.is_quiet.data and is_same_terms(before, mark_of(meeting)):
        keep_quiet(meeting, before)
    else:
        say(meeting, form.word.data or "", before)
    return None


def _turned_away(meeting: Meeting) -> list[int]:
    """Whom the present host's choice keeps from being invited: another host begins without it."""
    ended = [meeting.ended_by(exclusion) for exclusion in meeting.in_force]
    return [invitation.person_id for invitations in ended for invitation in invitations]


@bp.route("/<int:meeting>/release", methods=["GET", "POST"])
@door(is_facilitator)
def release(meeting: Meeting) -> ResponseReturnValue:
    """Shows who will get what, then gives the "go"."""
    if meeting.is_cancelled or meeting.is_over(now()):
        abort(404)
    form = ConfirmForm()
    if not form.validate_on_submit():
        due = messages_due(with_calendars(meeting), now(), replace(facts_of(meeting), is_released=True))
        return render_template("meetings/release.html", form=form, meeting=meeting, due=_with_people(meeting, due))
    if not meeting.is_released:
        let_go(meeting, now())
        meeting.release(now())
        note("release", by=current_user, about=meeting)
        db.session.commit()
    flash(_("Les invitations partent."))
    return redirect(url_for("meetings.show", meeting=meeting.id))


def _with_people(meeting: Meeting, due: Iterable[Message]) -> list[tuple[Person, Message]]:
    """Who is to get what, by family name."""
    people = {invitation.id: invitation.person for invitation in meeting.invitations}
    told = [(people[message.invitation], message) for message in due]
    return sorted(told, key=lambda each: by_name(each[0]))


@bp.route("/<int:meeting>/cancel", methods=["GET", "POST"])
@door(is_facilitator)
def cancel(meeting: Meeting) -> ResponseReturnValue:
    """Cancels a meeting, or takes the cancellation back."""
    if meeting.is_over(now()):
        abort(404)
    form, before = LettersForm(), mark_of(with_calendars(meeting))
    if not form.validate_on_submit():
        due = messages_due(meeting, now(), replace(facts_of(meeting), is_cancelled=not meeting.is_cancelled))
        return render_template("meetings/cancel.html", form=form, meeting=meeting, due=_with_people(meeting, due))
    wants_cancelled = request.form.get("act") == "cancel"
    if wants_cancelled != meeting.is_cancelled:  # a second click asks for what is already so
        (meeting.cancel if wants_cancelled else meeting.restore)()
        say(meeting, form.word.data or "", before)
        note("cancel" if wants_cancelled else "restore", by=current_user, about=meeting)
        db.session.commit()
    flash(_("La rencontre est annulée.") if meeting.is_cancelled else _("La rencontre est rétablie."))
    return redirect(url_for("meetings.show", meeting=meeting.id))
