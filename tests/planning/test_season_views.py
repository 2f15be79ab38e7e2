"""The facilitator prepares a season: rules, dates, and the question to the members."""

import re
from datetime import date, timedelta

import pytest

from bourse.clock import club_time, now
from bourse.clubs.models import Club, Membership
from bourse.db import db
from bourse.mailroom.models import Letter
from bourse.meetings.models import Meeting, Season, SeasonState
from bourse.planning.almanac import is_public_holiday, is_school_holiday, known_until
from bourse.planning.facts import allowed_dates
from bourse.planning.models import Availability, DateOption, SchoolPeriod, lay_out
from bourse.planning.states import Can, Hosting, SchoolRule, Weight, Zone
from tests.cast import ZONE, a_company, a_member, a_person
from tests.planning.season import a_season_asked, a_wish, says

BEGINS = date(now().year + 1, 9, 1)
RULES = {
    "name": "Saison d'après",
    "starts_on": BEGINS.isoformat(),
    "ends_on": (BEGINS + timedelta(300)).isoformat(),
    "length": "9",
    "weekday_0": "3",
    "starts_0": "14:00",
    "ends_0": "18:00",
    **{f"weekday_{line}": "-1" for line in (1, 2, 3)},
    "min_gap": "21",
    "target_gap": "35",
    "gap_tolerance": "7",
    "quorum": "6",
    "notice": "30",
    "school_rule": "avoid",
    "zone": "A",
    **dict.fromkeys(("attendance", "fairness", "waiting", "urgency", "travel", "cadence"), "normal"),
}


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


@pytest.fixture
def claire(client, club, visit):
    return visit(client, "claire")


def the_club(club):
    return db.session.get_one(Club, club.club)


def prepared(claire, club, **changes):
    answer = claire.post(f"/planning/clubs/{club.slug}/prepare", data=RULES | changes)
    assert answer.status_code == 302, re.findall(r'class="error".*', answer.text)
    return db.session.scalars(db.select(Season).filter_by(name=RULES["name"])).one()


def days_of(season):
    return [each.day for each in season.options if not each.is_struck]


def first_in(page, pattern):
    found = re.search(pattern, page, re.DOTALL)
    assert found, pattern
    return found


def chosen_in(page, name):
    """The value that a list of the page has chosen."""
    return first_in(page, rf'<select[^>]*id="{name}".*?<option selected value="(.*?)"')[1]


def sentences(answer):
    return re.findall(r'<li><a href="#[^"]*">(.*?)</a></li>', answer.text)


def test_the_form_proposes_the_hours_of_the_last_meeting_and_a_season_a_year_later(claire, club):
    page = claire.get(f"/planning/clubs/{club.slug}/prepare").text
    season, meeting = the_club(club).seasons[0], db.session.get_one(Meeting, club.meeting)
    weekday = club_time(meeting.starts_at, ZONE).weekday()
    assert f'value="{season.starts_on.replace(year=season.starts_on.year + 1)}"' in page
    assert re.search(rf'selected value="{weekday}"', page)
    assert 'value="14:00"' in page


def test_the_next_season_begins_with_the_rules_of_the_last_one(claire, club):
    prepared(
        claire, club, travel="much", school_rule="forbid", zone="C", weekday_0="1", starts_0="9:00", ends_0="12:00"
    )
    page = claire.get(f"/planning/clubs/{club.slug}/prepare").text
    chosen = {name: chosen_in(page, name) for name in ("travel", "school_rule", "zone", "weekday_0")}
    assert chosen == {"travel": "much", "school_rule": "forbid", "zone": "C", "weekday_0": "1"}


def test_rules_give_dates_and_no_public_holiday_is_one(claire, club):
    season = prepared(claire, club, weekday_1="1", starts_1="9:00", ends_1="12:30")
    days = days_of(season)
    assert {day.weekday() for day in days} == {1, 3}
    assert not [day for day in days if is_public_holiday(day)]
    assert {(at.hour, at.minute) for each in season.options for at in [club_time(each.ends_at, ZONE)]} == {
        (18, 0), (12, 30)
    }  # fmt: skip
    assert season.state is SeasonState.draft
    assert (season.rules.school_rule, season.rules.urgency) == (SchoolRule.avoid, Weight.normal)


def test_a_club_that_forbids_school_holidays_has_no_date_in_them(claire, club):
    season = prepared(claire, club, school_rule="forbid", zone="B")
    assert days_of(season)
    assert not [day for day in days_of(season) if is_school_holiday(day, Zone.b)]


