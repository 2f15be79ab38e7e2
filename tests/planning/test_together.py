"""The office plans several clubs at once; each keeps its season, and nobody facilitates in two places."""

import html
import json
import re
import time
from datetime import timedelta

import pytest

from bourse.clock import now
from bourse.clubs.models import Club, Role
from bourse.db import db
from bourse.meetings.letters import facilitator_of
from bourse.meetings.models import Meeting, SeasonState
from bourse.people.models import AuditEvent, Person
from bourse.planning.engage import by_person, clashes
from bourse.planning.engaged_facts import engagements
from bourse.planning.freeze import Away, Upset, thaw
from bourse.planning.plan_views import sheet_at
from bourse.planning.proposal_models import latest
from bourse.planning.propose import fall_apart, joined, propose, propose_together
from bourse.planning.rotate import Status
from bourse.planning.search_models import Asked, JointPlan, take, waiting
from bourse.planning.states import ProposalState
from bourse.planning.worker import Foreman
from tests.cast import a_member, a_person
from tests.planning.season import a_joint_plan, a_plan, a_season_asked, a_sister_club, a_wish, solved_at_once
from tests.test_queries import counted


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


@pytest.fixture
def seasons(app, club):
    """Two clubs that claire facilitates, asked about the same afternoons: everybody comes on Thursdays alone."""
    ours = db.session.get_one(Club, club.club)
    found = [a_season_asked(each, days=60) for each in (ours, a_sister_club(ours))]
    for season in found:
        season.length = 2
        for each in season.club.memberships:
            if each.company:
                a_wish(season, each, weekdays="UNUYUUU", theme="canari")
    db.session.commit()
    return found


@pytest.fixture
def odile(client, club, visit):
    return visit(client, "odile")


@pytest.fixture
def claire(app, club):
    return db.session.get_one(Person, club.claire)


@pytest.fixture
def plan(seasons, claire):
    found = a_joint_plan(seasons, claire)
    db.session.commit()
    return found


def place(seasons):
    return f"/planning/clusters/{seasons[0].club.organisation_id}/together"


def read(client, address):
    return html.unescape(client.get(address).text).replace("\u00a0", " ").replace("\u202f", " ")


def last_of(season):
    db.session.rollback()
    found = latest(season)
    assert found
    return found


def away(season, by):
    """The dates on which whoever facilitates is not to be had, if the season were planned now."""
    db.session.flush()
    with db.session.begin_nested() as aside:
        found = propose(season, by, now()).document["facilitators"][0]["unavailable"]
        aside.rollback()
    return found


def doubled(proposals):
    mine = by_person(each for proposal in proposals for each in engagements(proposal))
    return [pair for each in mine.values() for pair in clashes(each)]


def test_the_office_chooses_clubs_and_asks_once(odile, seasons):
    page = read(odile, place(seasons))
    assert page.count("anime aussi") == 2
    assert "3 sur 3" in page
    assert "canari" not in page
    for _ in range(2):
        odile.post(place(seasons), data={"seasons": [each.id for each in seasons], "most_per_week": "1"})
    db.session.rollback()
    (plan,) = db.session.scalars(db.select(JointPlan))
    assert (plan.seasons, plan.most_per_week) == ([each.id for each in seasons], 1)
    assert [each.act for each in db.session.scalars(db.select(AuditEvent).filter_by(act="propose"))] == ["propose"]
    page = read(odile, f"/planning/together/{plan.id}")
    assert "La recherche va commencer" in page
    assert "data-busy" in page
    assert not plan.parts
    odile.post(f"/planning/together/{plan.id}/stop")
    db.session.rollback()
    assert plan.stop_asked_at


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "Choisissez au moins deux clubs."),
        ({"seasons": ["1", "x"]}, "Choisissez au moins deux clubs."),
        ({"seasons": ["999999", "888888"], "most_per_week": "99"}, "Choisissez une des réponses proposées."),
    ],
)
def test_a_choice_that_is_none_comes_back(odile, seasons, data, sentence):
    answer = odile.post(place(seasons), data=data)
    assert answer.status_code == 200
    assert sentence in answer.text
    assert not db.session.scalars(db.select(JointPlan)).all()


def test_a_club_alone_or_without_facilitator_is_not_planned_with_others(odile, seasons):
    sister = seasons[1]
    for each in sister.club.memberships:
        if each.company is None:
            each.leave()
    db.session.commit()
    assert "Personne encore" in read(odile, place(seasons))
    answer = odile.post(place(seasons), data={"seasons": [each.id for each in seasons], "most_per_week": "0"})
    assert "une animatrice au club Club frère" in answer.text
    sister.state = SeasonState.closed
    db.session.commit()
    assert "Pas encore deux saisons" in read(odile, place(seasons))


