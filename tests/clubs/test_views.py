"""The club's pages, as each person finds them."""

import pytest
from flask.testing import FlaskClient

from bourse.clubs.models import Club, Company, Membership, MembershipState, Role
from bourse.db import db
from bourse.people.models import Person
from tests.cast import Cast, Visit, a_club, a_company, a_member


def membership(person: int) -> Membership:
    db.session.expire_all()
    return db.session.scalars(db.select(Membership).filter_by(person_id=person)).one()


# The club


def test_members_find_each_other_and_only_claire_finds_numbers(client: FlaskClient, club: Cast, visit: Visit) -> None:
    page = visit(client, "marc").get(f"/clubs/{club.slug}").text
    assert "Nadia Exemple" in page
    assert "Tournage Edelweiss" in page
    assert "nadia@bourse.example" not in page
    assert "nadia@bourse.example" in visit(client, "claire").get(f"/clubs/{club.slug}").text


@pytest.mark.parametrize("page", ["", "/charter", "/charter/new", "/members/new", "/import"])
def test_a_stranger_finds_no_club(client: FlaskClient, club: Cast, visit: Visit, page: str) -> None:
    assert visit(client, "stranger").get(f"/clubs/{club.slug}{page}").status_code == 404


@pytest.mark.parametrize("page", ["/charter/new", "/members/new", "/import"])
def test_a_member_does_not_find_the_facilitators_pages(
    client: FlaskClient, club: Cast, visit: Visit, page: str
) -> None:
    assert visit(client, "marc").get(f"/clubs/{club.slug}{page}").status_code == 404


def test_who_has_left_finds_nothing_any_more(client: FlaskClient, club: Cast, visit: Visit) -> None:
    membership(club.marc).leave()
    db.session.commit()
    assert visit(client, "marc").get(f"/clubs/{club.slug}").status_code == 404


# Members

PAUL = {
    "email": "Paul@Gypaete.example",
    "given_name": "Paul",
    "family_name": "Rochebrune",
    "mobile": "06 99 00 00 13",
    "language": "fr",
    "company": "0",
    "new_company": "Gypaète Ingénierie",
    "job_title": "Associé",
    "role": "member",
}


def test_claire_adds_a_member_with_a_new_company(client: FlaskClient, club: Cast, visit: Visit) -> None:
    visit(client, "claire").post(f"/clubs/{club.slug}/members/new", data=PAUL)
    paul = db.session.scalars(db.select(Person).filter_by(email="paul@gypaete.example")).one()
    assert paul.mobile == "+33699000013"
    added = membership(paul.id)
    assert (added.state, added.company and added.company.name) == (MembershipState.invited, "Gypaète Ingénierie")


def test_a_double_click_adds_one_member(client: FlaskClient, club: Cast, visit: Visit) -> None:
    visit(client, "claire")
    for _ in range(2):
        client.post(f"/clubs/{club.slug}/members/new", data=PAUL)
    assert db.session.query(Person).filter_by(email="paul@gypaete.example").count() == 1
    assert db.session.query(Company).filter_by(name="Gypaète Ingénierie").count() == 1


def test_a_known_address_is_that_person(client: FlaskClient, club: Cast, visit: Visit) -> None:
    visit(client, "claire").post(f"/clubs/{club.slug}/members/new", data=PAUL | {"email": "stranger@bourse.example"})
    assert membership(club.stranger).state is MembershipState.invited


def test_what_was_typed_comes_back_with_a_sentence(client: FlaskClient, club: Cast, visit: Visit) -> None:
    page = visit(client, "claire").post(
        f"/clubs/{club.slug}/members/new", data=PAUL | {"new_company": "", "mobile": "06 99"}
    )
    assert "Choisissez l’entreprise du membre" in page.text
    assert "Indiquez un numéro complet" in page.text
    assert 'value="06 99"' in page.text
    assert 'value="Rochebrune"' in page.text


def joins_another_club(person: int) -> None:
    other = a_club("autre-club")
    a_member(other, db.session.get_one(Person, person), a_company(other.organisation, "Scierie du Giffre"))
    db.session.commit()


def contact(person: int) -> tuple[str, str | None, str]:
    db.session.expire_all()
    row = db.session.get_one(Person, person)
    return row.name, row.mobile, row.language


def test_a_known_person_keeps_his_name_and_language(client: FlaskClient, club: Cast, visit: Visit) -> None:
    typed = PAUL | {"email": "stranger@bourse.example", "language": "en"}
    visit(client, "claire").post(f"/clubs/{club.slug}/members/new", data=typed)
    assert contact(club.stranger) == ("Stranger Exemple", "+33699000013", "fr")


