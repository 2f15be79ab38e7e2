"""Sixty dates in a minute: one tap a weekday, on a phone."""

import pytest

from bourse.clubs.models import Club, Membership
from bourse.db import db
from bourse.planning import ask_link
from bourse.planning.ask_link import AskLink
from bourse.planning.models import Availability, HostWish
from tests.planning.season import a_season_asked


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
