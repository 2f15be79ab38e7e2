"""A club of as many members as one likes: five meetings behind it, one to come, two being prepared."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from itertools import cycle, islice, product
from typing import Any

from bourse.board.gather import IdeaState, Phase
from bourse.board.models import Board, Idea
from bourse.clock import club_time, instant, now
from bourse.clubs.models import (
    Club,
    Company,
    CompanyLink,
    Membership,
    MembershipState,
    OfficeRole,
    Organisation,
    Role,
)
from bourse.clubs.relate import LinkKind, kept_as
from bourse.db import db
from bourse.meetings.models import (
    Answer,
    Exclusion,
    Invitation,
    Meeting,
    MeetingState,
    Presence,
    Season,
    SeasonState,
    Via,
)
from bourse.outcomes.models import Commitment, Outcome
from bourse.outcomes.read import Readers
from bourse.people.models import Person
from bourse.planning.dates import Slot
from bourse.planning.facts import allowed_dates
from bourse.planning.freeze import thaw
from bourse.planning.instance import Placed
from bourse.planning.models import Availability, DateOption, DatePoll, HostWish, SeasonRules, lay_out
from bourse.planning.propose import propose
from bourse.planning.solve import listed
from bourse.planning.states import Can, Hosting, How, ProposalState
from bourse.problems.frame import ANSWERS
from bourse.problems.models import Problem

FAMILY_NAMES = ("Allard", "Bossonney", "Chappaz", "Dufour", "Excoffier", "Favre", "Gaillard", "Humbert", "Jacquier")
GIVEN_NAMES = ("Agnès", "Bruno", "Cécile", "Denis", "Élise", "Fabien", "Géraldine", "Henri")
CRAFTS = ("Décolletage", "Tournage", "Fraisage", "Outillage", "Traitement", "Mécanique", "Assemblage")
PLACES = ("Cluses", "Scionzier", "Marnaz", "Thyez", "Bonneville")
ANSWERS_GIVEN = (Answer.accepted, Answer.accepted, Answer.accepted, Answer.tentative, Answer.declined, Answer.none)
PRESENCES = (Presence.present, Presence.present, Presence.present, Presence.excused, Presence.absent)
IDEA_STATES = (IdeaState.kept, IdeaState.revealed, IdeaState.revealed, IdeaState.set_aside)
PROSE = "Trois presses sur cinq sont réglées par un seul homme, qui part dans dix-huit mois. "

DAYS = (-150, -120, -90, -60, -30, 5, 35, 65)  # of the meetings, from today
HELD = sum(day < 0 for day in DAYS)
THURSDAY = 3


@dataclass(frozen=True)
class Grown:
    """What its addresses are made of: club, marc's company and membership, the last meeting held, the next one, and
    the season that is being asked about.
    """

    members: int
    slug: str
    company: int
    membership: int
    last: int
    next: int
    season: int

    def person(self, name: str) -> str:
        """Before the @: claire who facilitates, hugo who hosts next, marc who comes, odile of the office.

        Hugo keeps the company of member-9 out.
        """
        return f"{name}-{self.members}"


def grow(members: int) -> Grown:
    """Writes a club of at least ten members, in bulk; the caller commits."""
    club = _found(members)
    people = _insert(Person, _people(members))
    companies = _insert(Company, _companies(club, members))
    hosts = _insert(Membership, _memberships(club, people, companies))
    _insert(CompanyLink, _links(people[1], companies[1], companies))
    meetings = _meet(club, hosts)
    for meeting in meetings[: HELD + 1]:
        _insert(Invitation, _invitations(meeting, people))
    last, coming = meetings[HELD - 1], meetings[HELD]
    _conclude(last, people)
    _prepare(coming, people)
    _keep_out(coming, companies[9], people[0])
    season = _ask(club, coming, hosts, people)
    return Grown(members, club.slug, companies[1], hosts[1], last.id, coming.id, season.id)


def _insert(model: type[Any], rows: Iterable[dict[str, Any]]) -> Sequence[int]:
    """Adds the rows in one statement; their ids, in the same order."""
    statement = db.insert(model).returning(model.id, sort_by_parameter_order=True)
    return db.session.scalars(statement, list(rows)).all()


def _found(members: int) -> Club:
    club = Club(slug=f"club-{members}", name=f"Club des {members}", capacity=members, charter_version=0)
    club.organisation = Organisation(name=f"Pôle des {members}")
    club.adopt("Chacun apporte quelque chose.")
    claire, odile = (
        Person(given_name=name.capitalize(), family_name="Exemple", email=f"{name}-{members}@bourse.example")
        for name in ("claire", "odile")
    )
    club.memberships.append(Membership(person=claire, role=Role.facilitator, state=MembershipState.active))
    club.organisation.office.append(OfficeRole(person=odile))
    db.session.add(club)
    db.session.flush()
    return club


def _people(members: int) -> Iterable[dict[str, Any]]:
    names = ["hugo", "marc", *(f"member-{number}" for number in range(2, members))]
    for number, (name, given, family) in enumerate(zip(names, cycle(GIVEN_NAMES), cycle(FAMILY_NAMES))):
        yield {
            "given_name": given,
            "family_name": family,
            "email": f"{name}-{members}@bourse.example",
            "mobile": f"+336399800{number % 100:02}",
        }


def _companies(club: Club, members: int) -> Iterable[dict[str, Any]]:
    for number, (craft, place) in zip(range(members), cycle(zip(cycle(CRAFTS), PLACES))):
        yield {
            "organisation_id": club.organisation_id,
            "name": f"{craft} {place} {number + 1}",
            "know_how": "décolletage, reprise, petites séries",
            "street": f"{number + 1} rue des Tourneurs",
            "postcode": "74300",
            "commune": place,
            "parking": "Portail B",
            "protective_equipment": "Chaussures de sécurité",
        }


def _memberships(club: Club, people: Sequence[int], companies: Sequence[int]) -> Iterable[dict[str, Any]]:
    for person, company in zip(people, companies, strict=True):
        yield {
            "club_id": club.id,
            "person_id": person,
            "company_id": company,
            "state": MembershipState.active,
            "job_title": "Gérant",
            "brings": "Une grille de polyvalence qui marche, l'usinage 5 axes",
            "looks_for": "Des régleurs, et les garder",
            "charter_version": club.charter_version,
            "charter_signed_at": now(),
        }


def _links(person: int, company: int, companies: Sequence[int]) -> Iterable[dict[str, Any]]:
    """All the others are the company's competitors."""
    for other in companies:
        if other != company:
            first, second, kept = kept_as(company, other, LinkKind.competitor)
            yield {
                "company_id": first,
                "other_id": second,
                "kind": kept,
                "declared_by_id": company,
                "noted_by_id": person,
                "noted_at": now(),
            }


