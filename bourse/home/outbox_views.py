"""The outbox: every letter about one's clubs, where it stands and why; held, let go, sent once more."""

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.clock import now
from bourse.clubs.models import Club, Membership, Role
from bourse.clubs.roles import facilitates, is_facilitator, memberships_of
from bourse.db import db
from bourse.doors import door
from bourse.forms import number
from bourse.headers import in_a_sandbox, show_own_frames
from bourse.home import outbox_models as outbox
from bourse.home.due import forget, hand_over, is_by_rule, still_says
from bourse.home.outbox import (
    Leaf,
    Wanted,
    acts,
    entry_in,
    is_of_server,
    page_within,
    why,
    without_secrets,
)
from bourse.home.outbox_models import TO_LOOK_AT, Outgoing
from bourse.home.views import bp
from bourse.mailroom.models import LOST, SUPERSEDED, UNSENT, Letter, LetterState
from bourse.meetings.facts import with_calendars
from bourse.meetings.models import Meeting, Season
from bourse.meetings.recheck import REWRITTEN, Refusal, recheck, take_for_unwritten
from bourse.people.bounces import undeliverable
from bourse.people.models import note
from bourse.planning.letters import is_ask
from bourse.planning.recheck import recheck as recheck_ask
from bourse.words import _, _n, keep_time_of

__all__ = ["bp"]

WORDS = {"why": why, "is_of_server": is_of_server}
STATES = ("", TO_LOOK_AT, *(state.value for state in LetterState))


@bp.get("/outbox/")
@door(facilitates)
def letters() -> ResponseReturnValue:
    """The letters of the clubs that one facilitates; filtered by state, meeting or season, person or club."""
    wanted, led = _wanted(), _led()
    clubs = [club for club in led if club.slug == wanted.club] or led
    ids = [club.id for club in clubs]
    meetings, seasons, people = outbox.meetings_of(ids), outbox.seasons_of(ids), outbox.people_of(ids)
    both: list[Meeting | Season] = [*seasons, *meetings]
    places = {outbox.key_of(each): each for each in both}
    place = places.get(wanted.about)
    reader = next((each for each in people if each.person_id == wanted.person), None)
    found = outbox.letters_of(ids, wanted.about if place else "", reader)
    counts = outbox.count_by_state(found, now())
    total = counts.get(wanted.state, 0) if wanted.state else sum(counts.values()) - counts[TO_LOOK_AT]
    page = page_within(number(request.args.get("page")), total)
    keep_time_of(clubs[0].timezone)
    return render_template(
        "home/outbox.html",
        leaf=Leaf(outbox.leaf_of(found, wanted.state, page, now()), page, total),
        counts=counts,
        wanted=wanted,
        about=wanted.about if place else "",
        place=place,
        meeting=place if isinstance(place, Meeting) else None,
        is_over=place is not None and outbox.is_over(place, now()),
        reader=reader,
        clubs=led,
        places=places,
        seasons=seasons,
        meetings=meetings,
        people=people,
        **WORDS,
    )


def _led() -> list[Club]:
    return [each.club for each in memberships_of(current_user) if each.role is Role.facilitator]


def _wanted() -> Wanted:
    """What the address asks for; nonsense asks for nothing."""
    asked = request.args
    state = asked.get("state", "")
    return Wanted(
        state=state if state in STATES else "",
        about=asked.get("about") or f"meeting:{number(asked.get('meeting'))}",
        person=number(asked.get("person")),
        club=asked.get("club", ""),
    )


@bp.get("/outbox/<int:letter>")
@door(is_facilitator)
def read_letter(letter: Outgoing) -> ResponseReturnValue:
    """One letter as it leaves, where it stands, and what one may do."""
    row, at = letter.letter, now()
    is_leaving = row.is_leaving(at)
    is_over = outbox.is_over(letter.place, at) and not is_by_rule(row)
    reader = outbox.reader_of(letter)
    show_own_frames()
    return render_template(
        "home/letter.html",
        letter=row,
        text=_shown(row.text),
        place=letter.place,
        about=outbox.key_of(letter.place),
        meeting=letter.meeting,
        reader=reader,
        corrects_at=_form_with_address(letter, reader),
        is_leaving=is_leaving,
        is_over=is_over,
        acts=() if is_over else acts(row.state, is_leaving, row.due_at <= at, row.is_kept_back),
        entry=entry_in(row.calendar) if row.calendar and not row.is_secret else None,
        sender=current_app.config["SETTINGS"].mail_from,
        **WORDS,
    )


def _form_with_address(letter: Outgoing, reader: Membership | None) -> str | None:
    """Where the address that the letter went to is corrected: the member's form, or the guest's."""
    if reader is not None:
        return url_for("clubs.change_member", membership=reader.id, _anchor="email")
    guest = outbox.guest_of(letter)
    return url_for("meetings.change_guest", guest=guest.id, _anchor="email") if guest else None


