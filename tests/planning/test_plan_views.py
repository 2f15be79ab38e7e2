"""The facilitator and the plan: shown with its reasons, adjusted, published once, planned anew."""

import json
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine

from bourse.clock import now
from bourse.clubs.models import Club, Membership, Role
from bourse.db import db
from bourse.mailroom.models import Letter
from bourse.meetings.answer import answer as take_answer
from bourse.meetings.models import Answer, Meeting, SeasonState, Via
from bourse.people.models import AuditEvent, Person
from bourse.planning import ask_link
from bourse.planning.ask_link import AskLink
from bourse.planning.plan_views import sheet_at
from bourse.planning.proposal_models import Opinion, Proposal, latest
from bourse.planning.states import Hosting, How, ProposalState
from tests.cast import a_member, a_person
from tests.planning.season import a_plan, a_poll, a_season_asked, a_wish, solved_at_once
from tests.test_queries import MOST, counted


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
    claire.post(url(season, "plan/propose"), data=seen(proposal))
    answer = claire.post(url(season, "plan/adjust"), data=late)
    assert answer.status_code == 409
    assert "Refaites votre choix" in answer.text


def test_what_a_change_would_do_is_told_before_it_is_made(claire, season, proposal):
    first, second, third = rows(proposal)
    swap = change(proposal, first, new_slot=second.slot, new_host=first.host)
    told = claire.get(url(season, "plan/effect"), query_string=swap).text
    assert told.count("présents attendus") == 2
    assert "Toutes les règles du club sont respectées" in told
    near = str(int(third.slot) - 1)  # the date before, days away from the third meeting
    told = read(claire, url(season, f"plan/effect?{urlencode(swap | {'new_slot': near})}"))
    assert "jours seulement après la rencontre d’avant" in told
    assert claire.get(url(season, "plan/effect"), query_string=swap | {"version": "7"}).status_code == 409
    assert claire.get(url(season, "plan/effect"), query_string=swap | {"new_slot": "0"}).status_code == 404
    assert rows(proposal)[0].slot == first.slot
    claire.post(url(season, "plan/adjust"), data=swap)
    page = claire.get(url(season)).text
    assert page.count("Modifiée par Claire Exemple") == 2  # both meetings, each with its way back


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
    assert "3 rencontres vont être créées" in page
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
    page = read(client, url(season, "publish"))
    assert "Ne convient pas à Marc" in page
    assert "2 membres n’ont pas encore donné leur avis" in page


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
    claire.post(url(season, "replan"), data=seen(fresh, withdrawn=[gone]))
    db.session.rollback()
    asked = last_of(season)
    assert len(asked.document["published"]) == 2
    assert "ne reçoit plus" in claire.get(url(season)).text
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


def test_another_host_begins_without_what_was_said_of_the_former_ones_site(claire, season, proposal, club):
    season.length = 1
    db.session.commit()
    fresh = a_plan(season, db.session.get_one(Person, club.claire))
    db.session.commit()
    (meeting,) = published(claire, season, fresh)
    meeting.practical, meeting.places = "Code du portail : 4512", 1
    host, *others = (each.person for each in meeting.invited if each.guest is None)
    first, second = (meeting.invitation_of(each) for each in (host, *others) if each.id != meeting.host.person_id)
    for each in (first, second):
        take_answer(each, Answer.accepted, now=now(), via=Via.web, by=each.person)
    db.session.commit()
    assert second.is_waiting
    claire.post(url(season, "replan"), data=seen(fresh, withdrawn=[meeting.host_id]))
    db.session.rollback()
    db.session.delete(last_of(season))
    db.session.flush()
    again = a_plan(season, db.session.get_one(Person, club.claire))
    db.session.commit()
    (after,) = published(claire, season, again)
    assert after.host.person_id in (first.person_id, second.person_id)
    assert (after.practical, after.places) == ("", None)
    assert not after.waiting_list