def test_a_known_mobile_stays_when_none_or_another_is_typed(client: FlaskClient, club: Cast, visit: Visit) -> None:
    db.session.get_one(Person, club.stranger).mobile = "+33699000020"
    db.session.commit()
    for mobile in ("", "06 99 00 00 13"):
        typed = PAUL | {"email": "stranger@bourse.example", "mobile": mobile}
        visit(client, "claire").post(f"/clubs/{club.slug}/members/new", data=typed)
        assert contact(club.stranger)[1] == "+33699000020"
        membership(club.stranger).leave()
        db.session.commit()


def known(person: int, **others: str) -> dict[str, str]:
    row = membership(person)
    facts = {"role": row.role, "state": row.state, "company": str(row.company_id or 0)}
    return {"given_name": row.person.given_name, "family_name": "Exemple", "language": "fr", **facts, **others}


def test_claire_notes_that_marc_has_left(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url, typed = f"/clubs/members/{membership(club.marc).id}", known(club.marc, state="left")
    visit(client, "claire").post(url, data=typed)
    assert membership(club.marc).state is MembershipState.left


def test_who_has_left_or_is_in_two_clubs_is_not_renamed_by_claire(
    client: FlaskClient, club: Cast, visit: Visit
) -> None:
    membership(club.marc).leave()
    db.session.commit()
    typed = [known(each, given_name="Zoé", mobile="06 99 00 00 13") for each in (club.marc, club.nadia)]
    urls = [f"/clubs/members/{membership(each).id}" for each in (club.marc, club.nadia)]
    joins_another_club(club.nadia)
    for url, data in zip(urls, typed, strict=True):
        assert "ne se changent pas ici" in visit(client, "claire").get(url).text
        assert client.post(url, data=data).status_code == 302
    assert contact(club.marc) == ("Marc Exemple", None, "fr")
    assert contact(club.nadia) == ("Nadia Exemple", None, "fr")


def test_claire_corrects_who_is_in_her_club_only(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url, typed = f"/clubs/members/{membership(club.marc).id}", known(club.marc, given_name="Marco", language="en")
    visit(client, "claire").post(url, data=typed)
    assert contact(club.marc) == ("Marco Exemple", None, "en")


@pytest.mark.parametrize(
    ("role", "sentence"),
    [("member", "Choisissez l’entreprise du membre"), ("facilitator", "Choisissez une entreprise.")],
)
def test_a_host_keeps_a_company(client: FlaskClient, club: Cast, visit: Visit, role: str, sentence: str) -> None:
    url, typed = f"/clubs/members/{membership(club.hugo).id}", known(club.hugo, company="0", role=role)
    assert sentence in visit(client, "claire").post(url, data=typed).text
    assert membership(club.hugo).company_id
    assert client.get(f"/meetings/{club.meeting}").status_code == 200


def test_a_former_host_who_comes_back_keeps_a_company(client: FlaskClient, club: Cast, visit: Visit) -> None:
    membership(club.hugo).leave()
    db.session.commit()
    typed = PAUL | {"email": "hugo@bourse.example", "new_company": "", "role": "facilitator"}
    visit(client, "claire").post(f"/clubs/{club.slug}/members/new", data=typed)
    assert (membership(club.hugo).role, membership(club.hugo).company_id is None) == (Role.facilitator, False)


def test_claire_needs_no_company(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url, typed = f"/clubs/members/{membership(club.claire).id}", known(club.claire, job_title="Chargée de mission")
    visit(client, "claire").post(url, data=typed)
    assert (membership(club.claire).job_title, membership(club.claire).company) == ("Chargée de mission", None)


def test_the_last_facilitator_stays(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url, typed = f"/clubs/members/{membership(club.claire).id}", known(club.claire, state="left")
    page = visit(client, "claire").post(url, data=typed)
    assert "Nommez d’abord une autre animatrice" in page.text
    assert membership(club.claire).role is Role.facilitator
    assert membership(club.claire).belongs


def test_a_member_is_not_found_by_members(client: FlaskClient, club: Cast, visit: Visit) -> None:
    assert visit(client, "marc").get(f"/clubs/members/{membership(club.nadia).id}").status_code == 404


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


# Companies

SITE = {"name": "Ateliers Gentiane", "parking": "Portail nord", "visitors": "20"}


def company_of(person: int) -> Company:
    found = membership(person).company
    assert found is not None
    return found


def test_a_member_describes_his_own_company(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url = f"/clubs/companies/{company_of(club.marc).id}"
    visit(client, "marc").post(f"{url}/edit", data=SITE)
    assert "Portail nord" in visit(client, "nadia").get(url).text
    assert company_of(club.marc).visitors == 20


def test_nobody_describes_anothers_company_but_claire(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url = f"/clubs/companies/{company_of(club.marc).id}/edit"
    assert visit(client, "nadia").get(url).status_code == 404
    assert visit(client, "odile").get(url).status_code == 404
    assert visit(client, "claire").get(url).status_code == 200


def test_a_stranger_finds_no_company(client: FlaskClient, club: Cast, visit: Visit) -> None:
    assert visit(client, "stranger").get(f"/clubs/companies/{company_of(club.marc).id}").status_code == 404