def test_a_second_click_makes_no_second_season(claire, club):
    for _ in range(2):
        prepared(claire, club)
    assert len(days_of(prepared(claire, club))) == len({each.starts_at for each in prepared(claire, club).options})


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": " "}, "Indiquez le nom de la saison."),
        ({"ends_on": RULES["starts_on"]}, "La saison finit après avoir commencé"),
        ({"ends_on": "2099-01-01"}, "Indiquez un jour plus proche"),
        ({"starts_on": "demain"}, "Indiquez une date"),
        ({"length": "0"}, "Indiquez un nombre entre 1 et 40."),
        ({"length": "beaucoup"}, "Indiquez un nombre entre 1 et 40."),
        ({"length": ""}, "Indiquez le nombre de rencontres."),
        ({"quorum": "-1"}, "Indiquez un nombre entre 1 et 500."),
        ({"weekday_0": "-1"}, "Choisissez au moins un jour de la semaine."),
        ({"weekday_0": "9"}, "Choisissez un jour de la semaine."),
        ({"weekday_0": "x"}, "Choisissez un jour de la semaine."),
        ({"starts_0": ""}, "Indiquez une heure, comme 14:00."),
        ({"ends_0": "13:00"}, "indiquez une heure plus tardive"),
        ({"weekday_1": "1"}, "Indiquez une heure, comme 14:00."),
        ({"target_gap": "14"}, "Choisissez un rythme qui respecte"),
        ({"min_gap": "1000"}, "Choisissez une des réponses proposées."),
        ({"school_rule": "peut-être"}, "Choisissez une des réponses proposées."),
        ({"zone": ""}, "Choisissez une des réponses proposées."),
        ({"urgency": "très"}, "Choisissez une des réponses proposées."),
    ],
)
def test_what_is_wrong_with_the_rules_is_said_and_what_was_typed_comes_back(claire, club, changes, sentence):
    answer = claire.post(f"/planning/clubs/{club.slug}/prepare", data=RULES | {"name": "Typée"} | changes)
    assert answer.status_code == 200
    assert any(sentence.replace("'", "’") in each.replace("\xa0", " ") for each in sentences(answer)), sentences(answer)
    assert changes.get("name", "Typée") == " " or "Typée" in answer.text


def test_other_rules_change_the_dates_but_not_what_was_added_or_answered(claire, club):
    season = prepared(claire, club)
    monday = next(day for day in (BEGINS + timedelta(40 + n) for n in range(9)) if day.weekday() == 0)
    new = {"day": monday.isoformat(), "starts": "14:00", "ends": "18:00"}
    assert claire.post(f"/planning/seasons/{season.id}/dates/add", data=new).status_code == 302
    answered, *_others = [each for each in season.options if each.day != monday]
    says(the_club(club).memberships[0], answered, Can.no)
    version = str(season.rules.version)
    changed = RULES | {"weekday_0": "1", "version": version}
    assert claire.post(f"/planning/seasons/{season.id}/rules", data=changed).status_code == 302
    assert {day.weekday() for day in days_of(season)} == {0, 1}
    assert db.session.get_one(DateOption, answered.id).is_struck
    assert db.session.scalars(db.select(Availability)).one().answer is Can.no
    claire.post(f"/planning/seasons/{season.id}/rules", data=RULES | {"version": str(season.rules.version)})
    assert not answered.is_struck  # the rules struck it, and want it again


def test_two_who_change_its_length_at_once_notice_each_other(claire, club):
    season = prepared(claire, club)
    version = str(season.rules.version)
    claire.post(f"/planning/seasons/{season.id}/rules", data=RULES | {"length": "7", "version": version})
    answer = claire.post(f"/planning/seasons/{season.id}/rules", data=RULES | {"length": "6", "version": version})
    assert answer.status_code == 409
    assert season.length == 7


def test_two_who_change_the_rules_at_once_notice_each_other(claire, club):
    season = prepared(claire, club)
    version = str(season.rules.version)
    mine, theirs = ({"quorum": quorum, "version": version} for quorum in ("4", "8"))
    assert claire.post(f"/planning/seasons/{season.id}/rules", data=RULES | theirs).status_code == 302
    answer = claire.post(f"/planning/seasons/{season.id}/rules", data=RULES | mine)
    assert answer.status_code == 409
    assert "Quorum" in first_in(answer.text, r"quelqu’un a enregistré.*?</ul>")[0]
    assert re.search(r'name="quorum"[^>]*value="4"', answer.text)
    assert season.rules.quorum == 8