@bp.get("/outbox/<int:letter>/html")
@door(is_facilitator)
def preview_letter(letter: Outgoing) -> ResponseReturnValue:
    """Its HTML alone, where no script runs."""
    if letter.letter.is_secret or not letter.letter.html:
        abort(404)
    return in_a_sandbox(_shown(letter.letter.html))


def _shown(text: str) -> str:
    """What somebody else than its reader may see of a letter: none of the links that need no signing in."""
    rules = (rule.rule for rule in current_app.url_map.iter_rules() if "token" in rule.arguments)
    return without_secrets(text, {rule.partition("<token>")[0] for rule in rules})


@bp.post("/outbox/<int:letter>/hold")
@door(is_facilitator)
def hold_letter(letter: Outgoing) -> ResponseReturnValue:
    """It waits for the facilitator; one that is being handed over cannot be held any more."""
    row = _locked(letter)
    if row.state is LetterState.planned and not row.is_leaving(now()):
        row.hold()
        return _done("hold_letter", letter, _("La lettre est retenue."))
    if row.state is not LetterState.held:  # a second click asks for what is already so
        _say_too_late(row)
    return _to(letter)


@bp.post("/outbox/<int:letter>/release")
@door(is_facilitator)
def release_letter(letter: Outgoing) -> ResponseReturnValue:
    """It leaves when it is due; at once when that has passed."""
    row = _locked(letter)
    if row.state is not LetterState.held:
        return _to(letter)
    if refusal := _why_not(row, _with_calendars(letter.place)):
        return _refused(letter, refusal)
    row.let_go()
    is_due = row.due_at <= now()
    return _done("release_letter", letter, _("La lettre part.") if is_due else _("La lettre partira à sa date."))


@bp.post("/outbox/<int:letter>/now")
@door(is_facilitator)
def send_now(letter: Outgoing) -> ResponseReturnValue:
    """It leaves at once, at any hour."""
    row = _locked(letter)
    if row.state not in UNSENT or row.is_leaving(now()):
        _say_too_late(row)
        return _to(letter)
    if refusal := _why_not(row, _with_calendars(letter.place)):
        return _refused(letter, refusal)
    row.let_go()
    row.due_at = now()
    return _done("send_now", letter, _("La lettre part."))


@bp.post("/outbox/<int:letter>/again")
@door(is_facilitator)
def send_again(letter: Outgoing) -> ResponseReturnValue:
    """The same letter once more, if it still says the truth."""
    row = _locked(letter)
    if row.state not in LOST and not row.is_kept_back:
        return _to(letter)
    if refusal := _why_not(row, _with_calendars(letter.place)):
        return _refused(letter, refusal)
    row.try_again(now())
    return _done("send_again", letter, _("La lettre repart."))


@bp.post("/outbox/meetings/<int:meeting>/hold")
@door(is_facilitator)
def hold_letters(meeting: Meeting) -> ResponseReturnValue:
    """Holds all that has not left about a meeting."""
    return _hold_all(meeting)


@bp.post("/outbox/seasons/<int:season>/hold")
@door(is_facilitator)
def hold_letters_of_season(season: Season) -> ResponseReturnValue:
    """Holds all that has not left about a season."""
    return _hold_all(season)


def _hold_all(place: Meeting | Season) -> ResponseReturnValue:
    planned = outbox.of_place(place, LetterState.planned)
    free = [row for row in planned if not row.is_leaving(now())]
    for row in free:
        row.hold()
    note("hold_letters", by=current_user, about=place)
    db.session.commit()
    flash(_n("%(num)s lettre est retenue.", "%(num)s lettres sont retenues.", len(free)))
    if late := len(planned) - len(free):
        flash(
            _n("%(num)s lettre est déjà en train de partir.", "%(num)s lettres sont déjà en train de partir.", late),
            "maybe",
        )
    return redirect(url_for("home.letters", about=outbox.key_of(place)))


@bp.post("/outbox/meetings/<int:meeting>/release")
@door(is_facilitator)
def release_letters(meeting: Meeting) -> ResponseReturnValue:
    """Lets all go that is held about a meeting and still says the truth."""
    return _release_all(meeting)


@bp.post("/outbox/seasons/<int:season>/release")
@door(is_facilitator)
def release_letters_of_season(season: Season) -> ResponseReturnValue:
    """Lets all go that is held about a season and still says the truth."""
    return _release_all(season)


