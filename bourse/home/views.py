"""The first page: what comes next and what is asked of whoever opens it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from bourse.board.gather import Phase
from bourse.clock import club_time, now
from bourse.clubs.models import Club, Membership, Role
from bourse.clubs.roles import facilitates, has_signed, is_facilitator, memberships_of
from bourse.doors import door
from bourse.home import facts
from bourse.home.ask import Asked, Occasion, Promise, Question, answer_by, asked
from bourse.home.balance import Visit, balance
from bourse.home.begin import Start
from bourse.home.desk import Case, Preparation, Waiting, waiting
from bourse.home.dial import Place, Standing, Turnout, ring, season_at, turn_from
from bourse.home.outbox_models import count_by_state, letters_of
from bourse.meetings.facts import open_to_guest
from bourse.meetings.models import Answer, Invitation, Meeting, Presence, Season, SeasonState
from bourse.meetings.roles import may_know_meeting, sees_full
from bourse.outcomes.roles import is_promiser
from bourse.people.models import Person
from bourse.planning.roles import is_asked_days
from bourse.problems.models import dates_of, reading
from bourse.problems.read import Level
from bourse.words import _, keep_time_of, month_letters

bp = Blueprint("home", __name__)

IN_THE_MAKING = (SeasonState.draft, SeasonState.polling, SeasonState.proposed)


def navigation(person: Person) -> list[tuple[str, str, str, str]]:
    """(key, URL, icon, label) of each place to go."""
    places = [
        ("home", url_for("home.show"), "home", _("Accueil")),
        ("meet", url_for("meetings.index"), "cal", _("Rencontres")),
    ]
    if memberships := memberships_of(person):
        places += [
            ("do", url_for("outcomes.index"), "do", _("Suites")),
            ("club", _club(memberships), "club", _("Club")),
        ]
    return places


def _club(memberships: Sequence[Membership]) -> str:
    """The club as a whole to who facilitates it, its people to a member."""
    led = [each for each in memberships if each.role is Role.facilitator]
    page = "home.watch_over" if led else "clubs.show"
    return url_for(page, club=(led or memberships)[0].club.slug)


@bp.get("/")
@door()
def show() -> ResponseReturnValue:
    """The desk of a facilitator, the list of the office, the home of a member."""
    person = current_user._get_current_object()
    if memberships := memberships_of(person):
        scene = Scene.of(person, memberships)
        keep_time_of(scene.club.timezone)
        return _desk(scene) if facilitates(person) else _home(scene)
    if person.office_roles:
        return _office(person)
    return render_template("home/nowhere.html", invited=open_to_guest(person, now()))


@dataclass(frozen=True)
class Scene:
    """What both homes show: the next meeting of all one's clubs, and the season of its club."""

    person: Person
    club: Club
    today: date
    season: Season | None
    seasons: Sequence[Season]  # of all the clubs
    meetings: Sequence[Meeting]
    turnouts: dict[int, Turnout]
    mine: dict[int, Invitation]
    next: Meeting | None
    places: list[Place]
    first_day: date

    @classmethod
    def of(cls, person: Person, memberships: Sequence[Membership]) -> "Scene":
        ids = [membership.club_id for membership in memberships]
        everything = facts.meetings_of(person, ids, now())
        meetings = [each for each in everything if may_know_meeting(person, each)]
        full = [each for each in everything if sees_full(person, each)]
        coming = next((each for each in meetings if not each.is_over(now())), None)
        club = coming.club if coming else memberships[0].club
        today = club_time(now(), club.timezone).date()
        seasons = facts.seasons_of(ids)
        season = season_at([each for each in seasons if each.club_id == club.id], today)
        turnouts = facts.turnouts(meetings)
        first, last = turn_from(season.starts_on if season else None, today)
        places = [
            Place(
                each, day_of(each), each.number, standing(each, coming), turnouts.get(each.id, Turnout()), each in full
            )
            for each in everything
            if each in (*meetings, *full) and each.club_id == club.id and first <= day_of(each) <= last
        ]
        mine = {each.id: own for each in everything if (own := each.invitation_of(person))}
        return cls(person, club, today, season, seasons, meetings, turnouts, mine, coming, places, first)

    @property
    def ring(self) -> Markup:
        return ring(
            self.first_day,
            self.places,
            seats=1 if self.places else self.club.capacity,
            length=self.season.length if self.season else 0,
            today=self.today,
            months=month_letters(),
            caption=_("rencontres"),
        )

    @property
    def is_next_full(self) -> bool:
        """Whether all that comes is full to whoever looks."""
        return self.next is None and any(place.is_full and place.standing != "past" for place in self.places)

    @property
    def turnout(self) -> Turnout:
        """The numbers of the next meeting."""
        return self.turnouts.get(self.next.id, Turnout()) if self.next else Turnout()

    @property
    def leads(self) -> bool:
        """Whether whoever looks facilitates the club of the next meeting."""
        return self.next is not None and is_facilitator(self.person, self.next)

    @property
    def substitute(self) -> Person | None:
        """Who goes to the next meeting instead."""
        own = self.mine.get(self.next.id) if self.next else None
        return facts.substitute_of(own) if own and own.is_declined else None

    @property
    def answer_by(self) -> date | None:
        return answer_by(day_of(self.next), self.today) if self.next else None


