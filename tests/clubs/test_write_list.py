"""What a members' list leaves in the cluster's rows."""

from pathlib import Path

from bourse.clubs.models import BroughtList, Club, Company, Membership, MembershipState
from bourse.clubs.read_list import read_list
from bourse.clubs.write_list import judge, write
from bourse.db import db
from bourse.people.models import Language, Person
from tests.cast import Cast, a_club, a_company, a_member

LIST = Path(__file__).parent / "lists" / "membres.xlsx"
HEADER = "Entreprise;Nom;Prénom;Adresse mail;Fonction;Savoir-faire;Portable"


def bring(club: Cast, *lines: str) -> list[str]:
    """Writes a list into the club; the standing of each of its rows."""
    content = LIST.read_bytes() if not lines else "\n".join([HEADER, *lines]).encode()
    name = "membres.csv" if lines else LIST.name
    brought = BroughtList(club=db.session.get_one(Club, club.club), file_name=name)
    db.session.add(brought)
    db.session.flush()
    verdicts = judge(brought.club, read_list(content, name).rows)
    write(brought, verdicts)
    db.session.commit()
    return [verdict.standing for verdict in verdicts]


def person(address: str) -> Person:
    return db.session.scalars(db.select(Person).filter_by(email=address)).one()


def membership(address: str, club: Cast) -> Membership:
    return db.session.scalars(db.select(Membership).filter_by(person_id=person(address).id, club_id=club.club)).one()


def test_new_people_are_invited_and_read_french(club: Cast) -> None:
    bring(club)
    helene = membership("helene.pralong@bouquetin.example", club)
    assert helene.state is MembershipState.invited
    assert helene.person.language is Language.fr
    assert (helene.person.name, helene.person.mobile, helene.job_title) == ("Hélène Pralong", "+33699000001", "Gérante")


def test_a_company_comes_once_with_all_that_the_list_says(club: Cast) -> None:
    bring(club)
    companies = db.session.scalars(db.select(Company).filter_by(siren="801234567")).all()
    assert [(company.name, company.commune, company.headcount) for company in companies] == [
        ("Marmotte Assemblage", "Marnaz", 54)
    ]


def test_a_company_that_is_known_by_name_is_completed(club: Cast) -> None:
    before = db.session.scalars(db.select(Company.id).filter_by(name="Ateliers Gentiane")).one()
    bring(club)
    gentiane = db.session.get_one(Company, before)
    assert gentiane.siren == "821456789"
    assert membership("marc.duvernet@gentiane.example", club).company is gentiane


def test_the_second_time_everything_is_the_same(club: Cast) -> None:
    bring(club)
    rows = (db.session.query(Person).count(), db.session.query(Company).count(), db.session.query(Membership).count())
    assert set(bring(club)) == {"same", "refused"}
    assert rows == tuple(db.session.query(model).count() for model in (Person, Company, Membership))


def test_a_change_is_written_and_an_empty_cell_erases_nothing(club: Cast) -> None:
    bring(club, "Ateliers Gentiane;Exemple;Marc;marc@bourse.example;Directeur;usinage;06 99 00 00 02")
    assert bring(club, "Ateliers Gentiane;Exemple;Marc;marc@bourse.example;Président;;") == ["changed"]
    marc = membership("marc@bourse.example", club)
    assert (marc.job_title, marc.person.mobile) == ("Président", "+33699000002")
    assert marc.company is not None
    assert marc.company.know_how == "usinage"


def test_somebody_who_had_left_comes_back_as_invited(club: Cast) -> None:
    membership("marc@bourse.example", club).leave()
    db.session.commit()
    assert bring(club, "Ateliers Gentiane;Exemple;Marc;marc@bourse.example;;;") == ["changed"]
    assert membership("marc@bourse.example", club).state is MembershipState.invited


def test_somebody_known_outside_the_club_is_linked_and_only_completed(club: Cast) -> None:
    person("stranger@bourse.example").language = Language.en
    assert bring(club, "Gypaète;Roe;Jo;stranger@bourse.example;Associé;;06 99 00 00 13") == ["new"]
    row = membership("stranger@bourse.example", club)
    assert (row.person.name, row.person.mobile, row.job_title) == ("Stranger Exemple", "+33699000013", "Associé")
    assert row.person.language is Language.en


def test_who_is_in_two_clubs_is_not_rewritten_by_one(club: Cast) -> None:
    other, marc = a_club("autre-club"), person("marc@bourse.example")
    a_member(other, marc, a_company(other.organisation, "Scierie du Giffre"))
    marc.mobile = "+33699000020"
    assert bring(club, "Ateliers Gentiane;Roe;Jo;marc@bourse.example;;;06 99 00 00 13") == ["same"]
    assert (marc.name, marc.mobile) == ("Marc Exemple", "+33699000020")


def test_a_refused_row_leaves_nothing(club: Cast) -> None:
    assert bring(club, "Gypaète;Rochebrune;Paul;paul(at)gypaete.example;;;") == ["refused"]
    assert not db.session.query(Company).filter_by(name="Gypaète").count()