def _release_all(place: Meeting | Season) -> ResponseReturnValue:
    held, place = outbox.of_place(place, LetterState.held), _with_calendars(place)
    free = [row for row in held if not _why_not(row, place)]
    for row in free:
        row.let_go()
    note("release_letters", by=current_user, about=place)
    db.session.commit()
    flash(_n("%(num)s lettre part.", "%(num)s lettres partent.", len(free)))
    if untrue := len(held) - len(free):
        flash(
            _n(
                "%(num)s lettre ne dit plus vrai, et ne part pas.",
                "%(num)s lettres ne disent plus vrai, et ne partent pas.",
                untrue,
            ),
            "maybe",
        )
    return redirect(url_for("home.letters", about=outbox.key_of(place)))


@bp.post("/outbox/members/<int:membership>/trust")
@door(is_facilitator)
def trust_address(membership: Membership) -> ResponseReturnValue:
    """The address is right after all: letters go there again, and first those that were lost and are still true."""
    person = membership.person
    person.trust_address()
    lost = outbox.lost_to(person, membership.club_id, now())
    again = [each.letter for each in lost if not _why_not(each.letter, _with_calendars(each.place))]
    for row in again:
        row.try_again(now())
    note("trust_address", by=current_user, about=person)
    db.session.commit()
    repeated = _n("C'est noté : %(num)s lettre repart.", "C'est noté : %(num)s lettres repartent.", len(again))
    flash(repeated if again else _("C'est noté : les prochaines lettres partiront."))
    return redirect(url_for("clubs.member", membership=membership.id))


def _locked(letter: Outgoing) -> Letter:
    """The letter as it is now; until the commit no worker takes it."""
    db.session.refresh(letter.letter, with_for_update=True)
    return letter.letter


def _with_calendars(place: Meeting | Season) -> Meeting | Season:
    return with_calendars(place) if isinstance(place, Meeting) else place


def _why_not(row: Letter, place: Meeting | Season) -> Refusal | None:
    """Why the letter does not leave; one that is no longer true ends here, so that another can be written.

    A meeting comes with its calendars.
    """
    if is_by_rule(row):
        return _why_not_by_rule(row)
    is_about_meeting = isinstance(place, Meeting) and not is_ask(row)
    refusal = recheck(row, place, now()) if is_about_meeting else recheck_ask(row, place, now())
    if refusal in REWRITTEN:
        take_for_unwritten(row, now())
    return refusal


def _why_not_by_rule(row: Letter) -> Refusal | None:
    if undeliverable([row]):
        return Refusal.suspended
    if still_says(row, now()):
        hand_over(row)
        return None
    row.recall(now(), SUPERSEDED)
    forget(row)
    return Refusal.superseded


def _refused(letter: Outgoing, refusal: Refusal) -> ResponseReturnValue:
    flash((_in_words_of_ask(refusal) if is_ask(letter.letter) else "") or _in_words(refusal), "maybe")
    note("letter_refused", by=current_user, about=letter.letter)
    db.session.commit()
    return _to(letter)


def _in_words(refusal: Refusal) -> str:
    return {
        Refusal.over: _("La rencontre est passée : la lettre ne part plus."),
        Refusal.expired: _("Sa date limite est passée : la lettre ne part plus."),
        Refusal.uninvited: _("Cette personne n'est plus invitée : la lettre ne part pas."),
        Refusal.suspended: _("Rien n'arrive à cette adresse. Corrigez-la, ou confirmez-la sur la fiche du membre."),
        Refusal.superseded: _("La lettre ne dit plus vrai. S'il en faut une autre, elle s'écrit d'elle-même."),
        Refusal.unwritten: _("La lettre n'a pas de texte. S'il en faut une autre, elle s'écrit d'elle-même."),
    }[refusal]


def _in_words_of_ask(refusal: Refusal) -> str | None:
    """What is different of a letter that asks for wishes, an opinion or days."""
    return {
        Refusal.over: _("La question est close : la lettre ne part plus."),
        Refusal.uninvited: _("Cette personne n'est plus du club, ou fait une pause : la lettre ne part pas."),
        Refusal.superseded: _("La lettre ne dit plus vrai. S'il en faut une autre, envoyez un rappel."),
        Refusal.unwritten: _("La lettre n'a pas de texte. S'il en faut une autre, envoyez un rappel."),
    }.get(refusal)


def _say_too_late(row: Letter) -> None:
    is_leaving = row.is_leaving(now())
    flash(_("La lettre est déjà en train de partir.") if is_leaving else _("La lettre n'attend plus."), "maybe")


def _done(act: str, letter: Outgoing, told: str) -> ResponseReturnValue:
    note(act, by=current_user, about=letter.letter)
    db.session.commit()
    flash(told)
    return _to(letter)


def _to(letter: Outgoing) -> ResponseReturnValue:
    return redirect(url_for("home.read_letter", letter=letter.letter.id))
