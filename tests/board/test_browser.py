"""The board in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.board.on_the_day import hold, idea_of, jot


@pytest.fixture
def claire(app, club, visit):
    hold(club)
    claire = visit(app.test_client(), "claire")
    claire.post(f"/agenda/{club.meeting}/write")
    return claire


@pytest.fixture
def phone(claire, club, runner, page):
    """marc's phone, on the board."""
    page.clock.install()
    page.goto(runner.invoke(args=["link", club.address("marc")]).stdout.strip())
    page.get_by_role("button", name="Entrer").click()
    page.goto(f"/board/{club.meeting}")
    return page


def test_a_card_is_added_and_taken_back_by_hand(phone):
    phone.get_by_label("Votre carte").fill("Filmer les réglages")
    phone.get_by_role("button", name="Ajouter cette carte").click()
    expect(phone.get_by_role("heading", name="Vos cartes (1)")).to_be_visible()
    phone.get_by_role("button", name="Retirer").click()
    expect(phone.get_by_role("heading", name="Vos cartes (0)")).to_be_visible()
    assert idea_of("Filmer les réglages").state == "withdrawn"


def test_the_reveal_is_told_without_taking_what_was_being_typed(phone, claire, club):
    jot(claire, club, "une carte de Claire", author=club.claire)
    phone.get_by_label("Votre carte").fill("à moitié écrite")
    claire.post(f"/agenda/{club.meeting}/reveal")
    phone.clock.fast_forward(10_000)
    expect(phone.get_by_text("Les cartes ont changé")).to_be_visible()
    expect(phone.get_by_label("Votre carte")).to_have_value("à moitié écrite")
    phone.get_by_role("link", name="Voir les cartes").click()
    expect(phone.get_by_text("une carte de Claire")).to_be_visible()