def test_the_worker_plans_both_and_each_club_gets_its_part(odile, seasons, claire):
    odile.post(place(seasons), data={"seasons": [each.id for each in seasons], "most_per_week": "0"})
    (plan,) = db.session.scalars(db.select(JointPlan))
    foreman, until = Foreman(), time.monotonic() + 60
    while plan.is_busy and time.monotonic() < until:
        foreman.look(now())
        time.sleep(0.05)
        db.session.rollback()
    foreman.end()
    assert (plan.state, plan.status) == (ProposalState.done, Status.optimal)
    parts = [last_of(each) for each in seasons]
    assert parts == plan.parts
    assert not doubled(parts)
    assert sum(each.objective for each in parts) == plan.objective
    for each in parts:
        sheet = sheet_at(each)
        assert (len(sheet.rows), sheet.counted.breaches) == (2, ())
    page = read(odile, f"/planning/together/{plan.id}")
    assert "Le meilleur plan possible" in page
    assert page.count("Entreprise d’accueil</th>") == 1
    assert "jamais plus d’une par semaine" in page or "rencontres la semaine du" in page
    assert "canari" not in page


def test_a_process_that_died_leaves_its_best_plan_to_the_clubs(seasons, claire):
    plan = propose_together(seasons[0].club.organisation, seasons, claire, now(), None)
    db.session.commit()
    asked = Asked(JointPlan, plan.id)
    assert waiting(now()) == asked
    assert take(asked, "of one that died", now() - timedelta(minutes=1))
    solved_at_once(plan, joined(plan.document))
    plan.state, plan.stop_asked_at = ProposalState.running, now()
    db.session.commit()
    assert take(asked, "another", now()) is None  # it was to stop
    for _ in range(2):
        fall_apart(plan)
        db.session.commit()
    assert plan.state is ProposalState.stopped
    assert [each.number for each in plan.parts] == [1, 1]


def test_a_part_is_a_plan_like_any_other_and_knows_where_its_facilitator_is(plan, seasons, client, visit, club):
    one, other = plan.parts
    taken = {each.starts_at for each in engagements(other)}
    options = {str(each.id) for each in seasons[0].options if each.starts_at in taken}
    (facilitator,) = thaw(one.document).facilitators.values()
    assert options <= facilitator.unavailable
    page = read(visit(client, "claire"), f"/planning/seasons/{seasons[0].id}/plan")
    assert "avec 1 autre club" in page
    row = sheet_at(one).rows[0]
    data = {"proposal": one.number, "version": 0, "slot": row.slot, "host": row.host, "new_slot": options.pop()}
    client.post(f"/planning/seasons/{seasons[0].id}/plan/adjust", data=data | {"new_host": row.host})
    assert "L’animation n’est pas disponible" in client.get(f"/planning/seasons/{seasons[0].id}/plan").text
    # Planned anew alone, it still keeps out of the other's dates.
    again = propose(seasons[0], db.session.get_one(Person, club.claire), now())
    assert set(json.loads(again.instance)["facilitators"][0]["unavailable"]) >= options


def test_what_does_not_fit_any_more_is_told_by_name_and_week(odile, plan, seasons):
    one, other = plan.parts
    clash = next(each for each in seasons[0].options for mine in engagements(other) if each.starts_at == mine.starts_at)
    rows = sheet_at(one).rows
    moved = one.shown.meetings[0].__class__(
        rows[0].placed.club, str(clash.id), rows[0].host, rows[0].placed.facilitator
    )
    one.adjust(one.shown.__class__((moved, rows[1].placed)), one.asked_by, now())
    plan.instance = json.dumps(plan.document | {"most_per_week": 1})
    db.session.commit()
    page = read(odile, f"/planning/together/{plan.id}")
    assert re.search(r"Claire Exemple est à deux endroits le jeudi .* : Club d'essai et Club frère", page)
    assert "Claire Exemple a trop de rencontres la semaine du lundi" in page
    assert page.count('<tr data-state="warn">') >= 3
    assert "Modifié par l’animatrice" in page


def test_clubs_that_cannot_be_planned_say_why_and_no_hosts_secret(odile, seasons, claire, club):
    plan = propose_together(seasons[0].club.organisation, seasons, claire, now(), None)
    plan.state, plan.status = ProposalState.done, Status.infeasible
    ours, company = seasons[0].club_id, str(seasons[0].club.memberships[0].company_id)
    core = [f"quorum:{ours}", f"host:{ours}/{company}"]
    plan.reasons = json.dumps({"core": core, "cores": {str(ours): core}})
    db.session.commit()
    page = read(odile, f"/planning/together/{plan.id}")
    assert "<h3>Club d'essai</h3>" in page
    assert "Un quorum de 2 présents" in page
    assert "Les jours des hôtes" in page
    assert "Décolletage" not in page
    plan.reasons = json.dumps({"core": [f"double:{club.claire}", f"gap:{ours}"], "cores": {}})
    db.session.commit()
    page = read(odile, f"/planning/together/{plan.id}")
    assert "Claire Exemple n’est pas à deux endroits" in page
    assert "Club d'essai : Au moins 21 jours" in page
    plan.reasons = "{}"
    db.session.commit()
    assert "mais pas tous ensemble" in read(odile, f"/planning/together/{plan.id}")


