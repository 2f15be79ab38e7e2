"""Sixty dates in a minute: one tap a weekday, on a phone; a meeting is dragged to another date."""

import pytest

from bourse.clubs.models import Club, Membership
from bourse.db import db
from bourse.people.models import Person
from bourse.planning import ask_link
from bourse.planning.ask_link import AskLink
from bourse.planning.models import Availability, HostWish
from bourse.planning.plan_views import sheet_at
from tests.browser.coming_in import let_in
from tests.planning.season import a_plan, a_season_asked, a_wish


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


def test_a_weekday_fills_in_its_dates_and_one_that_differs_stays(page, club):
    season = a_season_asked(db.session.get_one(Club, club.club))
    marc = db.session.scalars(db.select(Membership).filter_by(person_id=club.marc)).one()
    token = ask_link.sign(AskLink("season", season.id, marc.id), "for the tests, always the same")
    thursdays = [each.id for each in season.options if each.day.weekday() == 3]
    db.session.commit()
    page.goto(f"/planning/answers/{token}")
    page.get_by_role("group", name="Le jeudi").get_by_role("radio", name="Oui").check()
    for summary in page.locator("summary").all():
        summary.click()
    assert page.locator("[data-weekday='3'] input[value=yes]:checked").count() == len(thursdays)
    page.locator(f"input[name=date_{thursdays[0]}][value=no]").check()
    page.get_by_role("group", name="Le jeudi").get_by_role("radio", name="S’il le faut").check()
    assert page.locator("[data-weekday='3'] input[value=maybe]:checked").count() == len(thursdays) - 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Envoyer mes réponses").click()
    page.get_by_text("Vos réponses sont enregistrées").wait_for()
    db.session.rollback()
    assert db.session.scalars(db.select(HostWish)).one().weekdays == "UUUMUUU"
    assert [each.option_id for each in db.session.scalars(db.select(Availability))] == [thursdays[0]]


def test_a_meeting_is_dragged_by_its_number(page, club, runner):
    """Onto another one to swap, onto a free date to move: the page says what it would do before it is done."""
    season = a_season_asked(db.session.get_one(Club, club.club))
    season.length = 2
    for member in db.session.scalars(db.select(Membership).where(Membership.company_id.is_not(None))):
        a_wish(season, member, weekdays="UUUYUUU")
    proposal = a_plan(season, db.session.get_one(Person, club.claire))
    db.session.commit()
    first, second = sheet_at(proposal).rows
    let_in(page, runner, "claire")
    page.goto(f"/planning/seasons/{season.id}/plan")

    def drag(number, onto):
        page.locator(f"#m{number}").scroll_into_view_if_needed()
        page.locator(f"#m{number} [data-grip]").hover()
        page.mouse.down()
        page.mouse.move(200, 200, steps=3)
        page.locator("#drop [data-effect]").get_by_text("Lâchez").wait_for()
        onto.hover(force=True)
        page.locator("#drop").get_by_text("Pour la saison").wait_for()

    drag(2, page.locator("#drop li").first)
    page.keyboard.press("Escape")
    assert page.locator("#drop").is_hidden()
    page.mouse.up()
    drag(2, page.locator("#drop li").first)
    with page.expect_navigation():
        page.mouse.up()
    page.get_by_text("Modifiée par Claire").first.wait_for()
    db.session.rollback()
    assert {row.host for row in sheet_at(proposal).rows} == {first.host, second.host}
    moved = next(row for row in sheet_at(proposal).rows if row.host == second.host)
    assert moved.slot not in (first.slot, second.slot)
    assert moved.is_locked
