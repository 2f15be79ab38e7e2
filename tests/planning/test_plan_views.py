"""The facilitator and the plan: shown with its reasons, adjusted, published once, planned anew."""

import re

import pytest

from bourse.clock import now
from bourse.clubs.models import Club, Membership
from bourse.db import db
from bourse.mailroom.models import Letter
from bourse.meetings.models import Answer, Meeting, SeasonState, Via
from bourse.people.models import AuditEvent, Person
from bourse.planning import ask_link
from bourse.planning.ask_link import AskLink
from bourse.planning.freeze import thaw
from bourse.planning.plan_views import sheet_at
from bourse.planning.proposal_models import Opinion, Proposal, latest
from bourse.planning.states import ProposalState
from tests.planning.season import a_plan, a_season_asked, a_wish, solved_at_once


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


@pytest.fixture
def claire(client, club, visit):
    return visit(client, "claire")


@pytest.fixture
def season(app, club):
    found = a_season_asked(db.session.get_one(Club, club.club))
    found.length = 3
    for name in ("Hugo", "Marc", "Nadia"):
        a_wish(found, member(club, name), weekdays="UUUYUUU", theme="canari", urgency=3)
    db.session.commit()
    return found


@pytest.fixture
def proposal(season, club):
    found = a_plan(season, db.session.get_one(Person, club.claire))
    db.session.commit()
    return found


def last_of(season):
    found = latest(season)
    assert found
    return found


def member(club, name):
    query = db.select(Membership).join(Membership.person).where(Person.given_name == name)
    return db.session.scalars(query.where(Membership.club_id == club.club)).one()


def read(client, address):
    return client.get(address).text.replace("\u00a0", " ")


def url(season, rest="plan"):
    return f"/planning/seasons/{season.id}/{rest}"


def seen(proposal, **more):
    db.session.rollback()
    return {"proposal": proposal.number, "version": proposal.draft} | more


def change(proposal, row, **more):
    return seen(proposal, slot=row.slot, host=row.host, **more)


def rows(proposal):
    db.session.rollback()
    return sheet_at(proposal).rows


def published(claire, season, proposal):
    assert claire.post(url(season, "publish"), data=seen(proposal)).status_code == 302
    db.session.rollback()
    return list(db.session.scalars(db.select(Meeting).filter_by(season_id=season.id).order_by(Meeting.starts_at)))


def test_a_plan_is_asked_for_once_and_waits_for_the_worker(claire, season):
    assert "Proposer un plan" in claire.get(url(season)).text
    for _ in range(2):
        claire.post(url(season, "plan/propose"), data={"proposal": "0", "version": "0"})
    db.session.rollback()
    assert [each.state for each in db.session.scalars(db.select(Proposal))] == [ProposalState.waiting]
    page = claire.get(url(season)).text
    assert "La recherche va commencer" in page
    assert "Arrêter là" in page
    claire.post(url(season, "plan/stop"))
    db.session.rollback()
    assert last_of(season).stop_asked_at


def test_a_plan_shows_dates_hosts_reasons_and_who_is_expected(claire, season, proposal):
    page = claire.get(url(season)).text
    assert page.count('class="tbl plan"') == 1
    assert page.count("Son problème presse") == 3
    assert "N’a encore jamais reçu" in page
    assert "Jour qui convient à 3" in page
    for row in rows(proposal):
        assert f'id="m{row.number}"' in page


def test_another_day_is_counted_at_once_and_can_be_taken_back(claire, season, proposal):
    row = rows(proposal)[0]
    page = claire.get(url(season, f"plan?adjust={row.slot}")).text
    other = re.findall(r'<option value="(\d+)"', page.split('name="new_slot"')[1])[1]
    claire.post(url(season, "plan/adjust"), data=change(proposal, row, new_slot=other, new_host=row.host, locked="y"))
    after = rows(proposal)
    assert other in {each.slot for each in after}
    assert [each.slot for each in after if each.is_locked] == [other]
    assert "modifiée à la main" in claire.get(url(season)).text
    claire.post(url(season, "plan/back"), data=seen(proposal))
    assert [each.slot for each in rows(proposal)] == [row.slot, *[each.slot for each in rows(proposal)][1:]]
    assert proposal.draft == 0
    assert len(proposal.adjustments) == 1


