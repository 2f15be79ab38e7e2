"""What whoever plans a season is told of it: plain data, nothing forgotten."""

from datetime import timedelta

import pytest

from bourse.clock import now
from bourse.clubs.models import Club, Company, CompanyLink, Membership
from bourse.clubs.relate import LinkKind
from bourse.db import db
from bourse.meetings.models import Meeting, Season, SeasonState
from bourse.planning.season_facts import season_facts
from bourse.planning.standing_facts import past_of
from bourse.planning.states import Can, Hosting
from tests.cast import a_meeting, a_member, a_person
from tests.planning.season import a_season_asked, a_wish, says


@pytest.fixture
def database_url(either_database):
    return either_database


@pytest.fixture
def season(app, club):
    found = a_season_asked(db.session.get_one(Club, club.club), days=30)
    db.session.commit()
    return found


def members(club):
    found = db.session.scalars(db.select(Membership).filter_by(club_id=club.club))
    return {each.person.given_name: each for each in found}


def test_every_answer_is_a_letter_a_date_the_date_before_the_weekday(season, club):
    people = members(club)
    a_wish(season, people["Marc"], weekdays="UYUNUUU")
    first = next(each for each in season.options if each.day.weekday() == 3)
    says(people["Marc"], first, Can.maybe)
    facts = season_facts(season, now())
    by_member = {each.id: each.answers for each in facts.members}
    letters = {each.id: letter for each, letter in zip(facts.dates, by_member[people["Marc"].id], strict=True)}
    assert letters.pop(first.id) == "M"
    assert {letters[each.id] for each in season.options if each.day.weekday() == 1} == {"Y"}
    assert {letters[each.id] for each in season.options if each.day.weekday() == 3 and each is not first} == {"N"}
    assert set(by_member[people["Nadia"].id]) == {"U"}
    assert len(by_member) == 3  # the facilitator is no member


def test_a_struck_date_is_gone_and_tags_are_those_of_the_format(season):
    season.options[0].keep(False, now())
    db.session.commit()
    facts = season_facts(season, now())
    assert len(facts.dates) == len(season.options) - 1
    assert set().union(*(each.tags for each in facts.dates)) <= {"school_holiday"}
    assert [each.starts for each in facts.dates] == sorted(each.starts for each in facts.dates)
    assert {each.starts.hour for each in facts.dates} == {9, 14}


def test_who_does_not_receive_this_season_is_no_host(season, club):
    people = members(club)
    closed = season.options[0]
    a_wish(season, people["Hugo"], hosting=Hosting.not_this_year)
    a_wish(season, people["Marc"], urgency=3, months="10,11").close([(closed.day, closed.day)])
    db.session.commit()
    hosts = {each.membership: each for each in season_facts(season, now()).hosts}
    assert set(hosts) == {people["Marc"].id, people["Nadia"].id}
    marc = hosts[people["Marc"].id]
    assert (marc.hosting, marc.urgency, marc.months) == (Hosting.yes, 3, (10, 11))
    assert marc.closed == {closed.id}
    assert (hosts[people["Nadia"].id].hosting, hosts[people["Nadia"].id].closed) == (None, frozenset())


def test_waiting_is_counted_in_full_seasons(season, club):
    people = members(club)
    ours = db.session.get_one(Club, club.club)
    for years in (2, 1):
        day = now().date() - timedelta(days=365 * years + 180)
        former = Season(club=ours, name=f"Il y a {years} ans", length=1, starts_on=day, state=SeasonState.closed)
        former.ends_on = day + timedelta(days=300)
        db.session.add(former)
        db.session.flush()
        if years == 2:
            a_meeting(ours, people["Marc"], [], days=-900).season = former
    given_up = Season(club=ours, name="Jamais publiée", length=1, starts_on=now().date(), ends_on=now().date())
    db.session.add(given_up)
    people["Nadia"].joined_at = now() - timedelta(days=999)
    db.session.commit()

    def told():
        return {each.membership: each.waited for each in season_facts(season, now()).hosts}

    # Hugo hosts in the season that runs; marc hosted two full seasons before; nadia never did in three.
    assert told() == {people["Hugo"].id: 0, people["Marc"].id: 2, people["Nadia"].id: 3}
    people["Nadia"].joined_at = now()  # who has just joined has waited a season at most
    a_meeting(ours, people["Marc"], [], days=-300).season = None  # of no season, during the one before the last
    db.session.commit()
    assert told() == {people["Hugo"].id: 0, people["Marc"].id: 1, people["Nadia"].id: 1}


