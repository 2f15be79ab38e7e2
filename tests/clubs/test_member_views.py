"""The members' pages, as each person finds them."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bourse.clock import now
from bourse.clubs.models import Club, Company, Membership, MembershipState, OfficeRole, Role
from bourse.db import db
from bourse.mailroom.compose import Parts
from bourse.mailroom.models import Letter, LetterState, write
from bourse.meetings.due import write_calendar_letters
from bourse.meetings.models import Meeting
from bourse.people.models import Alias, AuditEvent, Person, WayIn
from tests.cast import Cast, Visit, a_club, a_company, a_member, a_person


@pytest.fixture
def database_url(fresh_sqlite: str) -> str:
    return fresh_sqlite


def membership(person: int) -> Membership:
    db.session.expire_all()
    return db.session.scalars(db.select(Membership).filter_by(person_id=person)).one()


def page_of(person: int) -> str:
    return f"/clubs/members/{membership(person).id}"


def edit_of(person: int) -> str:
    return f"{page_of(person)}/edit"


def leave_of(person: int) -> str:
    return f"{page_of(person)}/leave"


# Added and corrected

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
    about = {"given_name": row.person.given_name, "family_name": "Exemple", "email": row.person.email}
    return {**about, "language": "fr", **facts, **others}


def test_who_has_left_or_is_in_two_clubs_is_not_renamed_by_claire(
    client: FlaskClient, club: Cast, visit: Visit
) -> None:
    membership(club.marc).leave()
    db.session.commit()
    typed = [known(each, given_name="Zoé", mobile="06 99 00 00 13") for each in (club.marc, club.nadia)]
    urls = [edit_of(each) for each in (club.marc, club.nadia)]
    joins_another_club(club.nadia)
    for url, data in zip(urls, typed, strict=True):
        assert "ne se changent pas ici" in visit(client, "claire").get(url).text
        assert client.post(url, data=data).status_code == 302
    assert contact(club.marc) == ("Marc Exemple", None, "fr")
    assert contact(club.nadia) == ("Nadia Exemple", None, "fr")


def test_claire_corrects_who_is_in_her_club_only(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url, typed = edit_of(club.marc), known(club.marc, given_name="Marco", language="en")
    visit(client, "claire").post(url, data=typed)
    assert contact(club.marc) == ("Marco Exemple", None, "en")


def test_claire_corrects_an_address_and_the_dead_one_hears_nothing(
    app: Flask, client: FlaskClient, club: Cast, visit: Visit
) -> None:
    write_calendar_letters(now())
    marc = db.session.get_one(Person, club.marc)
    for letter in letters_to("marc"):
        letter.settle(LetterState.failed, now(), "550 5.1.1 No such mailbox")
    marc.distrust_address(now(), "550 5.1.1 No such mailbox")
    write(Parts("Objet", "Texte", "<p>Texte</p>"), key="a", kind="test", to=marc.recipient, language="fr")
    db.session.commit()
    assert app.test_client().post("/people/sign-in", data={"email": marc.email}).status_code == 302
    assert edit_of(club.marc) + "#email" in visit(client, "claire").get(page_of(club.marc)).text
    assert client.post(edit_of(club.marc), data=known(club.marc, email="Marc.E@bourse.example")).status_code == 302
    write_calendar_letters(now())
    db.session.commit()
    assert (marc.email, marc.address_failed_at) == ("marc.e@bourse.example", None)
    assert {each.kind for each in letters_to("marc.e")} == {"invitation", "test"}
    assert {each.state for each in letters_to("marc")} == {LetterState.failed, LetterState.skipped}
    assert "cancelled" not in [each.kind for each in letters_to("marc")]
    assert all(way.spent_at for way in db.session.scalars(db.select(WayIn).filter_by(person_id=club.marc)))
    assert db.session.query(AuditEvent).filter_by(act="change_address", about=f"person:{club.marc}").count() == 1


def letters_to(name: str) -> list[Letter]:
    query = db.select(Letter).filter_by(to_address=f"{name}@bourse.example")
    return list(db.session.scalars(query.order_by(Letter.id)))


def test_an_address_that_is_taken_or_wrong_is_refused(client: FlaskClient, club: Cast, visit: Visit) -> None:
    db.session.add(Alias(person_id=club.nadia, address="nadia@ailleurs.example", confirmed_at=now()))
    db.session.commit()
    visit(client, "claire")
    for typed, told in (
        ("stranger@bourse.example", "Cette adresse est déjà celle de quelqu’un"),
        ("nadia@ailleurs.example", "Cette adresse est déjà celle de quelqu’un"),
        ("marc", "Indiquez une adresse e-mail complète"),
        ("", "Indiquez l’adresse e-mail."),
    ):
        assert told in client.post(edit_of(club.marc), data=known(club.marc, email=typed)).text
    assert db.session.get_one(Person, club.marc).email == "marc@bourse.example"


def test_the_address_of_whom_the_club_does_not_speak_for_stays(client: FlaskClient, club: Cast, visit: Visit) -> None:
    typed = [known(each, email="claire.bis@bourse.example") for each in (club.nadia, club.marc)]
    urls = [edit_of(each) for each in (club.nadia, club.marc)]
    db.session.add(OfficeRole(person_id=club.marc, organisation_id=membership(club.marc).club.organisation_id))
    joins_another_club(club.nadia)
    for url, data in zip(urls, typed, strict=True):
        assert 'name="email"' not in visit(client, "claire").get(url).text
        assert client.post(url, data=data).status_code == 302
    emails = [db.session.get_one(Person, each).email for each in (club.nadia, club.marc)]
    assert emails == ["nadia@bourse.example", "marc@bourse.example"]


@pytest.mark.parametrize(
    ("role", "sentence"),
    [("member", "Choisissez l’entreprise du membre"), ("facilitator", "Choisissez une entreprise.")],
)
def test_a_host_keeps_a_company(client: FlaskClient, club: Cast, visit: Visit, role: str, sentence: str) -> None:
    url, typed = edit_of(club.hugo), known(club.hugo, company="0", role=role)
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
    url, typed = edit_of(club.claire), known(club.claire, job_title="Chargée de mission")
    visit(client, "claire").post(url, data=typed)
    assert (membership(club.claire).job_title, membership(club.claire).company) == ("Chargée de mission", None)


def test_the_last_facilitator_stays(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url, typed = edit_of(club.claire), known(club.claire, state="paused")
    page = visit(client, "claire").post(url, data=typed)
    assert "Nommez d’abord une autre animatrice" in page.text
    assert membership(club.claire).role is Role.facilitator
    assert membership(club.claire).belongs


def test_a_member_is_not_found_by_members(client: FlaskClient, club: Cast, visit: Visit) -> None:
    assert visit(client, "marc").get(edit_of(club.nadia)).status_code == 404


def test_a_second_facilitator_lets_the_first_become_a_member(client: FlaskClient, club: Cast, visit: Visit) -> None:
    visit(client, "claire").post(edit_of(club.nadia), data=known(club.nadia, role="facilitator"))
    typed = known(club.claire, role="member", company=str(membership(club.hugo).company_id))
    assert client.post(edit_of(club.claire), data=typed).status_code == 302
    assert membership(club.claire).role is Role.member
    assert client.get(edit_of(club.nadia)).status_code == 404


def test_a_pause_takes_the_invitations_back_and_the_return_is_told(
    client: FlaskClient, club: Cast, visit: Visit
) -> None:
    visit(client, "claire").post(edit_of(club.marc), data=known(club.marc, state="paused"))
    write_calendar_letters(now())
    db.session.commit()
    assert is_withdrawn(club, club.marc)
    page = client.post(edit_of(club.marc), data=known(club.marc, state="active"), follow_redirects=True).text
    assert "Marc Exemple est de nouveau du club. Les rencontres déjà prévues restent à lui proposer." in page


def is_withdrawn(club: Cast, person: int) -> bool:
    meeting = db.session.get_one(Meeting, club.meeting)
    return next(each.is_withdrawn for each in meeting.invitations if each.person_id == person)


# Known to each other


def test_members_read_what_each_brings_and_no_address(client: FlaskClient, club: Cast, visit: Visit) -> None:
    membership(club.nadia).brings = "Des contacts"
    db.session.commit()
    url = page_of(club.nadia)
    page = visit(client, "marc").get(url).text
    assert "Des contacts" in page
    assert "Tournage Edelweiss" in page
    assert "nadia@bourse.example" not in page
    for name in ("nadia", "claire", "odile"):
        assert "nadia@bourse.example" in visit(client, name).get(url).text, name
    assert visit(client, "stranger").get(url).status_code == 404


def test_who_is_gone_is_known_to_claire_only(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url = page_of(club.nadia)
    membership(club.nadia).leave()
    db.session.commit()
    found = {name: visit(client, name).get(url).status_code for name in ("marc", "nadia", "odile", "claire")}
    assert found == {"marc": 404, "nadia": 404, "odile": 404, "claire": 200}


def test_marc_introduces_himself(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url = f"/clubs/{club.slug}/me"
    typed = {"job_title": "Président", "brings": "L'usinage 5 axes", "looks_for": "Des régleurs\net du temps"}
    assert visit(client, "marc").post(url, data=typed).location == page_of(club.marc)
    mine = membership(club.marc)
    assert (mine.job_title, mine.brings, mine.looks_for) == tuple(typed.values())
    assert "L&#39;usinage 5 axes" in visit(client, "nadia").get(f"/clubs/{club.slug}").text
    assert url in visit(client, "marc").get("/people/me").text
    assert url in client.get(f"/clubs/{club.slug}").text
    assert "/people/me" in client.get(url).text
    page = client.post(url, data={"brings": "x" * 501}).text
    assert "Écrivez au plus 500 caractères." in page
    assert "x" * 501 in page


# Leaving


def test_marc_leaves_by_himself(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url = leave_of(club.marc)
    write_calendar_letters(now())
    db.session.execute(db.update(Letter).values(state=LetterState.sent))
    db.session.commit()
    page = visit(client, "marc").get(url).text
    assert "Votre accès se ferme aujourd’hui." in page
    assert membership(club.marc).belongs
    page = client.post(url, follow_redirects=True).text
    assert "Vous avez quitté ce club" in page
    assert "claire@bourse.example" in page.replace("<wbr>", "")
    assert membership(club.marc).state is MembershipState.left
    assert db.session.query(AuditEvent).filter_by(act="leave").count() == 1
    write_calendar_letters(now())
    db.session.commit()
    assert is_withdrawn(club, club.marc)
    letters = db.session.scalars(db.select(Letter).filter_by(to_address="marc@bourse.example").order_by(Letter.id))
    assert [letter.method for letter in letters] == ["REQUEST", "CANCEL"]
    assert client.get(f"/clubs/{club.slug}").status_code == 404
    assert client.post(url).status_code == 404


def test_claire_notes_that_marc_leaves_and_he_comes_back(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url = leave_of(club.marc)
    assert "Marc Exemple quitte le club" in visit(client, "claire").get(url).text
    for _ in range(2):
        assert client.post(url).location == f"/clubs/{club.slug}"
    assert membership(club.marc).state is MembershipState.left
    assert db.session.query(AuditEvent).filter_by(act="leave").count() == 1
    assert 'value="left"' in client.get(edit_of(club.marc)).text
    client.post(edit_of(club.marc), data=known(club.marc, state="invited"))
    assert membership(club.marc).belongs


def test_nobody_else_says_that_marc_leaves(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url = leave_of(club.marc)
    for name in ("nadia", "odile", "stranger"):
        assert visit(client, name).post(url).status_code == 404, name
    assert membership(club.marc).belongs


def test_leaving_is_no_tick_in_a_list(client: FlaskClient, club: Cast, visit: Visit) -> None:
    page = visit(client, "claire").post(edit_of(club.marc), data=known(club.marc, state="left")).text
    assert "Choisissez sa présence au club." in page
    assert membership(club.marc).belongs


def test_the_last_facilitator_does_not_leave(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url = leave_of(club.claire)
    assert "Nommez d’abord une autre animatrice" in visit(client, "claire").get(url).text
    assert client.post(url).status_code == 409
    assert membership(club.claire).belongs
    a_member(db.session.get_one(Club, club.club), a_person("carole"), None, Role.facilitator)
    db.session.commit()
    assert client.post(url).status_code == 302
    assert not membership(club.claire).belongs


def test_who_pauses_is_told_so_and_whom_to_write_to(client: FlaskClient, club: Cast, visit: Visit) -> None:
    membership(club.marc).state = MembershipState.paused
    db.session.commit()
    page = visit(client, "marc").get("/").text
    assert "Votre participation est en pause." in page
    assert "Claire Exemple" in page