def test_a_date_that_falls_moves_its_meeting_with_the_same_uid(claire, season, proposal, club):
    before = published(claire, season, proposal)
    fallen = before[1]
    uid, day, sequence = fallen.uid, fallen.starts_at, fallen.sequence
    for _ in range(2):  # the second press comes too late, and is told so
        answer = claire.post(url(season, "replan"), data=seen(proposal, fallen=[fallen.id], length="3"))
    assert answer.status_code == 409
    assert "Un nouveau plan a été demandé entre-temps" in answer.text
    assert re.search(rf'name="fallen" value="{fallen.id}" checked', answer.text)
    solved_at_once(last_of(season))
    db.session.commit()
    claire.post(url(season, "plan/propose"), data=seen(last_of(season)))
    document = last_of(season).document
    assert document["standing"][str(fallen.id)] is None  # still
    solved_at_once(last_of(season))
    db.session.commit()
    published(claire, season, last_of(season))
    db.session.rollback()
    moved = db.session.scalars(db.select(Meeting).filter_by(uid=uid)).one()
    assert moved.starts_at != day
    assert moved.sequence > sequence
    assert not moved.is_cancelled


def test_who_facilitates_is_away_and_somebody_stands_in_or_the_date_moves(claire, season, proposal, club):
    """Absences count until they end, in every plan that is asked for later; going back forgets them."""
    before = published(claire, season, proposal)
    marc, day = member(club, "Marc"), before[1].starts_at.date()
    claire.post(url(season, "replan"), data=seen(proposal, withdrawn=[marc.id], length="2"))
    claire.post(url(season, "plan/back"), data=seen(last_of(season)))
    assert season.length == 3
    assert {each.hosting for each in season.wishes} == {Hosting.yes}
    away = seen(proposal, who=club.claire, away_from=day - timedelta(2), away_to=day - timedelta(3), length="3")
    assert "Indiquez un dernier jour qui vient après le premier." in claire.post(url(season, "replan"), data=away).text
    claire.post(url(season, "replan"), data=away | {"away_to": day + timedelta(2)})
    asked = last_of(season)
    unavailable = set(asked.document["facilitators"][0]["unavailable"])
    assert asked.document["standing"][str(before[1].id)] in unavailable
    solved_at_once(asked)
    db.session.commit()
    page = read(claire, url(season))
    assert "Claire Exemple : absence du" in page
    assert "Ce qui change" in page
    assert {row.slot for row in rows(asked)} & unavailable == set()

    a_member(db.session.get_one(Club, club.club), a_person("inès"), None, Role.facilitator)
    db.session.commit()
    claire.post(url(season, "plan/propose"), data=seen(asked))
    solved_at_once(last_of(season))
    db.session.commit()
    assert [row.slot for row in rows(last_of(season))] == [row.slot for row in rows(proposal)]
    assert read(claire, url(season)).count("Animation : Inès") == 1
    for number in (3, 1):
        claire.post(url(season, "plan/back"), data=seen(last_of(season)))
        assert last_of(season).number == number
    page = claire.get(url(season, "replan")).text
    assert "absence" not in page
    nadia = member(club, "Nadia")
    nadia.joined_at = now() + timedelta(days=1)
    nadia_hosts = next(each for each in before if each.host_id == nadia.id)
    nadia_hosts.change_host(marc)
    db.session.commit()
    assert "Arrivés depuis la publication" in claire.get(url(season, "replan")).text


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
    assert page.count("Faire ce changement et recalculer") == 1
    claire.post(url(season, "plan/relax"), data=seen(proposal, way="0"))
    db.session.rollback()
    assert season.rules.quorum == 1
    assert last_of(season).number == 2
    late = claire.post(url(season, "plan/relax"), data=seen(proposal, way="1"), follow_redirects=True)
    assert "Ce plan a changé entre-temps" in late.text
    page = read(claire, url(season))
    assert "Quorum : 1 au lieu de 2" in page
    assert "Revenir à la proposition 1" in page
    claire.post(url(season, "plan/back"), data=seen(last_of(season)))
    db.session.rollback()
    assert season.rules.quorum == 2
    assert last_of(season).number == 1
    assert "Faire ce changement et recalculer" in claire.get(url(season)).text
    claire.post(url(season, "plan/propose"), data=seen(last_of(season)))
    assert last_of(season).number == 3  # whoever has the second one open is not taken for one who saw this one


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