def test_another_host_who_receives_already_swaps(claire, season, proposal):
    first, second, _third = rows(proposal)
    claire.post(url(season, "plan/adjust"), data=change(proposal, first, new_slot=first.slot, new_host=second.host))
    after = rows(proposal)
    assert [each.host for each in after][:2] == [second.host, first.host]


def test_what_is_locked_and_ruled_out_goes_into_the_next_plan(claire, season, proposal):
    first, second, _third = rows(proposal)
    claire.post(url(season, "plan/adjust"), data=change(proposal, first, locked="y"))
    claire.post(url(season, "plan/adjust"), data=change(proposal, second, act="rule_out"))
    assert "Écartée" in claire.get(url(season)).text
    claire.post(url(season, "plan/propose"), data=seen(proposal, keep="y"))
    db.session.rollback()
    document = last_of(season).document
    assert [pin[1:] for pin in document["by_hand"]["locked"]] == [[first.slot, first.host]]
    assert [pin[1:] for pin in document["by_hand"]["forbidden"]] == [[second.slot, second.host]]


def test_two_people_who_adjust_at_once_both_see_both(claire, season, proposal):
    first, second, third = rows(proposal)
    late = change(proposal, third, new_slot=third.slot, new_host=first.host)
    claire.post(url(season, "plan/adjust"), data=change(proposal, first, new_host=second.host, new_slot=first.slot))
    answer = claire.post(url(season, "plan/adjust"), data=late)
    assert answer.status_code == 409
    assert "Ce plan a changé depuis" in answer.text
    assert "Appliquer mon choix quand même" in answer.text
    db.session.rollback()
    assert len(proposal.adjustments) == 1


def test_a_plan_under_the_quorum_offers_the_smallest_ways_out(claire, season, proposal, club):
    nobody = [each for each in season.options if each.day.weekday() == 1]
    for each in season.wishes:
        each.weekdays = "UNUYUUU"
    season.rules.quorum = 2
    db.session.flush()
    fresh = a_plan(season, db.session.get_one(Person, club.claire))
    db.session.commit()
    row = rows(fresh)[1]
    data = change(fresh, row, new_slot=str(nobody[20].id), new_host=row.host)
    claire.post(url(season, "plan/adjust"), data=data)
    page = claire.get(url(season)).text
    assert "Sous le quorum fixé par le club" in page
    (choice,) = re.findall(r'name="choice" value="([^"]+)" checked', page)
    bad = next(each for each in rows(fresh) if each.breaches)
    claire.post(url(season, "plan/adjust"), data=change(fresh, bad, choice=choice))
    assert not sheet_at(fresh).counted.breaches


def test_a_season_is_published_once_and_everybody_is_invited(claire, season, proposal, club):
    page = read(claire, url(season, "publish"))
    assert "3 rencontres sont créées" in page
    data = seen(proposal)
    for _ in range(2):
        claire.post(url(season, "publish"), data=data)
    meetings = published(claire, season, proposal)
    assert [each.number for each in meetings] == [1, 2, 3]
    assert all(each.is_released for each in meetings)
    assert {len(each.invited) for each in meetings} == {3}
    assert {str(each.company.id) for each in meetings} == {row.host for row in rows(proposal)}
    assert season.state is SeasonState.published
    assert db.session.scalar(db.select(db.func.count()).where(AuditEvent.act == "publish")) == 1
    assert "Publié" in claire.get(url(season)).text


def test_a_plan_that_changed_meanwhile_is_not_published_unseen(claire, season, proposal):
    data, row = seen(proposal), rows(proposal)[0]
    claire.post(url(season, "plan/adjust"), data=change(proposal, row, locked="y"))
    answer = claire.post(url(season, "publish"), data=data)
    assert answer.status_code == 409
    assert "Ce plan a changé" in answer.text
    assert not db.session.scalars(db.select(Meeting).filter_by(season_id=season.id)).all()


