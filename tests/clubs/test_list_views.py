"""A members' list, from the file to the club and back."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner

from bourse.clubs.models import BroughtList, Membership
from bourse.clubs.open_sheets import MOST_BYTES
from bourse.db import db
from bourse.people.models import AuditEvent, Person, SignIn
from tests.cast import Cast, Visit
from tests.test_queries import MOST, counted

LIST = Path(__file__).parent / "lists" / "membres.xlsx"
on_both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """SQLite, but for what several do at once."""
    return request.getfixturevalue(f"fresh_{getattr(request, 'param', 'sqlite')}")


def upload(client: FlaskClient, club: Cast, content: bytes | None = None, name: str = "membres.xlsx"):
    """Sends the file as a browser does."""
    head = f'--end\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + (LIST.read_bytes() if content is None else content) + b"\r\n--end--\r\n"
    return client.post(f"/clubs/{club.slug}/import", data=body, content_type="multipart/form-data; boundary=end")


def test_a_list_is_shown_row_by_row_before_anything_is_written(client: FlaskClient, club: Cast, visit: Visit) -> None:
    before = db.session.query(Person).count()
    shown = client.get(upload(visit(client, "claire"), club).location).text
    assert "Hélène Pralong" in shown
    assert "paul.rochebrune(at)gypaete.example" in shown
    assert "Indiquez l’entreprise." in shown
    assert "Anciens membres" in shown
    assert db.session.query(Person).count() == before


def test_a_list_tells_nothing_of_people_of_other_clubs(client: FlaskClient, club: Cast, visit: Visit) -> None:
    stranger = db.session.get_one(Person, club.stranger)
    stranger.family_name, stranger.mobile = "Rochebrune", "+33699000020"
    db.session.commit()
    lines = ["Entreprise;Nom;Prénom;Mail;Portable"]
    lines += ["Gypaète;Rochebrune;Stranger;s@gypaete.example;", "Gypaète;Roe;Jo;stranger@bourse.example;0699000013"]
    page = client.get(upload(visit(client, "claire"), club, "\n".join(lines).encode(), "m.csv").location).text
    assert "Jo Roe" in page
    assert "porte déjà ce nom" not in page
    assert "connue sous un autre nom" not in page
    assert "99000020" not in page


def test_a_file_name_is_kept_without_control_characters(client: FlaskClient, club: Cast, visit: Visit) -> None:
    assert upload(visit(client, "claire"), club, name="mem\x00bres\x07.xlsx").status_code == 302
    assert db.session.scalars(db.select(BroughtList.file_name)).one() == "membres.xlsx"


def test_only_refused_rows_may_be_shown(client: FlaskClient, club: Cast, visit: Visit) -> None:
    shown = client.get(upload(visit(client, "claire"), club).location + "?only=refused").text
    assert "Paul Rochebrune" in shown
    assert "Hélène Pralong" not in shown


def test_nothing_is_written_while_a_row_is_refused(client: FlaskClient, club: Cast, visit: Visit) -> None:
    before = db.session.query(Person).count()
    answer = client.post(upload(visit(client, "claire"), club).location)
    assert "rien n’est écrit pour l’instant" in answer.text
    assert db.session.query(Person).count() == before


def test_a_list_is_written_once_and_its_file_forgotten(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url = upload(visit(client, "claire"), club).location
    before = db.session.query(Person).count()
    for _ in range(2):
        assert client.post(url, data={"skip_refused": "y"}).status_code == 302
    assert db.session.query(Person).count() == before + 13
    assert db.session.scalars(db.select(BroughtList.content)).one() is None
    assert db.session.query(AuditEvent).filter_by(act="write_list").count() == 1


@on_both
def test_two_confirmations_at_once_have_one_effect(app: Flask, client: FlaskClient, club: Cast, visit: Visit) -> None:
    url = upload(visit(client, "claire"), club).location
    before = db.session.query(Person).count()
    browsers = [visit(app.test_client(), "claire") for _ in range(4)]
    db.session.commit()
    with ThreadPoolExecutor(4) as at_once:
        answers = list(at_once.map(lambda each: each.post(url, data={"skip_refused": "y"}).status_code, browsers))
    assert answers == [302] * 4
    assert db.session.query(Person).count() == before + 13
    assert db.session.query(AuditEvent).filter_by(act="write_list").count() == 1


def test_a_second_list_says_that_all_is_the_same(client: FlaskClient, club: Cast, visit: Visit) -> None:
    client.post(upload(visit(client, "claire"), club).location, data={"skip_refused": "y"})
    shown = client.get(upload(client, club).location).text
    assert "nouvelle" not in shown
    assert "14\xa0inchangées" in shown


def test_a_list_may_be_given_up(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url = upload(visit(client, "claire"), club).location
    client.post(f"{url}/drop")
    assert "abandonnée" in client.get(url).text
    assert db.session.scalars(db.select(BroughtList.content)).one() is None


def test_a_list_belongs_to_those_who_facilitate(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url = upload(visit(client, "claire"), club).location
    assert visit(client, "marc").get(url).status_code == 404
    assert client.post(url).status_code == 404


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "aucune personne"),
        (b"\x89PNG", "n’est pas un tableau"),
        (b"PK\x03\x04broken", "abîmé"),
        (b"x" * (MOST_BYTES + 1), "moins de 5 Mo"),
    ],
    ids=["empty", "a picture", "damaged", "too large"],
)
def test_a_file_that_cannot_be_read_gets_a_sentence(
    client: FlaskClient, club: Cast, visit: Visit, content: bytes, sentence: str
) -> None:
    answer = upload(visit(client, "claire"), club, content)
    assert answer.status_code == (413 if len(content) > MOST_BYTES else 422)
    assert sentence in answer.text
    assert db.session.query(BroughtList).count() == 0


def test_no_file_gets_a_sentence(client: FlaskClient, club: Cast, visit: Visit) -> None:
    assert "Choisissez un fichier." in visit(client, "claire").post(f"/clubs/{club.slug}/import").text


# Its columns

UNNAMED = "Entreprise;Nom;Prénom;Courrier élec;Pointure\nGypaète;Rochebrune;Paul;paul@gypaete.example;43".encode()
HEADLESS = "Gypaète,ROCHEBRUNE Paul,paul@gypaete.example\nArolle,SAGE Zoé,zoe@arolle.example".encode()


def columns(url: str) -> str:
    return f"{url}/columns"


def brought() -> BroughtList:
    db.session.expire_all()
    return db.session.scalars(db.select(BroughtList).order_by(BroughtList.id.desc())).first() or BroughtList()


def test_a_column_that_is_missing_is_told_and_may_be_named(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url = upload(visit(client, "claire"), club, UNNAMED, "m.csv").location
    page = client.get(url).text
    assert "Aucune colonne ne donne\xa0: adresse e-mail" in page
    assert '<details class="more columns" open>' in page
    assert "Écrire la liste" not in page
    assert client.post(columns(url), data={"column_D": "email"}).location == url
    page = client.get(url).text
    assert '<details class="more columns">' in page
    assert "Pas lues\xa0: Pointure" in page
    assert "1\xa0nouvelle" in page
    assert client.post(url).status_code == 302
    assert db.session.query(Person).filter_by(email="paul@gypaete.example").count() == 1
    assert db.session.query(AuditEvent).filter_by(act="name_columns").count() == 1


def test_a_field_stands_in_one_column_and_what_was_chosen_comes_back(
    client: FlaskClient, club: Cast, visit: Visit
) -> None:
    url = upload(visit(client, "claire"), club, UNNAMED, "m.csv").location
    page = client.post(columns(url), data={"column_D": "email", "column_E": "family_name"}).text
    assert "«\xa0nom\xa0» est déjà dans une autre colonne." in page
    assert page.count('<option selected value="email">') == 1
    assert page.count('<option selected value="family_name">') == 2
    assert brought().columns is None


@pytest.mark.parametrize("typed", [{"column_D": "shoe_size"}, {"column_ZZ": "email"}, {"column_D": "email\0"}])
def test_no_other_field_and_no_other_column_is_taken(
    client: FlaskClient, club: Cast, visit: Visit, typed: dict[str, str]
) -> None:
    url = upload(visit(client, "claire"), club, UNNAMED, "m.csv").location
    assert client.post(columns(url), data=typed).status_code < 400
    assert set((brought().columns or {}).values()) <= {"", "company", "family_name", "given_name", "email"}
    assert set(brought().columns or "") <= set("ABCDE")
    assert client.get(url).status_code == 200


def test_a_list_without_a_header_is_kept_until_its_columns_are_named(
    client: FlaskClient, club: Cast, visit: Visit
) -> None:
    url = upload(visit(client, "claire"), club, HEADLESS, "m.csv").location
    page = client.get(url).text
    assert "Aucune ligne ne nomme les colonnes" in page
    assert "ROCHEBRUNE Paul" in page
    assert "Écrire la liste" not in page
    assert client.post(url, data={"skip_refused": "y"}).location == url
    client.post(columns(url), data={"column_A": "company", "column_B": "family_given", "column_C": "email"})
    assert "2\xa0nouvelles" in client.get(url).text
    client.post(url)
    assert db.session.scalars(db.select(Person.given_name).filter_by(email="zoe@arolle.example")).one() == "Zoé"


def test_columns_that_say_nobody_leave_nothing_to_write(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url = upload(visit(client, "claire"), club, HEADLESS, "m.csv").location
    for field in ("", "commune"):
        client.post(columns(url), data={"column_A": field})
        assert "Écrire la liste" not in client.get(url).text


# A long one


def a_long_list(lines: int, refused: int = 0) -> bytes:
    people = (f"E{n // 3};N{n};Zoé;{'' if n >= lines - refused else f'z{n}@b.example'}" for n in range(lines))
    return "\n".join(["Entreprise;Nom;Prénom;Mail", *people]).encode()


def test_of_a_long_list_the_refused_lines_come_first_and_the_others_page_by_page(
    client: FlaskClient, club: Cast, visit: Visit
) -> None:
    url = upload(visit(client, "claire"), club, a_long_list(450, refused=2), "m.csv").location
    first, last = client.get(url).text, client.get(f"{url}?page=3").text
    assert first.count('<th scope="row">Zoé N') == 200
    assert first.index("Zoé N449") < first.index("Zoé N0<")
    assert "Lignes 1 à 200 sur 450" in first
    assert last.count('<th scope="row">Zoé N') == 50
    assert client.get(f"{url}?page=99").text.count('<th scope="row">Zoé N') == 50
    assert client.get(f"{url}?page=-1&only=refused").text.count('<th scope="row">Zoé N') == 2
    assert "page=2&amp;only=new" in client.get(f"{url}?only=new").text


def test_a_long_list_asks_no_more_of_the_database_than_a_short_one(
    client: FlaskClient, club: Cast, visit: Visit
) -> None:
    visit(client, "claire")
    asked = []
    for lines in (5, 150):
        url = upload(client, club, a_long_list(lines), f"{lines}.csv").location
        with counted() as preview:
            client.get(url)
        client.post(url)
        with counted() as written:
            client.get(url)
        asked.append((len(preview), len(written)))
        client.post(f"{url}/undo")
    assert asked[0] == asked[1]
    assert max(asked[0]) <= MOST


# Taking it back


def a_written_list(client: FlaskClient, club: Cast) -> str:
    url = upload(client, club).location
    client.post(url, data={"skip_refused": "y"})
    return url


def test_after_writing_the_way_back_is_offered(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url = upload(visit(client, "claire"), club).location
    answer = client.post(url, data={"skip_refused": "y"}, follow_redirects=True)
    assert f'href="{url}">Annuler' in answer.text
    page = client.get(url).text
    assert "par Claire Exemple" in page
    assert "16\xa0lignes lues" in page
    assert "Annuler cet import" in page


def test_an_import_is_undone_once(client: FlaskClient, club: Cast, visit: Visit) -> None:
    before = db.session.query(Person).count()
    url = a_written_list(visit(client, "claire"), club)
    assert db.session.query(Person).count() == before + 13
    answers = [client.post(f"{url}/undo", follow_redirects=True).text for _ in range(2)]
    assert "25\xa0fiches retirées ou remises comme avant." in answers[0]
    assert "est annulé" not in answers[1]
    assert "Annuler cet import" not in answers[1]
    assert db.session.query(Person).count() == before
    assert db.session.query(AuditEvent).filter_by(act="undo_list", person_id=club.claire).count() == 1


@on_both
def test_two_who_undo_at_once_undo_once(app: Flask, client: FlaskClient, club: Cast, visit: Visit) -> None:
    before = db.session.query(Person).count()
    url = a_written_list(visit(client, "claire"), club)
    browsers = [visit(app.test_client(), "claire") for _ in range(4)]
    db.session.commit()
    with ThreadPoolExecutor(4) as at_once:
        answers = list(at_once.map(lambda each: each.post(f"{url}/undo").status_code, browsers))
    assert answers == [302] * 4
    assert db.session.query(Person).count() == before
    assert db.session.query(AuditEvent).filter_by(act="undo_list").count() == 1


@on_both
def test_what_has_been_used_stays_with_its_reason_before_and_after(
    client: FlaskClient, club: Cast, visit: Visit
) -> None:
    url = a_written_list(visit(client, "claire"), club)
    helene = db.session.scalars(db.select(Person).filter_by(email="helene.pralong@bouquetin.example")).one()
    db.session.add(SignIn(person=helene, key_hash="h", device="phone", is_kept=False))
    db.session.commit()
    asked = client.get(url).text
    assert "1\xa0fiche reste" in asked
    undone = client.post(f"{url}/undo", follow_redirects=True).text
    for page in (asked, undone):
        assert "Cette personne est entrée sur le site depuis." in page
        assert "Hélène Pralong" in page
    assert "Nadia Kerbrant" in asked
    assert "Nadia Kerbrant" not in undone


def test_where_everything_was_used_nothing_is_undone(client: FlaskClient, club: Cast, visit: Visit) -> None:
    line = "Entreprise;Nom;Prénom;Mail;Fonction\nAteliers Gentiane;Exemple;Marc;marc@bourse.example;Gérant".encode()
    url = upload(visit(client, "claire"), club, line, "m.csv").location
    client.post(url)
    db.session.scalars(db.select(Membership).filter_by(person_id=club.marc)).one().job_title = "Président"
    db.session.commit()
    assert "Annuler cet import" not in client.get(url).text
    assert "Modifié depuis\xa0: fonction." in client.get(url).text
    assert "Rien ne peut être annulé" in client.post(f"{url}/undo", follow_redirects=True).text
    assert brought().undone_at is None


def test_past_imports_are_listed_with_their_state(client: FlaskClient, club: Cast, visit: Visit) -> None:
    visit(client, "claire")
    urls = [upload(client, club, name=f"{number}.xlsx").location for number in range(4)]
    client.post(f"{urls[0]}/drop")
    client.post(urls[1], data={"skip_refused": "y"})
    client.post(f"{urls[1]}/undo")
    client.post(urls[2], data={"skip_refused": "y"})
    with counted() as asked:
        page = client.get(f"/clubs/{club.slug}/import").text
    assert len(asked) <= 5
    states = [page.index(f">{state}</span>") for state in ("à relire", "écrite", "annulée", "abandonnée")]
    assert states == sorted(states)
    assert page.count("Claire Exemple") >= 4


def test_a_written_list_is_given_up_by_nobody(client: FlaskClient, club: Cast, visit: Visit) -> None:
    url = a_written_list(visit(client, "claire"), club)
    for act in ("/drop", "/columns"):
        assert client.post(url + act).location == url
    assert brought().written_at
    assert db.session.query(AuditEvent).filter_by(act="drop_list").count() == 0


def test_a_list_that_a_command_wrote_is_undone_on_its_page(
    client: FlaskClient, club: Cast, visit: Visit, runner: FlaskCliRunner
) -> None:
    before = db.session.query(Person).count()
    runner.invoke(args=["people", "import", str(LIST), "--club", club.slug, "--skip-refused"])
    assert db.session.query(Person).count() == before + 13
    url = f"/clubs/imports/{brought().id}"
    assert "par le serveur" in visit(client, "claire").get(url).text
    assert "depuis le serveur" in client.get(f"/clubs/{club.slug}/import").text
    client.post(f"{url}/undo")
    assert db.session.query(Person).count() == before