def test_opinions_are_waited_for_asked_again_and_noted_by_telephone(claire, season, proposal, club, visit, app):
    claire.post(url(season, "plan/share"), data=seen(proposal))
    db.session.rollback()
    assert proposal.opinion_by == now().date() + timedelta(days=7)
    address = url(season)
    with counted() as sent:
        page = read(claire, address)
    assert len(sent) <= MOST, sent
    assert "0 sur 3 ont répondu" in page
    assert "un rappel pourra partir demain" in page
    marc, row = member(club, "Marc"), rows(proposal)[0]
    address = url(season, f"opinions/{marc.id}")
    assert "Marc Exemple\N{NO-BREAK SPACE}: son avis" in claire.get(address).text
    old = visit(app.test_client(), "marc").get(url(season, "opinion"))
    assert "Réponse attendue avant la fin du" in old.text
    assert claire.post(address, data={"against": [row.slot], "sentence": "Il est à un salon."}).status_code == 302
    db.session.rollback()
    (opinion,) = db.session.scalars(db.select(Opinion))
    assert (opinion.via, opinion.by_id, opinion.slots) == (How.phone, club.claire, {row.slot})
    page = read(claire, url(season))
    assert "1 sur 3 ont répondu" in page
    assert "noté au téléphone par Claire Exemple" in page
    late = visit(app.test_client(), "marc").post(url(season, "opinion"), data={"seen": "", "sentence": "Tout me va."})
    assert late.status_code == 409
    for words in ("Claire Exemple", "Il est à un salon.", "Tout me va."):
        assert words in late.text.replace("\u00a0", " ")
    assert claire.post(url(season, "opinions/remind")).status_code == 302  # one letter a day
    assert len(db.session.scalars(db.select(Letter).filter_by(kind="opinion")).all()) == 3
    with time_machine.travel(now() + timedelta(days=2)):
        claire = visit(app.test_client(), "claire")
        assert "Relancer 2 membres" in read(claire, url(season))
        for _ in range(2):
            claire.post(url(season, "opinions/remind"))
    db.session.rollback()
    letters = db.session.scalars(db.select(Letter).filter_by(kind="opinion").order_by(Letter.id)).all()
    assert {each.to_address for each in letters[3:]} == {"hugo@bourse.example", "nadia@bourse.example"}
    assert all(each.subject.startswith("Votre avis avant le") for each in letters[3:])
    later, claire = now().date() + timedelta(days=12), visit(app.test_client(), "claire")
    claire.post(url(season, "opinions/extend"), data={"answer_by": later.isoformat()})
    db.session.rollback()
    assert proposal.opinion_by == later
    stranger = claire.post(url(season, f"opinions/{claire_of(club)}"), data={})
    assert stranger.status_code == 404  # she has no opinion to be noted


def claire_of(club):
    return db.session.scalars(db.select(Membership.id).filter_by(person_id=club.claire)).one()


def test_another_version_is_asked_about_anew(claire, season, proposal, club, visit, app):
    claire.post(url(season, "plan/share"), data=seen(proposal))
    visit(app.test_client(), "marc").post(url(season, "opinion"), data={"sentence": "Tout me va."})
    with time_machine.travel(now() + timedelta(days=1)):
        claire = visit(app.test_client(), "claire")
        claire.post(url(season, "plan/share"), data=seen(proposal))
        page = read(claire, url(season))
        assert "0 sur 3 ont répondu" in page
        assert "sur la version d’avant" in page
        marc = visit(app.test_client(), "marc")
        assert "La proposition a changé depuis cet avis" in read(marc, url(season, "opinion"))
        assert "Dire votre avis" in read(marc, "/")
    assert len(db.session.scalars(db.select(Letter).filter_by(kind="opinion")).all()) == 6


def test_a_plan_of_meetings_that_changed_meanwhile_is_not_published(claire, season, proposal, club):
    first, second, _third = published(claire, season, proposal)
    again = a_plan(season, db.session.get_one(Person, club.claire))
    db.session.commit()
    assert "plus à jour" not in claire.get(url(season, "publish")).text
    starts_at, ends_at = second.starts_at + timedelta(days=1), second.ends_at + timedelta(days=1)
    second.move(starts_at, ends_at)  # by hand
    db.session.commit()
    assert "plus à jour" in claire.get(url(season, "publish")).text
    assert claire.post(url(season, "publish"), data=seen(again)).status_code == 409
    db.session.rollback()
    assert second.starts_at == starts_at
    assert again.published_at is None
    claire.post(url(season, "plan/propose"), data={"keep": "y"})
    db.session.rollback()
    solved_at_once(last_of(season))
    first.starts_at, first.ends_at = now() - timedelta(hours=1), now() + timedelta(hours=2)  # it has begun
    db.session.commit()
    published_too_late = claire.post(url(season, "publish"), data=seen(last_of(season)))
    assert published_too_late.status_code == 409
    assert db.session.scalar(db.select(db.func.count()).where(Meeting.season_id == season.id)) == 3