def day_of(meeting: Meeting) -> date:
    """The day of a meeting, where the club lives."""
    return club_time(meeting.starts_at, meeting.club.timezone).date()


def standing(meeting: Meeting, coming: Meeting | None) -> Standing:
    if meeting.is_over(now()):
        return "past"
    return "next" if meeting is coming else "todo"


# A member's home


def _home(scene: Scene) -> ResponseReturnValue:
    return render_template(
        "home/show.html",
        scene=scene,
        asked=_asked_in(scene),
        balance=balance(_visit(scene, place) for place in scene.places),
        ideas=facts.ideas_of(scene.person, [place.meeting for place in scene.places if not place.is_full]),
        question=_question(scene),
    )


def _asked_in(scene: Scene) -> list[Asked]:
    person = scene.person
    unsigned = [each.club for each in memberships_of(person) if each.role is Role.member and not each.has_signed]
    coming = [each for each in scene.meetings if not each.is_over(now())]
    promises = [Promise(each, each.due_on) for each in facts.promises_of(person) if is_promiser(person, each)]
    occasions = [_occasion(scene, each) for each in coming]
    return asked(unsigned, occasions, promises, scene.today, _questions(person, coming))


def _questions(person: Person, coming: Iterable[Meeting]) -> list[Question]:
    """The wishes and the days that the person is asked for and has not said."""
    wishes = [_of_season(each) for each in facts.seasons_asking(person)]
    moving = [each for each in coming if is_asked_days(person, each)]
    silent = facts.without_days_of(person, moving)
    return wishes + [Question("say_days", each, each.poll.answer_by) for each in silent]


def _of_season(season: Season) -> Question:
    if season.state is SeasonState.proposed:
        return Question("opine", season, None)
    return Question("say_wishes", season, season.rules.answer_by)


def _occasion(scene: Scene, meeting: Meeting) -> Occasion:
    """A meeting to come. The next one's answer is asked in its panel, and only its problem is near enough to read."""
    invitation, problem, board = scene.mine.get(meeting.id), meeting.problem, meeting.board
    hosts, is_next = meeting.host.person_id == scene.person.id, meeting is scene.next
    silent = invitation is not None and invitation.current_answer is Answer.none
    attends = invitation is not None and invitation.is_attending
    return Occasion(
        meeting,
        day_of(meeting),
        hosts=hosts,
        awaits_answer=silent and meeting.is_released and not hosts and not is_next,
        problem=problem.state if problem else "to_write",
        problem_due_on=dates_of(meeting).due_on,
        reads_problem=is_next and _reads_problem(scene.person, meeting),
        writes_cards=attends and board is not None and board.phase is Phase.writing,
    )