def test_two_members_of_a_company_are_one_host(season, club):
    people = members(club)
    colleague = a_member(db.session.get_one(Club, club.club), a_person("lea"), people["Marc"].company)
    a_wish(season, people["Marc"], hosting=Hosting.not_this_year)
    closed = season.options[0].day
    db.session.flush()

    def host():
        db.session.expire(season, ["wishes"])
        facts = season_facts(season, now())
        return next((each for each in facts.hosts if each.company == people["Marc"].company_id), None)

    assert host() is None  # nobody said yes, one said no
    a_wish(season, colleague).close([(closed, closed)])
    db.session.flush()
    assert (host().membership, host().closed) == (colleague.id, {season.options[0].id})
    season.wishes[0].hosting = Hosting.yes
    assert season.options[0].id in host().closed  # the company is closed, whoever said so
    a_meeting(season.club, colleague, [], days=230).season = season
    db.session.flush()
    assert host().membership == colleague.id  # who receives already goes on


def test_when_a_host_last_received_is_not_hidden_by_a_meeting_to_come(season, club):
    people = members(club)
    later = a_meeting(season.club, people["Marc"], [], days=700)
    before = a_meeting(season.club, people["Marc"], [], days=-50)
    later.season = before.season = None
    db.session.commit()
    assert past_of(season, now()).last[people["Marc"].company_id] == before.starts_at.date()


def test_who_is_off_the_list_of_a_meeting_or_kept_out_is_not_expected(season, club):
    people, meeting = members(club), db.session.get_one(Meeting, club.meeting)
    meeting.season = season
    nadia = meeting.invitation_of(people["Nadia"].person)
    assert nadia
    nadia.withdraw(now())
    meeting.exclude(people["Marc"].company_id, by=people["Claire"].person, at=now())
    db.session.commit()
    (standing,) = past_of(season, now()).standing
    assert standing.said == {people["Hugo"].id: "Y", people["Marc"].id: "N", people["Nadia"].id: "N"}


def test_sites_distances_and_competitors_are_told(season, club):
    people = members(club)
    marcs, nadias = (db.session.get_one(Company, people[name].company_id) for name in ("Marc", "Nadia"))
    nadias.latitude, nadias.longitude, nadias.visitors = 45.9, 6.13, 8
    link = CompanyLink(company_id=nadias.id, other_id=marcs.id, kind=LinkKind.competitor, noted_by_id=club.claire)
    db.session.add(link)
    db.session.commit()
    facts = season_facts(season, now())
    place = {company: number for number, company in enumerate(facts.sites)}
    assert facts.km[place[marcs.id]][place[nadias.id]] == 51
    assert facts.km[place[marcs.id]][place[marcs.id]] == 0
    assert facts.competitors == {(min(marcs.id, nadias.id), max(marcs.id, nadias.id))}
    assert facts.names[nadias.id] == "Tournage Edelweiss"
    assert {each.capacity for each in facts.hosts} == {8, 20}


def test_a_facilitator_is_away_on_the_days_she_said(season, club):
    claire = members(club)["Claire"]
    a_wish(season, claire, weekdays="UUUNUUU", hosting=None)
    db.session.commit()
    (facilitator,) = season_facts(season, now()).facilitators
    assert facilitator.person == club.claire
    assert facilitator.unavailable == {each.id for each in season.options if each.day.weekday() == 3}


def test_rules_are_told_as_they_stand(season):
    facts = season_facts(season, now())
    assert (facts.min_gap, facts.target_gap, facts.gap_tolerance) == (21, 35, 7)
    assert (facts.quorum, facts.notice, facts.school_rule, facts.length) == (2, 30, "avoid", 5)
    assert facts.today == now().date()