def test_a_plan_whose_first_day_has_passed_is_not_published(claire, season, proposal):
    document = proposal.document
    slot = next(each for each in document["slots"] if each["id"] == rows(proposal)[0].slot)
    slot["start"], slot["end"] = "2026-01-08T14:00", "2026-01-08T18:00"
    document["slots"].sort(key=lambda each: each["start"])
    proposal.instance = json.dumps(document)
    db.session.commit()
    assert claire.post(url(season, "publish"), data=seen(proposal)).status_code == 409
    assert season.state is SeasonState.polling


def test_what_was_is_not_changed_by_hand(claire, season, proposal, club):
    past = published(claire, season, proposal)[0]
    past.starts_at, past.ends_at = now() - timedelta(days=3), now() - timedelta(days=3, hours=-4)
    db.session.commit()
    again = a_plan(season, db.session.get_one(Person, club.claire))
    db.session.commit()
    (was, row, _third), host = rows(again), str(past.company.id)
    assert (was.is_fixed, was.host) == (True, host)
    page = claire.get(url(season, f"plan?adjust={row.slot}")).text
    assert f'value="{host}"' not in page.split('name="new_host"')[1].split("</select>")[0]
    data = change(again, row, new_slot=row.slot, new_host=host)
    assert claire.post(url(season, "plan/adjust"), data=data).status_code == 400


def test_a_colleague_takes_over_from_a_host_who_withdraws(claire, season, proposal, club):
    before = published(claire, season, proposal)
    meeting = before[1]
    host, uid = meeting.host, meeting.uid
    lea = a_member(season.club, a_person("lea"), host.company)
    a_wish(season, lea, weekdays="UUUYUUU")
    a_poll(meeting)
    db.session.commit()
    claire.post(url(season, "replan"), data=seen(proposal, withdrawn=[host.id]))
    db.session.rollback()
    solved_at_once(last_of(season))
    db.session.commit()
    published(claire, season, last_of(season))
    meeting = db.session.scalars(db.select(Meeting).filter_by(uid=uid)).one()
    assert (meeting.host_id, meeting.starts_at) == (lea.id, before[1].starts_at)
    assert meeting.poll.closed_at


def test_a_proposal_that_did_not_please_leads_back_to_the_wishes(claire, season, proposal, club, client, visit):
    assert "depuis : recalculez" not in read(claire, url(season))
    claire.post(url(season, "plan/share"), data=seen(proposal))
    db.session.rollback()
    season.rules.answer_by = now().date() - timedelta(days=3)
    nadia = member(club, "Nadia")
    db.session.commit()
    by_phone = f"members/{nadia.id}"
    mark = re.search(r'name="seen"[^>]*value="([^"]+)"', claire.get(url(season, by_phone)).text)
    assert mark
    heard = {"hosting": "later", "seen": mark[1]}
    assert claire.post(url(season, by_phone), data=heard).status_code == 302  # heard meanwhile
    assert "1 personne a répondu depuis" in read(claire, url(season))
    assert "Rouvrir les souhaits" in read(claire, url(season, "")[:-1])
    for _ in range(2):
        assert claire.post(url(season, "reopen")).status_code == 302
    db.session.rollback()
    assert season.state is SeasonState.polling
    assert season.rules.answer_by > now().date()
    assert visit(client, "marc").get(url(season, "wish")).status_code == 200
    season.state = SeasonState.published
    db.session.commit()
    visit(client, "claire").post(url(season, "reopen"))
    db.session.rollback()
    assert season.state is SeasonState.published


def test_who_left_is_replaced_who_joined_is_invited_and_a_busy_planner_says_so(claire, season, proposal, club):
    season.length, season.rules.quorum = 2, 1
    db.session.commit()
    fresh = a_plan(season, db.session.get_one(Person, club.claire))
    db.session.commit()
    before = published(claire, season, fresh)
    uids, gone = [each.uid for each in before], before[1].host
    gone.leave()
    lea = a_member(season.club, a_person("lea"), None)
    db.session.commit()
    for _ in range(2):
        answer = claire.post(url(season, "replan"), data=seen(fresh), follow_redirects=True)
    assert "Un nouveau plan a été demandé entre-temps" in answer.text
    again = last_of(season)
    solved_at_once(again)
    db.session.commit()
    claire.get(url(season, "publish"))
    after = published(claire, season, again)
    assert [each.uid for each in after] == uids
    assert [each.host_id == gone.id for each in after] == [False, False]
    assert all(each.invitation_of(lea.person) for each in after)