def _meet(club: Club, hosts: Sequence[int]) -> list[Meeting]:
    """A season of meetings, each at another member's; hugo's is the next."""
    today = club_time(now(), club.timezone).date()
    season = Season(club=club, name="Saison d'essai", length=len(DAYS), state=SeasonState.published)
    season.starts_on, season.ends_on = today - timedelta(180), today + timedelta(180)
    for number, days in enumerate(DAYS):
        day = today + timedelta(days)
        meeting = Meeting(club=club, season=season, number=number + 1, host_id=hosts[abs(number - HELD)])
        meeting.starts_at, meeting.ends_at = (instant(day, time(hour), club.timezone) for hour in (14, 18))
        if number <= HELD:
            meeting.release(now())
        db.session.add(meeting)
    db.session.flush()
    return season.meetings


def _invitations(meeting: Meeting, people: Sequence[int]) -> Iterable[dict[str, Any]]:
    """Hugo and marc come; of a meeting that was held, everybody's presence was ticked."""
    is_over = meeting.is_over(now())
    for person, answer, presence in zip(people, cycle(ANSWERS_GIVEN), cycle(PRESENCES)):
        is_given = answer is not Answer.none
        yield {
            "meeting_id": meeting.id,
            "person_id": person,
            "answer": answer,
            "answered_at": now() if is_given else None,
            "answered_sequence": 0 if is_given else None,
            "answered_by_id": person if is_given else None,
            "via": Via.web if is_given else None,
            "presence": presence if is_over else None,
        }


def _prepare(meeting: Meeting, people: Sequence[int]) -> None:
    """Its problem is approved, and people write their cards."""
    problem = Problem(meeting=meeting, saved_by_id=people[0], **dict.fromkeys(ANSWERS, PROSE * 2))
    problem.question = "Comment garder le savoir-faire ?"
    problem.approve(meeting.host.person, now())
    board = Board(meeting=meeting, phase=Phase.writing, revision=len(people))
    db.session.add_all([problem, board])
    db.session.flush()
    _insert(Idea, _ideas(board, people, (IdeaState.private,)))