def _reads_problem(person: Person, meeting: Meeting) -> bool:
    return not is_facilitator(person, meeting) and reading(person, meeting, now()).level >= Level.summary


def _question(scene: Scene) -> str:
    """The question of the next meeting, once it may be told to whoever looks and has accepted the charter."""
    if scene.next is None or has_signed(scene.person, scene.next) is not True:
        return ""
    return reading(scene.person, scene.next, now()).told.get("question", "")


def _visit(scene: Scene, place: Place) -> Visit:
    invitation = scene.mine.get(place.meeting.id)
    is_over, at_mine = place.standing == "past", place.meeting.host.person_id == scene.person.id
    came = place.turnout.present if is_over else place.turnout.yes + place.turnout.maybe
    i_came = invitation is not None and invitation.presence is Presence.present
    i_count = at_mine and invitation is not None and (i_came if is_over else invitation.is_attending)
    return Visit(is_over, at_mine, came - i_count, i_came)


# The facilitator's desk


def _desk(scene: Scene) -> ResponseReturnValue:
    person = scene.person
    led = [each.club for each in memberships_of(person) if each.role is Role.facilitator]
    starts = _starts_in(scene, led)
    new = [start.club for start in starts]
    return render_template(
        "home/desk.html",
        scene=scene,
        starts=starts,
        waiting=[each for each in _waiting_in(scene) if each.deed != "release" or each.about.club not in new],
        asked=_asked_in(scene),
        silent=facts.silent_in(scene.next) if scene.next and _calls_about(person, scene.next) else [],
        letters=count_by_state(letters_of([club.id for club in led]), now()),
        replies=facts.count_replies_for(person),
        unreachable=facts.unreachable_in(person),
        clubs=[club for club in led if club not in new],
    )


def _starts_in(scene: Scene, clubs: Sequence[Club]) -> list[Start]:
    """Those of the clubs that have not begun, with the first meeting that they plan."""
    begun = {each.club_id for each in scene.meetings if each.is_released}
    members = facts.members_of_new([club.id for club in clubs if club.id not in begun])
    first = {each.club_id: each for each in reversed(scene.meetings) if not each.is_over(now())}
    new = [club for club in clubs if club.id in members]
    return [Start(club, club.charter_version > 0, members[club.id], first.get(club.id)) for club in new]


def _calls_about(person: Person, meeting: Meeting) -> bool:
    """Whether one still takes up the telephone: from the "go" to the start."""
    return meeting.is_released and not meeting.has_begun(now()) and is_facilitator(person, meeting)


def _waiting_in(scene: Scene) -> list[Waiting]:
    mine: Iterable[Meeting] = (each for each in scene.meetings if is_facilitator(scene.person, each))
    led = {each.club_id for each in memberships_of(scene.person) if each.role is Role.facilitator}
    made = [
        Preparation(each, each.state, each.starts_on, each.rules.answer_by)
        for each in scene.seasons
        if each.club_id in led and each.rules and each.state in IN_THE_MAKING and each.ends_on >= scene.today
    ]
    return waiting([_case(each) for each in mine], scene.today, made)


def _case(meeting: Meeting) -> Case:
    problem, outcome = meeting.problem, meeting.outcome
    return Case(
        meeting,
        day_of(meeting),
        is_over=meeting.is_over(now()),
        is_released=meeting.is_released,
        problem=problem.state if problem else "to_write",
        problem_due_on=dates_of(meeting).due_on,
        is_reported=outcome is not None and outcome.closed_at is not None,
    )


# The office


def _office(person: Person) -> ResponseReturnValue:
    clubs = facts.clubs_of_office(person)
    meetings = facts.meetings_of(person, [club.id for club in clubs], now())
    known = [each for each in reversed(meetings) if may_know_meeting(person, each)]
    return render_template("home/office.html", clubs=clubs, meetings=known, turnouts=facts.turnouts(known))
