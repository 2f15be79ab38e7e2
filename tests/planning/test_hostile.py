"""What a hostile browser sends to the room of planning: it is refused in words, and breaks nothing."""

import re
from datetime import time
from io import BytesIO

import pytest

from bourse.clubs.models import Club
from bourse.db import db
from bourse.meetings.models import Meeting
from bourse.people.models import Person
from bourse.planning import letters
from bourse.planning.ask_link import AskLink, sign
from bourse.planning.states import Hosting
from tests.planning.season import a_plan, a_poll, a_season_asked, a_wish

HUGE = "9" * 400


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


@pytest.fixture
def claire(client, club, visit):
    return visit(client, "claire")


@pytest.fixture
def season(app, club):
    found = a_season_asked(db.session.get_one(Club, club.club))
    found.length = 2
    for each in found.club.memberships:
        if each.company:
            a_wish(found, each, weekdays="UUUYUUU")
    db.session.commit()
    return found


def url(season, rest=""):
    return f"/planning/seasons/{season.id}{rest}"


def typed(season, **more):
    """The form of the rules, as its page sends it."""
    rules = season.rules
    known = {"name": season.name, "starts_on": season.starts_on, "ends_on": season.ends_on, "length": season.length}
    names: tuple[str, ...] = (
        "min_gap",
        "target_gap",
        "gap_tolerance",
        "quorum",
        "notice",
        "school_rule",
        "zone",
        "version",
    )
    names += ("attendance", "fairness", "waiting", "urgency", "travel", "cadence")
    known |= {name: getattr(rules, name) for name in names} | {f"weekday_{n}": -1 for n in range(4)}
    known |= {"weekday_0": 3, "starts_0": "14:00", "ends_0": "18:00"} | more
    db.session.rollback()
    return known


ODD_RULES = (
    {"length": HUGE},
    {"quorum": f"-{HUGE}"},
    {"starts_on": "9999-07-01", "ends_on": "9999-12-31"},
    {"starts_on": "0001-01-01", "ends_on": "0001-06-30"},
    {"starts_0": "14:00:10", "ends_0": "14:00:50"},
    {"zone": "Z", "school_rule": "", "cadence": "\0"},
    {"version": HUGE, "weekday_0": HUGE},
)


def test_rules_that_no_calendar_can_hold_are_asked_for_again(claire, season):
    for odd in ODD_RULES:
        answer = claire.post(url(season, "/rules"), data=typed(season, **odd))
        assert answer.status_code == 200, odd
        assert "indiquez" in answer.text.lower() or "choisissez" in answer.text.lower()
    db.session.rollback()
    assert (season.rules.version, season.length) == (1, 2)


def test_hours_are_those_of_whole_minutes_so_that_a_plan_stands_where_its_date_does(claire, season):
    claire.post(url(season, "/rules"), data=typed(season, starts_0="14:00:30", ends_0="18:00:30"))
    db.session.rollback()
    assert {(each.starts, each.ends) for each in season.rules.hours} == {(time(14), time(18))}


def test_days_that_no_calendar_holds_are_no_days(claire, season, club):
    """A day more, school holidays, a closed company, and a few days for a meeting that moves."""
    far = {f"day_{n}": f"9999-12-{29 + n}" for n in range(3)}
    answers = [
        claire.post(url(season, "/dates/add"), data={"day": "0001-01-01", "starts": "00:00", "ends": "00:30"}),
        claire.post(
            f"/planning/clubs/{club.slug}/school",
            data={"name": "x", "zone": "A", "starts_on": "9999-07-01", "ends_on": "9999-12-31"},
        ),
        claire.post(
            url(season, "/wish"), data={"drawn": "UUUUUUU", "closed_from_0": "0001-01-01", "closed_to_0": "0001-01-02"}
        ),
        claire.post(
            f"/planning/meetings/{club.meeting}/ask",
            data=far | {"starts": "14:00", "ends": "18:00", "answer_by": "9999-12-20"},
        ),
    ]
    assert [each.status_code for each in answers] == [200] * 4
    assert all("Indiquez une date, comme 12/03/2027." in each.text for each in answers)


def test_numbers_files_and_json_where_they_do_not_belong_break_nothing(claire, season, club, visit, app):
    a_plan(season, db.session.get_one(Person, club.claire))
    a_poll(db.session.get_one(Meeting, club.meeting))
    db.session.commit()
    marc = visit(app.test_client(), "marc")
    for number in (HUGE, "99999999999999999999", "-1", "x", "\0"):
        assert claire.get(url(season, "/plan"), query_string={"number": number}).status_code == 200
        assert claire.get(url(season, "/plan/compare"), query_string={"number": number}).status_code == 404
    for json in ("[" * 10_000, '{"hosting": {"a": 1}, "months": 5, "theme": 7}', "7", "{"):
        answer = marc.post(url(season, "/wish"), data=json, content_type="application/json")
        assert answer.status_code < 500
    for name in ("theme", "hosting", "months", "closed_from_0", "weekday_3"):
        answer = marc.post(url(season, "/wish"), data={"drawn": "UUUUUUU", name: (BytesIO(b"x"), "a.txt")})
        assert answer.status_code == 302
    answer = marc.post(url(season, "/wish"), data={"months": ["13", "0", "-4", "5", "5"] * 5000, "drawn": "Y" * 5000})
    assert answer.status_code == 302
    wish = next(each for each in season.wishes if each.membership.person_id == club.marc)
    assert (wish.months, wish.urgency) == ("5", 0)
    every = [str(each) for each in range(10_000)]
    assert claire.post(url(season, "/dates"), data={"kept": every, "shown": every}).status_code == 302
    assert claire.post(f"/planning/meetings/{club.meeting}/pick", data={"option": HUGE}).status_code == 302


def test_whatever_follows_a_link_and_sends_an_empty_page_takes_nothing_back(app, season, club):
    """Mail scanners look at links, and some press the button."""
    marc = next(each for each in season.wishes if each.membership.person_id == club.marc).membership
    address = f"/planning/answers/{sign(AskLink('season', season.id, marc.id), app.config['SECRET_KEY'])}"
    for ask in (app.test_client().head, app.test_client().get, app.test_client().post):
        assert ask(address).status_code == 200
    db.session.rollback()
    kept = next(each for each in season.wishes if each.membership_id == marc.id)
    assert (kept.hosting, kept.weekdays) == (Hosting.yes, "UUUYUUU")


def test_a_link_that_went_to_a_wrong_address_ends_when_the_address_is_corrected(app, client, season, club):
    marc = db.session.get_one(Person, club.marc)
    membership = next(each for each in marc.memberships)
    with app.test_request_context():
        (old,) = re.findall(r"/planning/answers/\S+", letters.wishes(season, membership).text)
    assert client.get(old).status_code == 200
    marc.email = "marc.corrige@bourse.example"
    db.session.commit()
    with app.test_request_context():
        (new,) = re.findall(r"/planning/answers/\S+", letters.wishes(season, membership).text)
    db.session.rollback()
    assert client.get(old).status_code == 404
    assert client.post(old, data={"drawn": "UUUUUUU", "hosting": "later"}).status_code == 404
    assert client.get(new).status_code == 200
    assert marc.email not in new
