"""A proposal: frozen from the rows, solved in a process of its own, taken up again when that one dies."""

import json
import os
import signal
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from bourse.clock import now
from bourse.clubs.models import Club, CompanyLink, Membership
from bourse.clubs.relate import LinkKind
from bourse.db import db
from bourse.people.models import Person
from bourse.planning import commands
from bourse.planning.commands import patiently
from bourse.planning.count import count
from bourse.planning.draft import Draft, drafted, written
from bourse.planning.engaged_facts import lock_facilitators
from bourse.planning.freeze import Past, Standing, Upset, freeze, thaw
from bourse.planning.instance import Placed
from bourse.planning.models import DateOption
from bourse.planning.proposal_models import Proposal
from bourse.planning.propose import propose
from bourse.planning.rotate import Status
from bourse.planning.search_models import Asked, beat, hand_on, let_go, take, waiting
from bourse.planning.season_facts import season_facts
from bourse.planning.standing_facts import past_of
from bourse.planning.states import Hosting, ProposalState
from bourse.planning.worker import Foreman
from tests.cast import a_meeting
from tests.planning.season import a_season_asked, a_wish

on_both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)  # where processes meet


@pytest.fixture
def database_url(request):
    kind = getattr(request, "param", None)
    return request.getfixturevalue(f"fresh_{kind}" if kind else "either_database")


@pytest.fixture
def season(app, club):
    found = a_season_asked(db.session.get_one(Club, club.club), days=100)
    found.length = 3
    for name in ("Hugo", "Marc", "Nadia"):
        a_wish(found, member(club, name), weekdays="UUUYUUU")
    db.session.commit()
    return found


@pytest.fixture
def foreman(season):
    found = Foreman()
    yield found
    found.end()


def member(club, name):
    query = db.select(Membership).join(Membership.person).where(Person.given_name == name)
    return db.session.scalars(query.where(Membership.club_id == club.club)).one()


def asked(season, club, **more):
    proposal = propose(season, db.session.get_one(Person, club.claire), now(), **more)
    db.session.commit()
    return proposal


def solved(proposal, foreman, seconds=60):
    until = time.monotonic() + seconds
    while proposal.is_busy and time.monotonic() < until:
        foreman.look(now())
        time.sleep(0.05)
        db.session.rollback()
    return proposal


def test_the_document_of_a_season_says_what_the_rows_say(season, club):
    marc = member(club, "Marc")
    hugo = member(club, "Hugo")
    db.session.add(CompanyLink(company_id=marc.company_id, other_id=hugo.company_id, kind=LinkKind.competitor))
    db.session.new.pop().noted_by_id = club.claire
    db.session.flush()
    facts = season_facts(season, now())
    instance = thaw(freeze(facts, past_of(season, now())))
    (ours,) = instance.clubs.values()
    assert len(instance.slots) == len(season.options)
    assert [slot.start for slot in instance.slots.values()] == [each.starts for each in facts.dates]
    assert {each.id: each.answers for each in ours.members} == {str(each.id): each.answers for each in facts.members}
    assert (ours.meetings, ours.min_gap_days, ours.quorum, ours.school_holidays) == (3, 21, 2, "penalise")
    assert set(ours.hosts) == {str(each.company) for each in facts.hosts}
    assert str(hugo.company_id) in instance.companies[str(marc.company_id)].competitors
    assert dict(instance.weights) == dict(facts.weights)
    assert ours.facilitators == (str(club.claire),)


def test_who_would_rather_receive_later_does_so_in_his_months_or_in_the_second_half(season, club):
    marc, nadia = (next(w for w in season.wishes if w.membership_id == member(club, n).id) for n in ("Marc", "Nadia"))
    marc.hosting, marc.months = Hosting.later, f"{season.options[-1].day.month}"
    nadia.hosting = Hosting.later
    db.session.flush()
    instance = thaw(freeze(season_facts(season, now()), Past()))
    (ours,) = instance.clubs.values()
    open_to = {
        each.membership_id: [
            slot.day
            for slot in instance.slots.values()
            if slot.id not in ours.hosts[str(each.membership.company_id)].closed
        ]
        for each in (marc, nadia)
    }
    assert {day.month for day in open_to[marc.membership_id]} == {season.options[-1].day.month}
    assert min(open_to[nadia.membership_id]) >= season.starts_on + timedelta(50)


