"""The companies' pages, as each person finds them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bourse.clock import now
from bourse.clubs.models import Club, Company, CompanyLink, Membership, Role, competitors_of
from bourse.db import db
from bourse.mailroom.models import Letter, LetterState
from bourse.meetings.due import write_calendar_letters
from bourse.people.models import AuditEvent
from tests.cast import Cast, Visit, a_club, a_company, a_member, a_person, invitation_of

SITE = {"name": "Ateliers Gentiane", "parking": "Portail nord", "visitors": "20", "version": "1"}


def company_of(person: int) -> Company:
    db.session.expire_all()
    membership = db.session.scalars(db.select(Membership).filter_by(person_id=person)).one()
    assert membership.company is not None
    return membership.company


def sheet_of(person: int) -> str:
    return f"/clubs/companies/{company_of(person).id}"


# The sheet


def test_a_member_describes_his_own_company(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url = sheet_of(club.marc)
    assert visit(client, "marc").post(f"{url}/edit", data=SITE).location == url
    assert "Portail nord" in visit(client, "nadia").get(url).text
    assert (company_of(club.marc).visitors, company_of(club.marc).version) == (20, 2)


def test_two_who_write_at_once_lose_nothing(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url = f"{sheet_of(club.marc)}/edit"
    visit(client, "claire").post(url, data=SITE)
    answer = visit(client, "marc").post(url, data=SITE | {"parking": "Portail sud", "safety": "Casque"})
    assert answer.status_code == 409
    assert all(text in answer.text for text in ("Portail nord", 'value="Portail sud"', "Casque", 'value="2"'))
    assert company_of(club.marc).parking == "Portail nord"
    assert client.post(url, data=SITE | {"parking": "Portail sud", "version": "2"}).status_code == 302
    assert company_of(club.marc).parking == "Portail sud"


def test_the_same_words_from_two_pages_are_no_quarrel(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url = f"{sheet_of(club.marc)}/edit"
    for name in ("claire", "marc"):
        assert visit(client, name).post(url, data=SITE).status_code == 302
    assert company_of(club.marc).version == 2


def test_of_several_at_the_same_moment_one_is_written(app: Flask, club: Cast, visit: Visit) -> None:
    url = f"{sheet_of(club.marc)}/edit"
    browsers = [visit(app.test_client(), "marc") for _ in range(3)]
    db.session.commit()
    with ThreadPoolExecutor(3) as at_once:
        typed = [SITE | {"parking": f"Portail {number}"} for number in range(3)]
        answers = at_once.map(lambda browser, words: browser.post(url, data=words).status_code, browsers, typed)
        assert sorted(answers) == [302, 409, 409]
    assert company_of(club.marc).version == 2


def test_nobody_describes_anothers_company_but_claire(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url = f"{sheet_of(club.marc)}/edit"
    assert visit(client, "nadia").get(url).status_code == 404
    assert visit(client, "odile").get(url).status_code == 404
    assert visit(client, "claire").get(url).status_code == 200


def test_a_stranger_finds_no_company(client: FlaskClient, club: Cast, visit: Visit) -> None:
    assert visit(client, "stranger").get(sheet_of(club.marc)).status_code == 404


def test_a_new_address_moves_the_meeting_in_every_calendar(client: FlaskClient, club: Cast, visit: Visit) -> None:
    write_calendar_letters(now())
    db.session.execute(db.update(Letter).values(state=LetterState.sent))
    db.session.commit()
    host = company_of(club.hugo)
    typed = {name: getattr(host, name) or "" for name in ("name", "postcode", "commune", "parking", "photo_rule")}
    typed |= {"street": "1 quai de l'Arve", "version": "1"}
    visit(client, "hugo").post(f"{sheet_of(club.hugo)}/edit", data=typed)
    write_calendar_letters(now())
    db.session.commit()
    moved = db.session.scalars(db.select(Letter).filter_by(kind="new_date", to_address="marc@bourse.example")).one()
    assert "1 quai de l'Arve" in moved.text.replace("’", "'")
    assert b"GEO" not in (moved.calendar or b"")
    assert invitation_of(club.meeting, club.marc).is_to_confirm


# Links with other companies


@pytest.fixture
def urls(club: Cast) -> dict[str, str]:
    return {name: f"{sheet_of(getattr(club, name))}/links" for name in ("hugo", "marc", "nadia")}


def declare(client: FlaskClient, url: str, other: int, kind: str = "competitor"):
    return client.post(url, data={"other": str(company_of(other).id), "kind": kind})


def links() -> list[CompanyLink]:
    db.session.expire_all()
    return list(db.session.scalars(db.select(CompanyLink).order_by(CompanyLink.id)))


def tells(client: FlaskClient, url: str, name: str) -> bool:
    """Whether the page tells of a link with the company of that name."""
    page = client.get(url).text
    return f"<b>{name}</b>" in page


def test_a_link_is_told_to_its_own_people_and_to_claire(
    client: FlaskClient, club: Cast, visit: Visit, urls: dict[str, str]
) -> None:
    assert declare(visit(client, "marc"), urls["marc"], club.nadia).status_code == 302
    assert tells(client, urls["marc"], "Tournage Edelweiss")
    assert tells(visit(client, "claire"), urls["marc"], "Tournage Edelweiss")
    assert tells(client, urls["nadia"], "Ateliers Gentiane")
    assert not tells(visit(client, "nadia"), urls["nadia"], "Ateliers Gentiane")
    for name in ("nadia", "hugo", "odile", "stranger"):
        assert visit(client, name).get(urls["marc"]).status_code == 404, name
    assert db.session.query(AuditEvent).filter_by(act="declare_link").count() == 1


def test_what_claire_notes_is_for_facilitators(
    client: FlaskClient, club: Cast, visit: Visit, urls: dict[str, str]
) -> None:
    declare(visit(client, "claire"), urls["marc"], club.nadia)
    assert "noté par l’animation" in client.get(urls["nadia"]).text
    assert not tells(visit(client, "marc"), urls["marc"], "Tournage Edelweiss")
    assert not tells(visit(client, "nadia"), urls["nadia"], "Ateliers Gentiane")


def test_a_facilitator_of_the_other_company_learns_nothing(
    client: FlaskClient, club: Cast, visit: Visit, urls: dict[str, str]
) -> None:
    db.session.scalars(db.select(Membership).filter_by(person_id=club.nadia)).one().role = Role.facilitator
    db.session.commit()
    declare(visit(client, "marc"), urls["marc"], club.nadia)
    declare(client, urls["marc"], club.hugo)
    visit(client, "nadia")
    assert tells(client, urls["marc"], "Décolletage Bouquetin")
    assert not tells(client, urls["marc"], "Tournage Edelweiss")
    assert not tells(client, urls["nadia"], "Ateliers Gentiane")


def test_each_side_declares_without_learning_of_the_other(
    client: FlaskClient, club: Cast, visit: Visit, urls: dict[str, str]
) -> None:
    for name, other in (("marc", club.nadia), ("nadia", club.marc), ("claire", club.nadia)):
        url = urls["marc" if name == "claire" else name]
        for _ in range(2):
            assert declare(visit(client, name), url, other).status_code == 302
    assert declare(client, urls["nadia"], club.marc).status_code == 302  # claire, from the other end
    assert [(link.declared_by_id) for link in links()] == [company_of(club.marc).id, company_of(club.nadia).id, None]
    assert competitors_of(company_of(club.marc)) == {company_of(club.nadia).id}


def test_a_customer_is_a_supplier_seen_from_the_other_end(
    client: FlaskClient, club: Cast, visit: Visit, urls: dict[str, str]
) -> None:
    declare(visit(client, "claire"), urls["marc"], club.nadia, "customer")
    declare(client, urls["nadia"], club.marc, "supplier")
    (link,) = links()
    assert (link.kind_for(company_of(club.marc)), link.kind_for(company_of(club.nadia))) == ("customer", "supplier")
    assert competitors_of(company_of(club.marc)) == set()
    declare(client, urls["marc"], club.nadia, "supplier")
    assert len(links()) == 2


def test_a_link_taken_back_may_be_put_back(client: FlaskClient, club: Cast, visit: Visit, urls: dict[str, str]) -> None:
    declare(visit(client, "marc"), urls["marc"], club.nadia, "customer")
    drop = f"{urls['marc']}/{links()[0].id}/drop"
    for name in ("nadia", "hugo", "odile", "claire"):
        assert visit(client, name).post(drop).status_code == 404, name
    elsewhere = f"{urls['hugo']}/{links()[0].id}/drop"
    assert visit(client, "marc").post(elsewhere).status_code == 404
    page = client.post(drop, follow_redirects=True).text
    assert "Lien retiré" in page
    assert "Remettre" in page
    assert links() == []
    assert "Lien retiré" not in client.get(urls["marc"]).text


def test_one_names_companies_of_ones_own_clubs(
    client: FlaskClient, club: Cast, visit: Visit, urls: dict[str, str]
) -> None:
    ours = db.session.get_one(Club, club.club)
    elsewhere = a_company(ours.organisation, "Scierie du Giffre")
    other = a_club("autre-club")
    other.organisation = ours.organisation
    a_member(other, a_person("zoe"), elsewhere)
    db.session.commit()
    assert "Scierie du Giffre" in visit(client, "claire").get(urls["marc"]).text
    assert "Scierie du Giffre" not in visit(client, "marc").get(urls["marc"]).text
    page = client.post(urls["marc"], data={"other": str(elsewhere.id), "kind": "rival"}).text
    assert "Choisissez une entreprise." in page
    assert "Dites ce qu’elle est." in page
    for other_id in ("0", "x", str(company_of(club.marc).id), "99999999999999999999"):
        assert client.post(urls["marc"], data={"other": other_id, "kind": "competitor"}).status_code == 200
    assert links() == []