def test_members_say_what_does_not_suit_them_and_see_no_reason(claire, season, proposal, club, client, visit):
    claire.post(url(season, "plan/share"), data=seen(proposal))
    db.session.rollback()
    assert season.state is SeasonState.proposed
    assert len(db.session.scalars(db.select(Letter).filter_by(kind="opinion")).all()) == 3
    marc, row = member(club, "Marc"), rows(proposal)[1]
    assert "Dire votre avis sur la saison proposée" in visit(client, "marc").get("/").text
    assert client.get(url(season, "opinion")).status_code == 200
    assert visit(client, "stranger").get(url(season, "opinion")).status_code == 404
    link = f"/planning/answers/{ask_link.sign(AskLink('season', season.id, marc.id), 'for the tests, always the same')}"
    page = client.get(link).text
    for secret in ("canari", "presse", "jamais reçu", "reçu en"):
        assert secret not in page
    assert row.slot in page
    for _ in range(2):
        client.post(link, data={"against": [row.slot], "sentence": "Je suis à un salon."})
    db.session.rollback()
    (opinion,) = db.session.scalars(db.select(Opinion))
    assert opinion.slots == {row.slot}
    page = visit(client, "claire").get(url(season)).text
    assert "Ne convient pas à Marc" in page
    assert "Je suis à un salon." in page


def test_a_host_withdraws_and_only_what_must_change_does(claire, season, proposal, club):
    season.length = 2
    db.session.commit()
    fresh = a_plan(season, db.session.get_one(Person, club.claire))
    db.session.commit()
    before = published(claire, season, fresh)
    for meeting in before:
        for each in meeting.invited:
            each.give(Answer.accepted, at=now(), via=Via.web, by=each.person)
    db.session.commit()
    uids, days = [each.uid for each in before], [each.starts_at for each in before]
    gone, stays = before[0].host_id, before[1].host_id
    claire.post(url(season, "replan"), data={"withdrawn": [gone]})
    db.session.rollback()
    asked = last_of(season)
    assert len(asked.document["published"]) == 2
    db.session.delete(asked)
    db.session.flush()
    again = a_plan(season, db.session.get_one(Person, club.claire))
    db.session.commit()
    page = claire.get(url(season)).text
    assert "Ce qui change" in page
    assert page.count("invités") == 1  # the meeting that stays is not told of
    after = published(claire, season, again)
    assert [each.uid for each in after] == uids
    assert after[0].host_id not in (gone, stays)
    assert after[1].host_id == stays
    assert after[1].starts_at == days[1]


def test_a_date_that_falls_moves_its_meeting_with_the_same_uid(claire, season, proposal, club):
    before = published(claire, season, proposal)
    fallen = before[1]
    uid, day, sequence = fallen.uid, fallen.starts_at, fallen.sequence
    claire.post(url(season, "replan"), data={"fallen": [fallen.id]})
    db.session.rollback()
    document = last_of(season).document
    assert document["standing"][str(fallen.id)] is None
    solved_at_once(last_of(season), thaw(last_of(season).document))
    db.session.commit()
    published(claire, season, last_of(season))
    db.session.rollback()
    moved = db.session.scalars(db.select(Meeting).filter_by(uid=uid)).one()
    assert moved.starts_at != day
    assert moved.sequence > sequence
    assert not moved.is_cancelled


def test_a_rule_gives_way_and_a_new_plan_is_asked_for(claire, season, proposal):
    proposal.reasons = (
        f'{{"core": ["quorum:{season.club_id}"], "relaxations": [[["quorum:{season.club_id}", 1]],'
        f' [["rotation:{season.club_id}", null]]]}}'
    )
    proposal.meetings = "[]"
    db.session.commit()
    page = read(claire, url(season))
    assert "Le nombre de rencontres n’est pas" not in page
    assert "Un quorum de 2 présents" in page
    assert "Accepter un quorum de 1" in page
    assert page.count("Changer la règle et recalculer") == 1
    claire.post(url(season, "plan/relax"), data=seen(proposal, way="0"))
    db.session.rollback()
    assert season.rules.quorum == 1
    assert last_of(season).number == 2
    assert claire.post(url(season, "plan/relax"), data=seen(proposal, way="1")).status_code == 302


def test_a_gap_that_gave_way_stays_when_the_rules_are_read_again(claire, season):
    season.rules.min_gap = 17
    db.session.commit()
    assert re.search(r'<option selected value="17">17.jours', claire.get(url(season, "rules")).text)


def test_two_plans_stand_side_by_side(claire, season, proposal, club):
    assert claire.get(url(season, "plan/compare")).status_code == 404
    a_plan(season, db.session.get_one(Person, club.claire))
    db.session.commit()
    page = claire.get(url(season, "plan/compare")).text
    assert "De la proposition 1 à la proposition 2" in page
    assert claire.get(url(season, "plan?number=1")).text.count("Voir la dernière proposition") == 1