def test_what_stands_is_past_or_published_and_an_answer_to_it_counts_more_than_a_wish(season, club):
    facts = season_facts(season, now())
    option, hugo, marc = facts.dates[4], member(club, "Hugo"), member(club, "Marc")
    stands = Standing(7, option.starts, option.ends, hugo.company_id, "x", False, 3, {marc.id: "N"})
    elsewhere = replace(stands, id=8, starts=option.starts + timedelta(hours=1), is_past=True, company=999_999)
    document = freeze(facts, Past((stands, elsewhere)))
    instance = thaw(document)
    assert [(each.slot, each.accepted) for each in instance.published] == [(str(option.id), 3)]
    assert [(each.slot, each.host) for each in instance.fixed] == [("m8", "999999")]
    answers = {each.id: each.answers for each in instance.clubs[str(season.club_id)].members}
    assert answers[str(marc.id)][instance.number[str(option.id)]] == "N"
    gone = thaw(freeze(facts, Past((replace(stands, has_fallen=True),))))
    assert str(option.id) not in gone.slots
    urgency = {each.company: each.urgency for each in gone.clubs[str(season.club_id)].hosts.values()}
    assert urgency == {each: int(each == str(hugo.company_id)) for each in urgency}  # he is still to receive
    assert not gone.published


def test_past_meetings_that_no_rule_would_allow_keep_nobody_from_planning_on(season, club):
    facts, hugo, marc = season_facts(season, now()), member(club, "Hugo"), member(club, "Marc")
    first, second, third = facts.dates[0], facts.dates[1], facts.dates[9]
    rows = ((1, first, marc), (2, first, hugo), (3, second, marc), (4, third, marc))  # a day, a week, a host twice
    past = [Standing(id, on.starts, on.ends, host.company_id, "x", True, 0, {}) for id, on, host in rows]
    instance = thaw(freeze(facts, Past(tuple(past))))
    (ours,) = instance.clubs.values()
    assert [(each.slot, each.host) for each in instance.fixed] == [
        (str(first.id), str(hugo.company_id)),
        (str(third.id), str(marc.company_id)),
    ]
    assert ours.meetings == 2  # four were held, the season wanted three: none is left, two do not count
    assert not [each for each in count(instance, instance.fixed).breaches if each.rule != "meetings"]


def test_a_meeting_on_a_day_of_its_own_is_answered_by_weekday_and_a_host_at_home_takes_no_place(season, club):
    facts, hugo = season_facts(season, now()), member(club, "Hugo")
    thursday = next(each for each in facts.dates if each.starts.weekday() == 3)
    own = thursday.starts + timedelta(hours=1)
    instance = thaw(
        freeze(facts, Past((Standing(7, own, own + timedelta(hours=3), hugo.company_id, "x", False, 0, {}),)))
    )
    (ours,) = instance.clubs.values()
    assert {each.answers[instance.number["m7"]] for each in ours.members} == {"Y"}
    assert {each.capacity for each in ours.hosts.values()} == {season.club.capacity + 1}


def test_a_draft_comes_back_as_it_was_written():
    pin = ("1", "2", "3")
    draft = Draft((Placed("1", "2", "3", "4"),), frozenset({pin}), frozenset({("1", "5", "3")}))
    assert drafted(json.loads(written(draft))) == draft


def test_the_worker_has_a_proposal_solved_and_the_count_agrees(season, club, foreman):
    proposal = solved(asked(season, club), foreman)
    assert (proposal.state, proposal.status) == (ProposalState.done, Status.optimal)
    draft, instance = proposal.shown, thaw(proposal.document)
    counted = count(instance, draft.meetings)
    assert (len(draft.meetings), counted.breaches, counted.objective) == (3, (), proposal.objective)
    assert proposal.bound == proposal.objective


@on_both
def test_a_process_that_is_killed_is_followed_by_another_and_the_best_plan_stays(season, club, foreman):
    proposal = asked(season, club)
    taken = take(Asked(Proposal, proposal.id), "of one that died", now() - timedelta(minutes=1))
    kept = '[["1", "2", "3", "4"]]'
    proposal.meetings, proposal.objective, proposal.bound = kept, -1, None  # better than any other
    db.session.commit()
    assert taken and waiting(now()) == Asked(Proposal, proposal.id)
    foreman.look(now())
    os.kill(foreman.process.pid, signal.SIGKILL)
    foreman.process.wait()
    solved(proposal, foreman)
    assert proposal.state is ProposalState.done
    assert (proposal.meetings, proposal.objective) == (kept, -1)


def test_a_proposal_that_killed_three_processes_is_given_up_with_its_best_plan(season, club):
    proposal = asked(season, club)
    for number in range(3):
        assert take(Asked(Proposal, proposal.id), f"{number}", now() + timedelta(hours=number))
        db.session.commit()
    assert take(Asked(Proposal, proposal.id), "fourth", now() + timedelta(hours=9)) is None
    assert (proposal.state, proposal.status) == (ProposalState.failed, Status.unknown)


def test_a_worker_that_ends_hands_the_proposal_on(season, club, foreman):
    proposal, former = asked(season, club), Foreman()
    former.look(now())
    former.end()
    db.session.rollback()
    assert proposal.tries == 0
    assert waiting(now()) == Asked(Proposal, proposal.id)
    assert solved(proposal, foreman).state is ProposalState.done


