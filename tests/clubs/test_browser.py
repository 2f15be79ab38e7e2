"""The directory in a real browser: what is found as one types is what the server finds."""

import pytest
from lxml import html
from playwright.sync_api import Page, expect

from bourse.clubs.models import Company, Membership
from bourse.db import db
from tests.browser.coming_in import let_in
from tests.cast import Cast, Visit

QUERIES = ("", "marc", "GENTIANE", "fraisage", "5  axes", "régl poly", "l'arve", "Straße", "strasse", "—", "o", "xyz")


@pytest.fixture
def database_url(fresh_sqlite: str) -> str:
    return fresh_sqlite


@pytest.fixture
def phone(page: Page, club: Cast, runner) -> Page:
    """nadia's phone, on the directory."""
    mine = db.session.scalars(db.select(Membership).filter_by(person_id=club.marc)).one()
    mine.brings, mine.looks_for, mine.job_title = "Une grille\nde polyvalence", "Des régleurs", "Gérant – Straße"
    company = db.session.get_one(Company, mine.company_id)
    company.know_how, company.commune = "fraisage, usinage 5 axes", "Marnaz sur l’Arve"
    db.session.commit()
    let_in(page, runner, "nadia")
    page.goto(f"/clubs/{club.slug}")
    return page


def shown(page: Page) -> list[str]:
    return page.locator("#directory tbody th:visible > a").all_inner_texts()


def test_typing_finds_what_the_server_finds(phone: Page, club: Cast, client, visit: Visit) -> None:
    visit(client, "nadia")
    for query in QUERIES:
        phone.get_by_role("searchbox").fill(query)
        tree = html.fromstring(client.get(f"/clubs/{club.slug}", query_string={"q": query}).text)
        rows = tree.xpath("//table[@id='directory']//tr[not(@hidden)]/th[@scope='row']/a[1]/text()")
        assert shown(phone) == rows, query
        said = tree.xpath("string(//form[@role='search']//*[@role='status'])")
        assert phone.locator(".find [role=status]").inner_text() == said.strip(), query


def test_the_address_follows_and_escape_shows_everybody(phone: Page, club: Cast) -> None:
    search = phone.get_by_role("searchbox")
    search.press_sequentially("rien de tel")
    expect(phone.get_by_role("heading", name="Personne ne correspond")).to_be_visible()
    assert phone.url.endswith(f"/clubs/{club.slug}?q=rien%20de%20tel")
    search.press("Escape")
    assert len(shown(phone)) == 3
    assert phone.url.endswith(f"/clubs/{club.slug}")
    phone.get_by_role("link", name="fraisage").click()
    expect(search).to_have_value("fraisage")
    assert shown(phone) == ["Marc Exemple"]
    search.fill("")
    assert len(shown(phone)) == 3
