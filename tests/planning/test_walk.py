"""A season from the wishes to a change of plan, by the words on the page, on a screen and on phones."""

import time

import pytest

from bourse.clock import now
from bourse.clubs.models import Club, Membership
from bourse.db import db
from bourse.meetings.models import Meeting
from bourse.planning import ask_link
from bourse.planning.ask_link import AskLink
from bourse.planning.proposal_models import latest
from bourse.planning.worker import Foreman
from tests.browser.coming_in import let_in
from tests.conftest import ON_A_PHONE
from tests.planning.season import a_season_asked

KEY = "for the tests, always the same"


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


@pytest.fixture
def foreman(app):
    found = Foreman()
    yield found
    found.end()


def last_of(season):
    found = latest(season)
    assert found
    return found


def solved(season, foreman):
    db.session.rollback()
    proposal, until = last_of(season), time.monotonic() + 60
    while proposal.is_busy and time.monotonic() < until:
        foreman.look(now())
        time.sleep(0.1)
        db.session.rollback()
    assert proposal.has_plan


def meetings_of(season):
    db.session.rollback()
    return list(db.session.scalars(db.select(Meeting).filter_by(season_id=season.id).order_by(Meeting.starts_at)))


def no_wider_than_the_screen(page):
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def link_of(season, member):
    return f"/planning/answers/{ask_link.sign(AskLink('season', season.id, member.id), KEY)}"


def says_his_wishes(phone, link):
    """Without signing in."""
    phone.goto(link)
    phone.get_by_role("radio", name="Oui, cette saison").check()
    phone.get_by_role("group", name="Le jeudi").get_by_role("radio", name="Oui").check()
    phone.get_by_role("button", name="Envoyer mes réponses").click()
    phone.get_by_text("Vos réponses sont enregistrées").wait_for()
    phone.context.close()


def test_a_season_is_planned_published_and_planned_again(page, browser, live, runner, club, foreman):
    season = a_season_asked(db.session.get_one(Club, club.club), days=90)
    season.length = 2
    links = [link_of(season, each) for each in db.session.scalars(db.select(Membership)) if each.company_id]
    db.session.commit()
    for link in links:
        says_his_wishes(browser.new_context(base_url=live, **ON_A_PHONE).new_page(), link)

    let_in(page, runner, "claire")
    page.goto(f"/planning/seasons/{season.id}")
    page.get_by_role("link", name="Le plan de la saison").click()
    page.get_by_role("button", name="Proposer un plan").click()
    page.get_by_text("La recherche va commencer").wait_for()
    solved(season, foreman)
    page.get_by_role("row", name="Jour qui convient").first.wait_for(timeout=15_000)  # the page followed by itself
    no_wider_than_the_screen(page)

    page.get_by_role("link", name="Ajuster la rencontre 1").click()
    chosen = page.get_by_label("Date").locator("option").nth(3)
    day = chosen.inner_text().rpartition(" (")[0]
    page.get_by_label("Date").select_option(label=chosen.inner_text())
    no_wider_than_the_screen(page)
    page.get_by_role("button", name="Appliquer").click()
    page.get_by_role("row", name=day).get_by_text("Verrouillée").wait_for()
    page.get_by_role("button", name="Recalculer en gardant mes choix").click()
    solved(season, foreman)
    page.get_by_role("row", name=day).get_by_text("Verrouillée").wait_for(timeout=15_000)

    page.get_by_role("link", name="Publier la saison…").click()
    no_wider_than_the_screen(page)
    page.get_by_role("button", name="Publier la saison").click()
    page.get_by_text("La saison est publiée").wait_for()
    before = meetings_of(season)
    assert [len(each.invited) for each in before] == [3, 3]
    uids, gone = [each.uid for each in before], before[1].host

    page.get_by_role("link", name="Replanifier").click()
    page.get_by_role("checkbox", name=f"{gone.person.given_name} ne reçoit plus").check()
    page.get_by_role("button", name="Proposer un nouveau plan").click()
    solved(season, foreman)
    page.get_by_role("heading", name="Ce qui change").wait_for(timeout=15_000)
    page.get_by_role("link", name="Publier les changements…").click()
    page.get_by_text("avant").first.wait_for()
    page.get_by_role("button", name="Publier les changements").click()
    page.get_by_text("La saison est publiée").wait_for()
    after = meetings_of(season)
    assert sorted(each.uid for each in after) == sorted(uids)
    assert gone.id not in {each.host_id for each in after}
    assert {each.person_id for each in after[0].invited} == {club.hugo, club.marc, club.nadia}