@on_both
def test_only_one_process_takes_a_proposal(season, club):
    proposal = asked(season, club)
    assert take(Asked(Proposal, proposal.id), "first", now())
    assert take(Asked(Proposal, proposal.id), "second", now()) is None


def test_a_season_that_cannot_be_says_which_rules_clash_and_what_would_do(season, club, foreman):
    season.rules.quorum = 9
    proposal = solved(asked(season, club), foreman)
    assert (proposal.state, proposal.status) == (ProposalState.done, Status.infeasible)
    assert f"quorum:{season.club_id}" in proposal.told["core"]
    ways = [change for way in proposal.told["relaxations"] for change in way]
    assert [value for group, value in ways if group == f"quorum:{season.club_id}"] == [2]


def test_a_search_that_is_stopped_keeps_the_best_plan(season, club, foreman):
    proposal = asked(season, club)
    proposal.stop_asked_at = now()
    proposal.meetings, proposal.objective = '[["1", "2", "3", "4"]]', -1
    db.session.commit()
    solved(proposal, foreman)
    assert (proposal.state, proposal.status) == (ProposalState.stopped, Status.feasible)
    assert proposal.has_plan


@on_both
def test_a_process_that_comes_second_leaves_the_first_one_alone(season, club):
    proposal, at = asked(season, club), now()
    taken = take(Asked(Proposal, proposal.id), "first", at)
    let_go(Asked(Proposal, proposal.id), "late", at)  # both had seen it wait
    hand_on(Asked(Proposal, proposal.id), "late")
    assert taken and beat(taken, at + timedelta(seconds=20))
    assert proposal.tries == 1
    assert waiting(at) is None
    let_go(Asked(Proposal, proposal.id), "first", at)
    assert waiting(at + timedelta(seconds=2)) == Asked(Proposal, proposal.id)


def test_a_lease_of_a_clock_that_was_set_back_holds_nobody_up(season, club):
    proposal = asked(season, club)
    assert take(Asked(Proposal, proposal.id), "first", now() + timedelta(days=1))
    db.session.commit()
    assert waiting(now()) == Asked(Proposal, proposal.id)


def test_locks_follow_their_day_and_what_fell_has_fallen_until_it_is_published(season, club):
    proposal = asked(season, club)
    meeting = a_meeting(season.club, member(club, "Marc"), [], days=230)
    meeting.season = season
    db.session.flush()
    early, late = season.options[3], season.options[7]
    marc = str(member(club, "Marc").company_id)
    locked = Draft((), frozenset({(str(season.club_id), str(late.id), marc), (str(season.club_id), "9999", marc)}))
    day, hours = late.starts_at, late.ends_at - late.starts_at
    db.session.delete(late)
    db.session.flush()
    early.starts_at, early.ends_at = day + timedelta(days=1), day + timedelta(days=1) + hours
    again = DateOption(season=season, starts_at=day, ends_at=day + hours)
    db.session.add(again)
    db.session.flush()
    db.session.expire(season)
    second = asked(season, club, hand=locked, upset=Upset(frozenset({meeting.id})))
    assert second.document["by_hand"]["locked"] == [[str(season.club_id), str(again.id), marc]]
    assert asked(season, club).fallen == {meeting.id}
    assert proposal.number == 1
    assert asked(season, club, upset=Upset()).fallen == set()


def test_a_search_is_not_lost_when_the_database_is_away_for_a_moment(app):
    refusals = [OperationalError("", {}, Exception("away"))] * 2

    def act():
        if refusals:
            raise refusals.pop()
        return True

    with app.app_context():
        assert patiently(act)
        refusals = [OperationalError("", {}, Exception("away"))] * 9
        with pytest.raises(OperationalError):
            patiently(act, seconds=0)


def test_reasons_are_sought_without_keeping_others_from_writing(season, club, monkeypatch):
    taken = take(Asked(Proposal, asked(season, club).id), "ours", now())
    db.session.commit()
    is_open = []
    monkeypatch.setattr(commands, "worth", lambda *_: is_open.append(db.session().in_transaction()))
    assert taken
    commands._solve(taken, commands._teller(taken))
    assert is_open == [False] * 3


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # on SQLite all who write wait for each other
def test_two_plans_that_want_one_facilitator_are_published_one_after_the_other(season, club):
    lock_facilitators(season.club_id)
    other = db.select(Person.id).filter_by(id=club.claire).with_for_update(key_share=True, nowait=True)
    with db.engine.connect() as elsewhere, pytest.raises(OperationalError):
        elsewhere.execute(other)
    db.session.rollback()
    with db.engine.connect() as elsewhere:
        assert elsewhere.scalar(other) == club.claire
