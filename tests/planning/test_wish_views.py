"""A member says his wishes and his days: by link, on the page, or on the telephone."""

import re
from datetime import timedelta

import pytest

from bourse.clubs.models import Club, Membership
from bourse.db import db
from bourse.mailroom.models import Letter
from bourse.meetings.models import Season, SeasonState
from bourse.people.models import AuditEvent, Language
from bourse.planning import ask_link
from bourse.planning.ask_link import AskLink
from bourse.planning.models import Availability, DateOption, HostWish
from bourse.planning.states import Can, Hosting, How
from tests.cast import a_club
from tests.planning.season import a_season_asked, a_wish, says

KEY = "for the tests, always the same"
SAID = {"hosting": "yes", "months": ["10", "11"], "theme": "Recruter", "urgency": "3", "drawn": "UUUUUUU"}


@pytest.fixture
def database_url(either_database):
    return either_database


@pytest.fixture
def season(app, club):
    found = a_season_asked(db.session.get_one(Club, club.club))
    db.session.commit()
    return found.id


@pytest.fixture
def marc(club):
    return db.session.scalars(db.select(Membership).filter_by(person_id=club.marc)).one().id


def link(season, membership):
    return f"/planning/answers/{ask_link.sign(AskLink('season', season, membership), KEY)}"


def options(season, weekday=None):
    found = db.session.scalars(db.select(DateOption).filter_by(season_id=season).order_by(DateOption.starts_at)).all()
    return [each for each in found if weekday is None or each.day.weekday() == weekday]


def wish_of(membership):
    return db.session.scalars(db.select(HostWish).filter_by(membership_id=membership)).one()


def answers_of(membership):
    rows = db.session.scalars(db.select(Availability).filter_by(membership_id=membership))
    return {row.option_id: row.answer for row in rows}


def test_a_member_answers_by_his_link_without_signing_in(client, season, marc, club):
    address, (first, *_others) = link(season, marc), options(season, 3)
    page = client.get(address)
    assert page.status_code == 200
    assert (page.headers["Referrer-Policy"], page.headers["Cache-Control"]) == ("no-referrer", "no-store")
    assert "Ateliers Gentiane" in page.text
    assert "Marc E." in page.text
    assert "Marc Exemple" not in page.text
    said = SAID | {"weekday_1": "no", "weekday_3": "yes", f"date_{first.id}": "maybe"}
    answer = client.post(address, data=said)
    assert "Vos réponses sont enregistrées" in answer.text
    wish = wish_of(marc)
    assert (wish.hosting, wish.preferred_months, wish.theme, wish.urgency) == (Hosting.yes, [10, 11], "Recruter", 3)
    assert (wish.weekdays, wish.via, wish.by_id) == ("UNUYUUU", How.link, club.marc)
    assert answers_of(marc) == {first.id: Can.maybe}  # the sixty others follow the weekdays
    assert [each.act for each in db.session.scalars(db.select(AuditEvent))] == ["wish"]


def test_the_page_shows_what_was_said_and_only_what_differs_is_stored_again(client, season, marc, app, visit):
    (first, second, *_others) = options(season, 3)
    client.post(link(season, marc), data=SAID | {"weekday_3": "yes", f"date_{first.id}": "no"})
    signed_in = visit(app.test_client(), "marc")
    page = signed_in.get(f"/planning/seasons/{season}/wish").text
    assert checked(page) >= {("hosting", "yes"), ("months", "10"), ("urgency", "3"), ("weekday_3", "yes")}
    assert (f"date_{first.id}", "no") in checked(page)
    assert (f"date_{second.id}", "yes") in checked(page)
    assert re.search(r'name="drawn"[^>]*value="UUUYUUU"', page)
    # Everything comes back as the page drew it, but the weekday: all dates follow, and the one that differed agrees.
    whole = dict(checked(page)) | {"drawn": "UUUYUUU", "weekday_3": "no"}
    assert signed_in.post(f"/planning/seasons/{season}/wish", data=whole).status_code == 302
    assert wish_of(marc).weekdays == "UUUNUUU"
    assert wish_of(marc).via is How.page
    assert answers_of(marc) == {}


def checked(page):
    """What is ticked, as (name, value)."""
    inputs = re.findall(r'<input type="(?:radio|checkbox)" name="(\w+)" value="(\w+)" checked>', page)
    return set(inputs)