def test_a_date_is_struck_and_comes_back(claire, club):
    season = prepared(claire, club)
    first, second = season.options[:2]
    for kept, standing in (([second.id], [False, True]), ([first.id, second.id], [True, True])):
        claire.post(f"/planning/seasons/{season.id}/dates", data={"kept": kept, "shown": [first.id, second.id]})
        assert [not each.is_struck for each in season.options[:2]] == standing
    assert not any(each.is_struck for each in season.options)


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (date(BEGINS.year, 11, 11), "C'est un jour férié"),
        (BEGINS - timedelta(30), "Choisissez un jour de la saison."),
        (None, "Indiquez une date"),
    ],
)
def test_a_date_that_cannot_be_is_not_added(claire, club, day, sentence):
    season = prepared(claire, club)
    before = len(season.options)
    new = {"day": day.isoformat() if day else "", "starts": "14:00", "ends": "18:00"}
    answer = claire.post(f"/planning/seasons/{season.id}/dates/add", data=new)
    assert any(sentence.replace("'", "’") in each for each in sentences(answer))
    assert len(season.options) == before


def test_the_dates_page_marks_school_holidays_eves_and_closed_companies(claire, club):
    season = prepared(claire, club)
    in_school = next(day for day in days_of(season) if is_school_holiday(day, Zone.a))
    nadia = next(each for each in the_club(club).memberships if each.person_id == club.nadia)
    a_wish(season, nadia).close([(in_school, in_school)])
    db.session.commit()
    page = claire.get(f"/planning/seasons/{season.id}/dates").text
    assert "Vacances scolaires, zone A" in page
    assert "Fermé\xa0: Tournage Edelweiss" in page


def test_school_holidays_beyond_what_is_published_are_typed_in(claire, club):
    far = known_until() + timedelta(days=30)
    span = {"starts_on": far.isoformat(), "ends_on": (far + timedelta(200)).isoformat()}
    season = prepared(claire, club, **span, school_rule="forbid")
    assert "Vacances inconnues" in claire.get(f"/planning/seasons/{season.id}/dates").text
    first = days_of(season)[0]
    typed = {"name": "Toussaint", "zone": "A", "starts_on": first.isoformat(), "ends_on": first.isoformat()}
    for _ in range(2):  # the second click adds nothing
        assert claire.post(f"/planning/clubs/{club.slug}/school", data=typed).status_code == 302
    assert first not in days_of(season)
    period = db.session.scalars(db.select(SchoolPeriod)).one()
    claire.post(f"/planning/clubs/{club.slug}/school/{period.id}/drop")
    assert first in days_of(season)
    wrong = claire.post(f"/planning/clubs/{club.slug}/school", data=typed | {"ends_on": "2020-01-01"})
    assert "dernier jour qui vient après" in wrong.text


def test_holidays_typed_in_reach_every_season_of_the_cluster_that_is_being_asked_about(claire, club):
    """Its dates are struck with what was said to them, and come back with it; who only avoids holidays keeps them."""
    ours = the_club(club)
    other = Club(slug="voisin", name="Club voisin", organisation=ours.organisation, charter_version=0)
    other.adopt("Chacun apporte quelque chose.")
    db.session.add(other)
    asked, calm = a_season_asked(other), a_season_asked(ours)
    asked.rules.school_rule = SchoolRule.forbid
    lay_out(asked, allowed_dates(asked, now().date()), now())
    db.session.flush()
    marc = next(each for each in ours.memberships if each.person_id == club.marc)
    day = next(each for each in asked.options if not each.is_struck)
    says(marc, day, Can.yes)
    db.session.commit()
    on, kept = day.day.isoformat(), len(days_of(calm))
    claire.post(
        f"/planning/clubs/{club.slug}/school", data={"name": "Pont", "zone": "A", "starts_on": on, "ends_on": on}
    )
    db.session.rollback()
    assert day.is_struck
    assert len(days_of(calm)) == kept
    period = db.session.scalars(db.select(SchoolPeriod)).one()
    claire.post(f"/planning/clubs/{club.slug}/school/{period.id}/drop")
    db.session.rollback()
    assert not day.is_struck
    assert [each.answer for each in day.availabilities] == [Can.yes]


# The question to the members


def letters():
    return db.session.scalars(db.select(Letter).order_by(Letter.id)).all()


def ask(claire, season, **changes):
    data = {"answer_by": (now().date() + timedelta(7)).isoformat()} | changes
    return claire.post(f"/planning/seasons/{season.id}/ask", data=data)


