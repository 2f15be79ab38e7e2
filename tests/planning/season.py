"""A season that is asked about, for tests: rules, dates, what a member wishes; and a meeting that has to move."""

from datetime import time, timedelta

from bourse.clock import now
from bourse.clubs.models import Club, Membership, Role
from bourse.db import db
from bourse.meetings.models import Meeting, Season, SeasonState
from bourse.people.models import Person
from bourse.planning.anneal import plans_at_once
from bourse.planning.count import count
from bourse.planning.dates import Slot
from bourse.planning.facts import allowed_dates
from bourse.planning.freeze import thaw
from bourse.planning.instance import Instance
from bourse.planning.models import Availability, DateOption, DatePoll, HostWish, SeasonRules, lay_out
from bourse.planning.proposal_models import Proposal
from bourse.planning.propose import fall_apart, joined, propose, propose_together
from bourse.planning.rotate import Status
from bourse.planning.search_models import JointPlan, Search
from bourse.planning.solve import listed
from bourse.planning.states import Can, Hosting, How, ProposalState
from tests.cast import a_company, a_member, a_person, in_days

THURSDAY, TUESDAY = Slot(3, time(14), time(18)), Slot(1, time(9), time(12))


def a_season_asked(club: Club, days: int = 200, state: SeasonState = SeasonState.polling) -> Season:
    """It begins in two hundred days; its members are asked since today, and have a week."""
    starts_on = now().date() + timedelta(days=200)
    season = Season(club=club, name="Saison à venir", starts_on=starts_on, length=5, state=state)
    season.ends_on = starts_on + timedelta(days=days)
    db.session.add(season)
    rules = SeasonRules.usual(club)
    rules.season, rules.quorum = season, 2
    rules.set_hours([THURSDAY, TUESDAY])
    if state is not SeasonState.draft:
        rules.asked_at, rules.answer_by = now(), now().date() + timedelta(days=7)
    db.session.add(rules)
    db.session.flush()
    lay_out(season, allowed_dates(season, now().date()), now())
    db.session.flush()
    return season


def a_wish(season: Season, member: Membership, weekdays: str = "UYUNUUU", **facts: object) -> HostWish:
    wish = HostWish(season=season, membership=member, weekdays=weekdays, via=How.page, by=member.person)
    wish.hosting = Hosting.yes
    for name, fact in facts.items():
        setattr(wish, name, fact)
    db.session.add(wish)
    db.session.flush()
    return wish


def a_poll(meeting: Meeting, days: tuple[int, ...] = (20, 25, 30)) -> list[DateOption]:
    """The meeting has to move to one of these days from today, at the usual hours."""
    poll = DatePoll(meeting_id=meeting.id, asked_by_id=meeting.host.person_id)
    poll.answer_by = now().date() + timedelta(days=5)
    options = [DateOption(meeting_id=meeting.id, starts_at=in_days(each), ends_at=in_days(each, 18)) for each in days]
    db.session.add_all([poll, *options])
    db.session.flush()
    return options


def says(member: Membership, option: DateOption, answer: Can) -> None:
    row = Availability(option_id=option.id, membership_id=member.id)
    row.give(answer, via=How.page, by=member.person, at=now())
    db.session.add(row)
    db.session.flush()


def a_sister_club(club: Club, name: str = "frère", members: tuple[str, ...] = ("Paula", "Quentin", "Rose")) -> Club:
    """Another club of the cluster with the same facilitators, and members of its own."""
    sister = Club(slug=f"{club.slug}-{name}", name=f"Club {name}", organisation=club.organisation, quorum=2)
    db.session.add(sister)
    for led in [each for each in club.memberships if each.role is Role.facilitator]:
        a_member(sister, led.person, None, Role.facilitator)
    for each in members:
        a_member(sister, a_person(each.lower()), a_company(club.organisation, f"Entreprise de {each}"))
    db.session.flush()
    return sister


def a_joint_plan(seasons: list[Season], by: Person) -> JointPlan:
    """A plan for several clubs with the first one that comes to mind, already fallen apart."""
    plan = propose_together(seasons[0].club.organisation, seasons, by, now(), None)
    solved_at_once(plan, joined(plan.document))
    db.session.flush()
    fall_apart(plan)
    db.session.flush()
    return plan


def a_plan(season: Season, by: Person) -> Proposal:
    """A proposal with the first plan that comes to mind, which keeps every rule."""
    proposal = propose(season, by, now())
    solved_at_once(proposal)
    db.session.flush()
    return proposal


def solved_at_once(proposal: Search, instance: Instance | None = None) -> None:
    instance = instance or thaw(proposal.document)
    plan = list(plans_at_once(instance, 5.0))[-1]
    proposal.state, proposal.status, proposal.meetings = ProposalState.done, Status.feasible, listed(plan)
    proposal.objective = count(instance, plan).objective
