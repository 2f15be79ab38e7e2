"""Tells the story of a club: its seasons, and each meeting up to where it stands now."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import uuid4

from bourse.board.gather import IN_THE_MINUTES, IdeaKind, IdeaState
from bourse.board.models import set_up_board
from bourse.clock import club_time
from bourse.clubs.models import Club, Membership, Organisation, Role
from bourse.db import db
from bourse.demo.found import CLUSTER, HOME_ZONE, Cluster, Facts, read_prose
from bourse.demo.reckon import DAYS_AHEAD, Reckoning, season_name, working_day
from bourse.meetings.models import Answer, Invitation, Meeting, MeetingState, Presence, Season, SeasonState, Via
from bourse.outcomes.follow import CommitmentState
from bourse.outcomes.models import lock_outcome
from bourse.outcomes.read import Readers as OutcomeReaders
from bourse.people.models import Person
from bourse.planning.dates import Slot
from bourse.planning.facts import allowed_dates
from bourse.planning.models import Availability, DateOption, HostWish, SeasonRules, lay_out, options_of
from bourse.planning.states import Can, Hosting, How
from bourse.problems.models import Problem
from bourse.problems.read import Readers as ProblemReaders

TODAY = -DAYS_AHEAD
ASKED, WISHED, ANSWER_BY = (TODAY - 6, time(9)), (TODAY - 2, time(14)), TODAY + 8
THURSDAY = 3
CALLED, LAST_WROTE = (TODAY - 3, time(10)), (TODAY - 6, time(21, 40))
A_CALL = timedelta(minutes=7)

# Before a meeting of the past.
GO, CALLS, SUBMITTED, APPROVED = (timedelta(days=days) for days in (45, 21, 15, 13))
# After it began.
WRITING, A_CARD, REVEAL = timedelta(minutes=140), timedelta(seconds=25), timedelta(minutes=148)
CLOSED = timedelta(days=1)
EARLY = timedelta(days=2)  # how long before its day a promise was kept


def tell(now: datetime) -> Organisation:
    """Adds the whole cluster to the database session, as it stands at `now`."""
    cluster, reckoning = Cluster(), Reckoning.at(now, HOME_ZONE)
    with db.session.no_autoflush:  # each meeting is flushed before anything asks for it
        for name in CLUSTER["clubs"]:
            facts = read_prose(name)
            club = cluster.found_club(facts, reckoning)
            members = {name: _membership(club, cluster.people[name]) for name in facts["members"]}
            for season in facts["seasons"]:
                Story(club, members, reckoning, now).tell_season(read_prose(season))
    db.session.flush()
    return cluster.organisation


def _membership(club: Club, person: Person) -> Membership:
    return next(membership for membership in club.memberships if membership.person is person)


@dataclass(frozen=True)
class Story:
    """One club's; `members` by the name that the story gives them."""

    club: Club
    members: dict[str, Membership]
    reckoning: Reckoning
    now: datetime

    @property
    def facilitator(self) -> Person:
        return next(each.person for each in self.club.memberships if each.role is Role.facilitator)

    def tell_season(self, facts: Facts) -> None:
        starts_on, ends_on = self.reckoning.day(facts["starts"]), self.reckoning.day(facts["ends"])
        season = Season(
            club=self.club,
            name=season_name(starts_on, ends_on),
            starts_on=starts_on,
            ends_on=ends_on,
            length=facts["length"],
            state=SeasonState(facts["state"]),
        )
        db.session.add(season)
        for number, meeting in enumerate(facts["meetings"], start=1):
            self._tell_meeting(season, number, (facts["from"], facts["until"]), meeting)
        if "wishes" in facts:
            self._ask_wishes(season, facts)

    def _ask_wishes(self, season: Season, facts: Facts) -> None:
        """The members were asked, and the facilitator noted what she heard on the telephone."""
        rules = SeasonRules.usual(self.club)
        rules.season, rules.asked_at = season, self.reckoning.instant(*ASKED)
        rules.answer_by = self.reckoning.day(ANSWER_BY)
        rules.set_hours([Slot(THURSDAY, facts["from"], facts["until"])])
        db.session.add(rules)
        db.session.flush()
        lay_out(season, allowed_dates(season, club_time(self.now, self.club.timezone).date()), self.now)
        db.session.flush()
        dates = options_of(season)
        for number, (name, wish) in enumerate(facts["wishes"].items()):
            said_at = self.reckoning.instant(*WISHED) + number * A_CALL
            self._wish(season, self.members[name], dict(wish), dates, said_at)

    def _wish(self, season: Season, member: Membership, facts: Facts, dates: list[DateOption], at: datetime) -> None:
        said = {"via": How.phone, "by": self.facilitator, "given_at": at}
        refused = [dates[number] for number in facts.pop("no", []) if number < len(dates)]
        facts["hosting"] = Hosting(facts["hosting"])
        wish = HostWish(season=season, membership=member, **facts, **said)
        answers = [Availability(option=option, membership=member, answer=Can.no, **said) for option in refused]
        db.session.add_all([wish, *answers])

    def _tell_meeting(self, season: Season, number: int, hours: tuple[time, time], facts: Facts) -> None:
        starts_at, ends_at = (self.reckoning.instant(facts["day"], wall) for wall in hours)
        meeting = Meeting(
            club=self.club,
            season=season,
            number=number,
            host=self.members[facts["host"]],
            starts_at=starts_at,
            ends_at=ends_at,
            agenda=self.club.agenda,
            practical=facts.get("practical", "").strip(),
        )
        for member in self.members.values():
            meeting.invite(member.person)
        db.session.add(meeting)
        db.session.flush()
        if "synthesis" in facts:
            self._hold(meeting, facts)
        elif "draft" in facts:
            self._release(meeting, facts)
        meeting.state = MeetingState(facts["state"])

    def _release(self, meeting: Meeting, facts: Facts) -> None:
        """The next meeting: the "go" has just been given, some were reached by telephone, the problem is a draft."""
        meeting.release(self.now)
        answers = _by_name(tentative=facts["tentative"], declined=facts["declined"])
        reached = [name for name in self.members if name not in facts["silent"]]
        self._call(meeting, reached, answers, self.reckoning.instant(*CALLED))
        _write(meeting, facts["draft"], self.reckoning.instant(*LAST_WROTE))

    def _hold(self, meeting: Meeting, facts: Facts) -> None:
        """A meeting of the past: who came, what was asked, what came of it."""
        excused, absent = facts.get("excused", []), facts.get("absent", [])
        meeting.release(meeting.starts_at - GO)
        self._call(meeting, list(self.members), _by_name(declined=excused), meeting.starts_at - CALLS)
        self._tick(meeting, _by_name(excused=excused, absent=absent))
        _ask(meeting, facts["problem"], facts.get("title_in_letters", True), self.facilitator)
        self._brainstorm(meeting, facts["ideas"])
        self._conclude(meeting, facts)

    def _call(self, meeting: Meeting, names: list[str], answers: dict[str, str], at: datetime) -> None:
        """The facilitator telephones one after the other; who is not among the answers accepted."""
        for number, name in enumerate(names):
            answer = Answer(answers.get(name, Answer.accepted))
            self._invitation(meeting, name).give(answer, at=at + number * A_CALL, via=Via.phone, by=self.facilitator)

    def _tick(self, meeting: Meeting, presences: dict[str, str]) -> None:
        for name in self.members:
            self._invitation(meeting, name).presence = Presence(presences.get(name, Presence.present))

    def _brainstorm(self, meeting: Meeting, ideas: list[list[str]]) -> None:
        board = set_up_board(meeting)
        board.open_writing()
        cards = [board.jot(self.members[who].person, text, IdeaKind(kind), _key()) for who, kind, _state, text in ideas]
        board.reveal(meeting.starts_at + REVEAL)
        for number, (card, (_who, _kind, state, _text)) in enumerate(zip(cards, ideas, strict=True)):
            card.written_at = meeting.starts_at + WRITING + number * A_CARD
            card.state, card.revision = IdeaState(state), board.advance()
            card.rank = number + 1 if card.state in IN_THE_MINUTES else None
        board.close()

    def _conclude(self, meeting: Meeting, facts: Facts) -> None:
        outcome = lock_outcome(meeting)
        outcome.synthesis, outcome.readers = facts["synthesis"].strip(), OutcomeReaders.club
        outcome.closed_at = meeting.starts_at + CLOSED
        held_on: date = self.reckoning.day(facts["day"])
        for who, state, days, text, first_step in facts["commitments"]:
            due_on = working_day(held_on, days)
            person = self.members[who].person
            promise = outcome.promise(person, _key(), text=text, first_step=first_step, due_on=due_on)
            promise.taken_at = meeting.ends_at
            promise.settle(CommitmentState(state), meeting.ends_at + timedelta(days=days) - EARLY)

    def _invitation(self, meeting: Meeting, name: str) -> Invitation:
        invitation = meeting.invitation_of(self.members[name].person)
        assert invitation is not None  # every member is invited to every meeting
        return invitation


def _ask(meeting: Meeting, answers: Facts, title_in_letters: bool, facilitator: Person) -> None:
    """The host's problem, written, shared with the club and approved in time."""
    submitted_at = meeting.starts_at - SUBMITTED
    problem = _write(meeting, answers, submitted_at)
    problem.share_with(ProblemReaders.club, title_in_letters, submitted_at)
    problem.submit(meeting.host.person, submitted_at)
    problem.approve(facilitator, meeting.starts_at - APPROVED)


def _write(meeting: Meeting, answers: Facts, at: datetime) -> Problem:
    problem = Problem(meeting=meeting)
    db.session.add(problem)
    problem.save(answers, by=meeting.host.person, at=at)
    return problem


def _by_name(**lists: list[str]) -> dict[str, str]:
    """Each name with the word of the list it stands in."""
    return {name: word for word, names in lists.items() for name in names}


def _key() -> str:
    return str(uuid4())