def test_every_member_gets_one_letter_with_a_link_of_his_own_and_the_season_is_polling(claire, club):
    season = prepared(claire, club)
    gone = a_member(the_club(club), a_person("louis"), a_company(the_club(club).organisation, "Partie"))
    gone.leave()
    db.session.commit()
    for _ in range(2):  # a second click sends nothing
        assert ask(claire, season).status_code == 302
    assert season.state is SeasonState.polling
    assert sorted(each.to_address for each in letters()) == [f"{n}@bourse.example" for n in ("hugo", "marc", "nadia")]
    links = {first_in(each.text, r"/planning/answers/\S+")[0] for each in letters()}
    assert len(links) == 3
    assert {each.reply_to for each in letters()} == {"claire@bourse.example"}


def test_a_season_without_dates_is_not_asked_about(claire, club):
    season = prepared(claire, club)
    claire.post(f"/planning/seasons/{season.id}/dates", data={"shown": [each.id for each in season.options]})
    assert "Aucune date n’est proposée" in ask(claire, season).text
    assert season.state is SeasonState.draft


@pytest.mark.parametrize("day", ["2020-01-01", "2099-01-01", "demain"])
def test_the_last_day_to_answer_is_to_come_and_before_the_dates(claire, club, day):
    season = prepared(claire, club)
    assert sentences(ask(claire, season, answer_by=day))
    assert letters() == []


def test_the_silent_are_reminded_at_most_once_a_day(claire, club, monkeypatch):
    season = a_season_asked(the_club(club))
    marc = next(each for each in the_club(club).memberships if each.person_id == club.marc)
    a_wish(season, marc)
    db.session.commit()
    for _ in range(2):
        claire.post(f"/planning/seasons/{season.id}/remind")
    assert sorted(each.to_address for each in letters()) == ["hugo@bourse.example", "nadia@bourse.example"]
    assert "manque encore" in letters()[0].text
    page = claire.get(f"/planning/seasons/{season.id}").text
    assert "un rappel pourra partir demain" in page
    tomorrow = now() + timedelta(days=1)
    monkeypatch.setattr("bourse.planning.views.now", lambda: tomorrow)
    claire.post(f"/planning/seasons/{season.id}/remind")
    assert len(letters()) == 4


def test_the_last_day_can_be_put_off(claire, club):
    season = a_season_asked(the_club(club))
    db.session.commit()
    later = now().date() + timedelta(20)
    claire.post(f"/planning/seasons/{season.id}/extend", data={"answer_by": later.isoformat()})
    assert season.rules.answer_by == later
    claire.post(f"/planning/seasons/{season.id}/extend", data={"answer_by": "2020-01-01"})
    assert season.rules.answer_by == later


def test_the_facilitator_sees_who_answered_whom_to_call_and_what_each_date_brings(claire, club):
    season = a_season_asked(the_club(club))
    members = {each.person_id: each for each in the_club(club).memberships}
    members[club.hugo].person.mobile = "+33639980021"
    a_wish(season, members[club.marc], theme="Recruter", urgency=3, months="10,11", hosting=Hosting.yes)
    a_wish(season, members[club.nadia], hosting=Hosting.not_this_year)
    db.session.commit()
    page = claire.get(f"/planning/seasons/{season.id}").text.replace("\xa0", " ")
    assert "2 sur 3 ont répondu" in page
    assert 'href="tel:+33639980021"' in page
    assert "Recruter" in page
    assert "octobre, novembre" in page
    assert "Le plus tôt possible" in page
    assert "2 oui" in page  # on Tuesdays
    assert "2 non" in page  # on Thursdays
    assert "Sous le quorum" in page


def test_the_page_of_the_club_leads_there(claire, club, app, visit):
    page = claire.get(f"/clubs/{club.slug}").text
    assert f"/planning/clubs/{club.slug}/prepare" in page
    season = a_season_asked(the_club(club))
    db.session.commit()
    assert f"/planning/seasons/{season.id}" in claire.get(f"/clubs/{club.slug}").text
    marc = visit(app.test_client(), "marc")
    for page in (f"/clubs/{club.slug}", "/"):
        assert f"/planning/seasons/{season.id}/wish" in marc.get(page).text
    membership = db.session.scalars(db.select(Membership).filter_by(person_id=club.marc)).one()
    a_wish(season, membership)
    db.session.commit()
    assert f"/planning/seasons/{season.id}/wish" not in marc.get("/").text