def test_a_meeting_that_stands_elsewhere_keeps_its_facilitator_out_of_a_plan_and_of_its_publication(
    seasons, claire, client, visit
):
    own, other = seasons
    proposal = a_plan(own, claire)
    row = sheet_at(proposal).rows[0]
    option = next(each for each in own.options if str(each.id) == row.slot)
    host = next(each for each in other.club.memberships if each.company)
    meeting = Meeting(club=other.club, host=host, number=1, starts_at=option.starts_at, ends_at=option.ends_at)
    meeting.release(now())
    db.session.add(meeting)
    db.session.commit()
    address, seen = f"/planning/seasons/{own.id}/publish", {"proposal": proposal.number, "version": 0}
    visit(client, "claire").post(address, data=seen)
    assert "L’animation est prise ailleurs" in client.get(address).text
    assert own.state is SeasonState.polling
    assert row.slot in away(own, claire)
    meeting.facilitator_id = host.person_id  # somebody else runs it: she is free
    assert row.slot not in away(own, claire)
    meeting.cancel()
    db.session.commit()
    client.post(address, data=seen)
    db.session.rollback()
    published = db.session.scalars(db.select(Meeting).filter_by(season_id=own.id)).all()
    assert {each.facilitator_id for each in published} == {claire.id}


def test_seasons_that_are_published_are_planned_together_too_and_stay(odile, plan, seasons, claire, client, visit):
    for part in plan.parts:
        visit(client, "claire").post(
            f"/planning/seasons/{part.season_id}/publish", data={"proposal": part.number, "version": 0}
        )
    visit(client, "odile")
    db.session.rollback()
    assert {each.state for each in seasons} == {SeasonState.published}
    assert read(odile, place(seasons)).count("changée le moins possible") == 2
    again = a_joint_plan(seasons, claire)
    db.session.commit()
    before, after = ([part.shown.meetings for part in each.parts] for each in (plan, again))
    assert [len(each["document"]["published"]) for each in again.document["seasons"]] == [2, 2]
    assert {(m.slot, m.host) for part in before for m in part} == {(m.slot, m.host) for part in after for m in part}
    assert "Voir le dernier plan commun" in read(odile, f"/planning/together/{plan.id}")


def test_an_absence_noted_in_one_club_is_one_in_all_that_are_planned_together(seasons, claire):
    own, other = seasons
    first, day = other.options[0], other.options[0].day
    propose(own, claire, now(), upset=Upset(away=(Away(claire.id, day, day),)))
    db.session.flush()
    plan = propose_together(own.club.organisation, seasons, claire, now(), None)
    documents = {each["season"]: each["document"] for each in plan.document["seasons"]}
    assert str(first.id) in documents[other.id]["facilitators"][0]["unavailable"]


def test_a_meeting_has_its_own_facilitator_as_long_as_he_is_one(seasons, claire):
    own = seasons[0]
    igor = a_member(own.club, a_person("igor"), None, Role.facilitator)
    host = next(each for each in own.club.memberships if each.company)
    option = own.options[0]
    meeting = Meeting(club=own.club, season=own, host=host, number=1)
    meeting.starts_at, meeting.ends_at, meeting.facilitator_id = option.starts_at, option.ends_at, igor.person_id
    db.session.add(meeting)
    db.session.flush()

    def who():
        (standing,) = propose(own, claire, now()).document["published"]
        return facilitator_of(meeting).id, int(standing["facilitator"])

    assert who() == (igor.person_id, igor.person_id)
    assert facilitator_of(own) is claire
    igor.leave()
    assert who() == (claire.id, claire.id)


def test_pages_ask_no_more_questions_when_there_are_more_clubs(odile, plan, seasons, claire):
    def asked(id):
        found = []
        for address in (place(seasons), f"/planning/together/{id}"):
            db.session.rollback()
            with counted() as sent:
                assert odile.get(address).status_code == 200
            found.append(len(sent))
        return found

    few = asked(plan.id)
    for name in ("Alpha", "Beta", "Gamma"):
        club = a_sister_club(seasons[0].club, name, tuple(f"{name}{n}" for n in range(2)))
        seasons.append(a_season_asked(club, days=60))
        seasons[-1].length, seasons[-1].rules.quorum = 1, 1
    big = a_joint_plan(seasons, claire)
    db.session.commit()
    assert len(big.parts) == 5
    assert asked(big.id) == few
    assert max(few) <= 14