def _keep_out(meeting: Meeting, company: int, host: int) -> None:
    meeting.exclusions.append(Exclusion(host_id=meeting.host_id, company_id=company, made_by_id=host))


def _conclude(meeting: Meeting, people: Sequence[int]) -> None:
    """Everybody left a card and took a commitment; the club reads it all."""
    meeting.state = MeetingState.reported
    board = Board(meeting=meeting, phase=Phase.closed, revision=len(people), revealed_at=now(), all_stay=True)
    outcome = Outcome(meeting=meeting, synthesis=PROSE * 4, readers=Readers.club, closed_at=now())
    db.session.add_all([board, outcome])
    db.session.flush()
    _insert(Idea, _ideas(board, people, IDEA_STATES))
    _insert(Commitment, _commitments(outcome, people))


def _ask(club: Club, coming: Meeting, hosts: Sequence[int], people: Sequence[int]) -> Season:
    """All but marc said their wishes for the season to come; the next meeting has to move, and half said when."""
    day = club_time(now(), club.timezone).date()
    season = Season(club=club, name="Saison à venir", length=len(DAYS), state=SeasonState.polling)
    season.starts_on, season.ends_on = day + timedelta(181), day + timedelta(480)
    rules = SeasonRules.usual(club)
    rules.season, rules.asked_at, rules.answer_by = season, now(), day + timedelta(7)
    rules.set_hours([Slot(THURSDAY, time(14), time(18))])
    poll = DatePoll(meeting=coming, asked_by_id=people[0], answer_by=day + timedelta(4))
    moved = [coming.starts_at + timedelta(days) for days in (7, 14, 21)]
    options = [DateOption(meeting=coming, starts_at=at, ends_at=at + timedelta(hours=4)) for at in moved]
    db.session.add_all([rules, poll, *options])
    db.session.flush()
    lay_out(season, allowed_dates(season, day), now())
    db.session.flush()
    members = [(host, person) for host, person in zip(hosts, people, strict=True) if host != hosts[1]]
    _insert(HostWish, _wishes(season, members))
    _insert(Availability, _days(options, members[::2]))
    _propose(season, db.session.get_one(Person, people[0]))
    return season


def _propose(season: Season, by: Person) -> None:
    """A plan that nobody looked for: a date in four, each at another company."""
    proposal = propose(season, by, now())
    instance = thaw(proposal.document)
    ((id, club),) = instance.clubs.items()
    places = zip(list(instance.slots)[::4], club.hosts, strict=False)
    plan = [Placed(id, slot, host, club.facilitators[0]) for slot, host in islice(places, season.length)]
    proposal.meetings, proposal.state = listed(plan), ProposalState.done
    db.session.flush()


def _wishes(season: Season, members: Iterable[tuple[int, int]]) -> Iterable[dict[str, Any]]:
    for host, person in members:
        yield {
            "season_id": season.id,
            "membership_id": host,
            "hosting": Hosting.yes,
            "theme": "Former un régleur en six mois",
            "weekdays": "UUUYUUU",
            "via": How.link,
            "by_id": person,
        }


def _days(options: Sequence[DateOption], members: Iterable[tuple[int, int]]) -> Iterable[dict[str, Any]]:
    for (host, person), option in product(members, options):
        yield {"option_id": option.id, "membership_id": host, "answer": Can.yes, "via": How.page, "by_id": person}


def _ideas(board: Board, people: Sequence[int], states: Sequence[IdeaState]) -> Iterable[dict[str, Any]]:
    for number, (person, state) in enumerate(zip(people, cycle(states))):
        yield {
            "board_id": board.id,
            "author_id": person,
            "client_key": f"card-{number}",
            "text": PROSE,
            "state": state,
            "rank": number + 1 if state is IdeaState.kept else None,
            "revision": number + 1,
        }


def _commitments(outcome: Outcome, people: Sequence[int]) -> Iterable[dict[str, Any]]:
    for number, person in enumerate(people):
        yield {
            "outcome_id": outcome.id,
            "person_id": person,
            "client_key": f"promise-{number}",
            "text": "J'appelle deux confrères.",
            "due_on": now().date() + timedelta(days=number % 30),
        }