def test_dates_that_come_later_lose_no_answer(client, season, marc, app, visit):
    (first, *_others) = options(season, 3)
    client.post(link(season, marc), data=SAID | {"weekday_3": "yes", f"date_{first.id}": "no"})
    claire = visit(app.test_client(), "claire")
    monday = first.day + timedelta(days=4)
    new = {"day": monday.isoformat(), "starts": "14:00", "ends": "18:00"}
    assert claire.post(f"/planning/seasons/{season}/dates/add", data=new).status_code == 302
    claire.post(f"/planning/seasons/{season}/dates", data={"shown": [first.id]})  # struck, and then kept again
    assert f'"date_{first.id}"' not in client.get(link(season, marc)).text
    client.post(link(season, marc), data=SAID | {"weekday_3": "yes", "drawn": "UUUYUUU"})
    claire.post(f"/planning/seasons/{season}/dates", data={"shown": [first.id], "kept": [first.id]})
    assert answers_of(marc) == {first.id: Can.no}
    page = client.get(link(season, marc)).text
    assert (f"date_{first.id}", "no") in checked(page)
    assert 'name="weekday_0"' in page


def test_closed_periods_are_kept_and_half_of_one_is_refused(client, season, marc):
    (first, *_others) = options(season)
    period = {"closed_from_0": first.day.isoformat(), "closed_to_0": (first.day + timedelta(9)).isoformat()}
    client.post(link(season, marc), data=SAID | period)
    assert wish_of(marc).is_closed(first.day + timedelta(9))
    for wrong, sentence in (
        ({"closed_to_0": ""}, "Indiquez les deux jours"),
        ({"closed_to_0": "2020-01-01"}, "dernier jour qui vient après"),
        ({"closed_to_0": "x"}, "Indiquez une date"),
    ):
        answer = client.post(link(season, marc), data=SAID | period | wrong | {"theme": "Autre"})
        assert sentence in answer.text
        assert 'value="Autre"' in answer.text
    assert (wish_of(marc).theme, len(wish_of(marc).closures)) == ("Recruter", 1)
    client.post(link(season, marc), data=SAID)
    assert wish_of(marc).closures == []


@pytest.mark.parametrize(
    "nonsense",
    [
        {"hosting": "peut-être", "urgency": "99", "months": ["13", "0"], "weekday_3": "x", "drawn": "YY"},
        {"urgency": "\0", "drawn": "é" * 7, "date_1": "\0", "weekday_9": "yes", "date_99999999": "yes"},
        {"theme": "x" * 201},
        {"months": ["x"]},
    ],
)
def test_nonsense_never_breaks_anything(client, season, marc, nonsense):
    assert client.post(link(season, marc), data=SAID | nonsense).status_code == 200
    wishes = db.session.scalars(db.select(HostWish)).all()
    assert all(wish.urgency <= 3 and wish.months in ("", "10,11") for wish in wishes)
    assert all(len(wish.weekdays) == 7 and len(wish.theme) <= 200 for wish in wishes)


def test_the_facilitator_notes_what_she_hears_on_the_telephone(season, marc, app, visit, club):
    claire = visit(app.test_client(), "claire")
    page = claire.get(f"/planning/seasons/{season}/members/{marc}")
    assert "Marc Exemple\N{NO-BREAK SPACE}: ses souhaits" in page.text
    said = SAID | {"weekday_3": "maybe"}
    assert claire.post(f"/planning/seasons/{season}/members/{marc}", data=said).status_code == 302
    assert (wish_of(marc).via, wish_of(marc).by_id) == (How.phone, club.claire)
    assert "par téléphone" in claire.get(f"/planning/seasons/{season}").text


def test_the_facilitator_says_her_own_days(season, app, visit, club):
    claire = visit(app.test_client(), "claire")
    page = claire.get(f"/planning/seasons/{season}/wish").text
    assert "Recevoir le club" not in page  # she has no company
    assert claire.post(f"/planning/seasons/{season}/wish", data={"weekday_3": "no"}).status_code == 302
    mine = db.session.scalars(db.select(Membership).filter_by(person_id=club.claire)).one()
    assert wish_of(mine.id).weekdays == "UUUNUUU"


