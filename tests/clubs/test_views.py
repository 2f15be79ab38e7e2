"""The club's pages, as each person finds them."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml import html

from bourse.clubs.models import Agenda, Club, Membership
from bourse.clubs.rules import Rule
from bourse.db import db
from bourse.people.models import AuditEvent
from tests.cast import Cast, Visit


@pytest.fixture
def database_url(either_database):
    return either_database


LIST = Path(__file__).parent / "lists" / "membres.xlsx"


def membership(person: int) -> Membership:
    db.session.expire_all()
    return db.session.scalars(db.select(Membership).filter_by(person_id=person)).one()


def upload(client: FlaskClient, club: Cast, content: bytes | None = None, name: str = "membres.xlsx"):
    """Sends the file as a browser does."""
    head = f'--end\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + (LIST.read_bytes() if content is None else content) + b"\r\n--end--\r\n"
    return client.post(f"/clubs/{club.slug}/import", data=body, content_type="multipart/form-data; boundary=end")


# The club


def test_members_find_each_other_and_only_claire_finds_numbers(client: FlaskClient, club: Cast, visit: Visit) -> None:
    page = visit(client, "marc").get(f"/clubs/{club.slug}").text
    assert "Nadia Exemple" in page
    assert "Tournage Edelweiss" in page
    assert "nadia@bourse.example" not in page
    assert "nadia@bourse.example" in visit(client, "claire").get(f"/clubs/{club.slug}").text


@pytest.mark.parametrize("page", ["", "/charter", "/charter/new", "/members/new", "/import", "/me", "/settings"])
def test_a_stranger_finds_no_club(client: FlaskClient, club: Cast, visit: Visit, page: str) -> None:
    assert visit(client, "stranger").get(f"/clubs/{club.slug}{page}").status_code == 404


@pytest.mark.parametrize("page", ["/charter/new", "/members/new", "/import", "/settings"])
def test_a_member_does_not_find_the_facilitators_pages(
    client: FlaskClient, club: Cast, visit: Visit, page: str
) -> None:
    assert visit(client, "marc").get(f"/clubs/{club.slug}{page}").status_code == 404


def test_who_has_left_finds_nothing_any_more(client: FlaskClient, club: Cast, visit: Visit) -> None:
    membership(club.marc).leave()
    db.session.commit()
    assert visit(client, "marc").get(f"/clubs/{club.slug}").status_code == 404


# The directory


def shown_to(client: FlaskClient, club: Cast, query: str = "") -> list[str]:
    """The given names in the rows that are not hidden."""
    tree = html.fromstring(client.get(f"/clubs/{club.slug}{query}").text)
    names = tree.xpath("//table[@id='directory']//tr[not(@hidden)]/th[@scope='row']/a/text()")
    return [name.split()[0] for name in names]


def test_the_directory_finds_by_what_one_remembers(client: FlaskClient, club: Cast, visit: Visit) -> None:
    mine = membership(club.marc)
    mine.brings, mine.looks_for = "Une grille de polyvalence", "Des régleurs"
    assert mine.company
    mine.company.know_how = "fraisage, usinage 5 axes"
    db.session.commit()
    visit(client, "nadia")
    assert shown_to(client, club) == ["Hugo", "Marc", "Nadia"]
    for words in ("grille", "REGLEURS+polyva", "gentiane", "Fraisage", "5+axes", "exemple+marc"):
        assert shown_to(client, club, f"?q={words}") == ["Marc"], words
    assert "1\xa0membre sur 3" in client.get(f"/clubs/{club.slug}?q=fraisage").text
    assert '?q=usinage%205%20axes#members">usinage 5 axes</a>' in client.get(f"/clubs/{club.slug}").text


def test_nobody_found_leaves_a_way_back(client: FlaskClient, club: Cast, visit: Visit) -> None:
    assert shown_to(visit(client, "nadia"), club, "?q=horlogerie") == []
    page = html.fromstring(client.get(f"/clubs/{club.slug}?q=horlogerie").text)
    assert page.xpath("//div[@id='nobody'][not(@hidden)]//a/@href") == [f"/clubs/{club.slug}#members"]
    assert page.xpath("//input[@id='q']/@value") == ["horlogerie"]


@pytest.mark.parametrize("query", ["?q=%00", "?q=" + "x" * 5_000, "?q=<script>", "?q=%25", "?q=%FF"])
def test_any_search_gets_a_page(client: FlaskClient, club: Cast, visit: Visit, query: str) -> None:
    answer = visit(client, "nadia").get(f"/clubs/{club.slug}{query}")
    assert answer.status_code == 200
    assert "<script>" not in answer.text


# Settings

SETTINGS = {"name": "Club des Aravis", "capacity": "12", "quorum": "5", "agenda": "short", "timezone": "Europe/Zurich"}


def test_claire_sets_her_club_up(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url = f"/clubs/{club.slug}/settings"
    assert 'selected value="Europe/Paris"' in visit(client, "claire").get(url).text
    assert client.post(url, data=SETTINGS | {"competition_reminder": "Ni prix, ni marges."}).status_code == 302
    row = db.session.get_one(Club, club.club)
    assert (row.name, row.capacity, row.quorum, row.agenda, row.timezone) == (
        *("Club des Aravis", 12, 5),
        *(Agenda.short, "Europe/Zurich"),
    )
    assert row.competition_reminder == "Ni prix, ni marges."
    assert db.session.query(AuditEvent).filter_by(act="settings").count() == 1


def test_claire_switches_a_letter_off(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url = f"/clubs/{club.slug}/settings"
    page = html.fromstring(visit(client, "claire").get(url).text)
    assert len(page.xpath("//input[@name='rules' and @checked]")) == len(Rule)
    client.post(url, data=SETTINGS | {"rules": [rule for rule in Rule if rule is not Rule.ask_last]})
    assert db.session.get_one(Club, club.club).rules_off == ["ask_last"]
    page = html.fromstring(client.get(url).text)
    assert page.xpath("//input[@name='rules' and not(@checked)]/@value") == ["ask_last"]
    assert db.session.query(AuditEvent).filter_by(act="switch_rules").count() == 1
    assert "Rechargez la page" in client.post(url, data=SETTINGS | {"rules": ["nap"]}).text


def test_what_cannot_be_set_gets_a_sentence(client: FlaskClient, club: Cast, visit: Visit) -> None:
    typed = {"name": "", "capacity": "4", "quorum": "9", "agenda": "nap", "timezone": "Europe/Atlantis"}
    page = visit(client, "claire").post(f"/clubs/{club.slug}/settings", data=typed).text
    for sentence in (
        "Indiquez le nom du club.",
        "Indiquez un quorum qui ne dépasse pas le nombre de places.",
        "Choisissez un ordre du jour.",
        "Choisissez un fuseau horaire.",
    ):
        assert sentence in page
    assert 'value="9"' in page
    assert client.post(f"/clubs/{club.slug}/settings", data=SETTINGS | {"capacity": "x"}).status_code == 200
    assert db.session.get_one(Club, club.club).capacity == 20


# Charter


def adopt(client: FlaskClient, club: Cast, text: str, version: int = 1):
    return client.post(f"/clubs/{club.slug}/charter/new", data={"text": text, "version": str(version), "confirm": "y"})


def test_a_new_charter_is_accepted_again_by_everybody(client: FlaskClient, club: Cast, visit: Visit) -> None:
    adopt(visit(client, "claire"), club, "Deux promesses.")
    assert not membership(club.marc).has_signed
    answer = visit(client, "marc").post(f"/clubs/{club.slug}/charter", data={"version": "2", "next": "/meetings/"})
    assert answer.location == "/meetings/"
    assert membership(club.marc).has_signed


def test_a_charter_that_changed_meanwhile_is_not_accepted_unread(client: FlaskClient, club: Cast, visit: Visit) -> None:
    adopt(visit(client, "claire"), club, "Deux promesses.")
    answer = visit(client, "marc").post(f"/clubs/{club.slug}/charter", data={"version": "1"}, follow_redirects=True)
    assert "Deux promesses." in answer.text
    assert not membership(club.marc).has_signed


def test_signing_twice_keeps_the_first_date(client: FlaskClient, club: Cast, visit: Visit) -> None:
    before = membership(club.marc).charter_signed_at
    visit(client, "marc").post(f"/clubs/{club.slug}/charter", data={"version": "1"})
    assert membership(club.marc).charter_signed_at == before


def test_a_charter_leads_nowhere_else(client: FlaskClient, club: Cast, visit: Visit) -> None:
    typed = {"version": "1", "next": "//evil.example"}
    assert visit(client, "marc").post(f"/clubs/{club.slug}/charter", data=typed).location == "/"


def test_two_new_charters_meet_and_no_text_is_lost(client: FlaskClient, club: Cast, visit: Visit) -> None:
    adopt(visit(client, "claire"), club, "La première.")
    answer = adopt(client, club, "La seconde.")
    assert answer.status_code == 409
    assert "La première." in answer.text
    assert "La seconde." in answer.text
    assert db.session.get_one(Club, club.club).charter_version == 2


def test_a_new_charter_wants_its_box_ticked(client: FlaskClient, club: Cast, visit: Visit) -> None:
    page = visit(client, "claire").post(f"/clubs/{club.slug}/charter/new", data={"text": "Non", "version": "1"})
    assert "Cochez la case" in page.text
    assert db.session.get_one(Club, club.club).charter_version == 1