@pytest.mark.parametrize("end", ["left", "closed account", "published", "another club"])
def test_a_link_ends_with_what_it_is_for(client, season, marc, end):
    address = link(season, marc)
    membership = db.session.get_one(Membership, marc)
    if end == "left":
        membership.leave()
    elif end == "closed account":
        membership.person.is_closed = True
    elif end == "published":
        db.session.get_one(Season, season).state = SeasonState.published
    else:
        elsewhere = a_club("autre-club")
        db.session.flush()
        db.session.get_one(Season, season).club_id = elsewhere.id
    db.session.commit()
    status = 410 if end == "published" else 404
    page = client.get(address)
    assert (page.status_code, "La saison est publiée" in page.text) == (status, status == 410)
    assert client.post(address, data=SAID).status_code == status
    assert db.session.scalars(db.select(HostWish)).all() == []


def test_a_link_for_one_thing_opens_no_other(client, season, marc, club):
    for token in ("x", ask_link.sign(AskLink("meeting", club.meeting, marc), KEY)):
        assert client.get(f"/planning/answers/{token}").status_code == 404


def test_two_members_do_not_read_each_other(client, season, marc, club, app, visit):
    membership = db.session.get_one(Membership, marc)
    a_wish(db.session.get_one(Season, season), membership, theme="Un secret", urgency=3)
    says(membership, options(season)[0], Can.no)
    db.session.commit()
    nadia = db.session.scalars(db.select(Membership).filter_by(person_id=club.nadia)).one()
    pages = (
        client.get(link(season, nadia.id)).text
        + visit(app.test_client(), "nadia").get(f"/planning/seasons/{season}/wish").text
    )
    assert "Un secret" not in pages
    assert "Marc" not in pages
    assert checked(pages) == {("urgency", "0")}


def test_the_letter_and_the_page_speak_english_to_who_does(season, marc, app, visit):
    person = db.session.get_one(Membership, marc).person
    person.language = Language.en
    db.session.commit()
    page = visit(app.test_client(), "marc").get(f"/planning/seasons/{season}/wish").text
    assert "Can you host the club at Ateliers Gentiane?" in page
    claire = visit(app.test_client(), "claire")
    claire.post(f"/planning/seasons/{season}/remind")
    letter = db.session.scalars(db.select(Letter).filter_by(to_address=person.email)).one()
    assert letter.subject.startswith("Your wishes by")


def seen_in(page):
    """The mark by which a page says what was known of the answers when it was drawn."""
    found = re.search(r'name="seen"[^>]*value="([^"]*)"', page)
    assert found
    return found[1]


def test_who_answers_while_somebody_notes_it_by_telephone_is_shown_both(client, season, marc, app, visit, club):
    (first, *_others) = options(season, 3)
    address = link(season, marc)
    old = SAID | {"seen": seen_in(client.get(address).text), "weekday_3": "yes"}
    claire = visit(app.test_client(), "claire")
    heard = SAID | {"theme": "Recruter deux personnes", "weekday_3": "no", f"date_{first.id}": "maybe"}
    claire.post(f"/planning/seasons/{season}/members/{marc}", data=heard)
    answer = client.post(address, data=old)
    page = answer.text.replace("\u00a0", " ")
    assert answer.status_code == 409
    for words in ("Claire Exemple a répondu entre-temps", "Recruter deux personnes", "Le jeudi : Non"):
        assert words in page
    assert "Mois préférés :" not in page  # there both say the same
    assert ("weekday_3", "yes") in checked(page)  # what was typed comes back
    assert wish_of(marc).weekdays == "UUUNUUU"
    again = client.post(address, data=old | {"seen": seen_in(page)})
    assert "Vos réponses sont enregistrées" in again.text
    assert (wish_of(marc).weekdays, wish_of(marc).via, wish_of(marc).theme) == ("UUUYUUU", How.link, "Recruter")
    page = claire.get(f"/planning/seasons/{season}/members/{marc}").text.replace("\u00a0", " ")
    assert "Répondu par Marc Exemple" in page
    # Who sends what the other one has noted as well is shown nothing, and neither is who corrects himself.
    same = claire.post(f"/planning/seasons/{season}/members/{marc}", data=old | {"seen": ""})
    assert same.status_code == 302
    assert claire.post(f"/planning/seasons/{season}/members/{marc}", data=heard | {"seen": ""}).status_code == 302
