"""A written list taken back: the cluster's rows stand as before, but for what has been used since."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row

from bourse.clock import now
from bourse.clubs.models import BroughtList, Charter, Club, Company, Membership, MembershipState, WrittenRow
from bourse.clubs.pointers import pointing_columns
from bourse.clubs.read_list import read_list
from bourse.clubs.take_back import Fate
from bourse.clubs.undo_list import fates, undo
from bourse.clubs.write_list import judge, write
from bourse.db import db
from bourse.meetings.models import Meeting
from bourse.people.models import Language, Person, SignIn
from tests.cast import Cast, a_club, a_company, a_member

LIST = Path(__file__).parent / "lists" / "membres.xlsx"
HEADER = "Entreprise;Effectif;Commune;Savoir-faire;Nom;Prénom;Mail;Fonction;Portable;Langue"
PAUL = "Gypaète;12;Thyez;tri;Rochebrune;Paul;paul@gypaete.example;Associé;06 99 00 00 13;"
ZOE = "Gypaète;;;moules;Sage;Zoé;zoe@gypaete.example;;;en"
MARC = "Alpages;;;;Exemple;Marco;marc@bourse.example;Président;06 99 00 00 14;en"
STRANGER = "Ateliers Gentiane;99;Ayze;usinage;Exemple;Stranger;stranger@bourse.example;;06 99 00 00 15;"


def bring(club: Cast, *lines: str) -> BroughtList:
    """A list that is written; without lines, the real one."""
    content = "\n".join([HEADER, *lines]).encode() if lines else LIST.read_bytes()
    brought = BroughtList(club=db.session.get_one(Club, club.club), file_name="m.csv" if lines else LIST.name)
    db.session.add(brought)
    db.session.flush()
    verdicts = judge(brought.club, read_list(content, brought.file_name).rows)
    write(brought, verdicts)
    brought.mark_written(len(verdicts), by=club.claire, at=now())
    db.session.commit()
    return brought


def take_back(brought: BroughtList) -> dict[str, str]:
    """Why each that stays does, by name."""
    expected = told(fates(brought))
    decided = undo(brought)
    brought.undone_at = now()
    db.session.commit()
    assert told(decided) == expected
    assert told(fates(brought)) == expected
    return expected


def told(decided: tuple[Fate, ...]) -> dict[str, str]:
    return {fate.name: str(fate.reason) for fate in decided if fate.reason}


def everything() -> dict[str, list[Any]]:
    db.session.expire_all()
    tables = (Person.__table__, Company.__table__, Membership.__table__)
    rows = {table.name: db.session.execute(db.select(table).order_by(table.c.id)) for table in tables}
    return {name: [_without_version(row) for row in found] for name, found in rows.items()}


def _without_version(row: Row[Any]) -> dict[str, Any]:
    """A company's version never goes back."""
    return {name: value for name, value in row._mapping.items() if name != "version"}


def person(address: str) -> Person:
    return db.session.scalars(db.select(Person).filter_by(email=address)).one()


def membership(address: str) -> Membership:
    return db.session.scalars(db.select(Membership).filter_by(person_id=person(address).id)).one()


def comes_in(address: str) -> None:
    db.session.add(SignIn(person=person(address), key_hash=address, device="phone", is_kept=False))
    db.session.commit()


def test_the_real_list_leaves_no_trace(club: Cast) -> None:
    before = everything()
    brought = bring(club)
    assert len(everything()["person"]) == len(before["person"]) + 13
    assert take_back(brought) == {}
    assert everything() == before
    assert db.session.query(WrittenRow).count() == 0


def test_all_that_a_list_can_change_is_put_back(club: Cast) -> None:
    """New people and companies, corrections, another company, somebody back who had left, somebody known elsewhere."""
    membership("nadia@bourse.example").leave()
    db.session.commit()
    before = everything()
    brought = bring(club, PAUL, ZOE, MARC, STRANGER, "Arolle;;;;Exemple;Nadia;nadia@bourse.example;;;")
    assert membership("marc@bourse.example").company_id != membership("hugo@bourse.example").company_id
    assert membership("nadia@bourse.example").state is MembershipState.invited
    assert person("marc@bourse.example").name == "Marco Exemple"
    assert take_back(brought) == {}
    assert everything() == before
    assert person("marc@bourse.example").language is Language.fr


def test_who_came_in_stays_with_his_company_and_the_others_go(club: Cast) -> None:
    brought = bring(club, PAUL, ZOE, MARC)
    comes_in("paul@gypaete.example")
    assert take_back(brought) == {"Paul Rochebrune": "used sign_in", "Gypaète": "used membership"}
    assert membership("paul@gypaete.example").company is not None
    assert db.session.query(Person).filter_by(email="zoe@gypaete.example").count() == 0
    assert person("marc@bourse.example").name == "Marc Exemple"
    assert db.session.query(WrittenRow).count() == 3  # what stays: he, his membership, his company


def test_who_is_invited_hosts_or_signs_stays(club: Cast) -> None:
    brought = bring(club, PAUL, ZOE, STRANGER)
    meeting = db.session.get_one(Meeting, club.meeting)
    meeting.invite(person("paul@gypaete.example"))
    meeting.change_host(membership("zoe@gypaete.example"))
    charter = db.session.scalars(db.select(Charter).filter_by(club_id=club.club)).one()
    membership("stranger@bourse.example").sign(charter, now())
    db.session.commit()
    assert take_back(brought) == {
        "Paul Rochebrune": "used invitation",
        "Zoé Sage": "used meeting",
        "Stranger Exemple": "signed",
        "Gypaète": "used membership",
    }


def test_somebody_known_elsewhere_leaves_the_club_unless_something_happened_since(club: Cast) -> None:
    comes_in("stranger@bourse.example")
    brought = bring(club, STRANGER)
    assert told(fates(brought)) == {}
    db.session.get_one(Meeting, club.meeting).invite(person("stranger@bourse.example"))
    db.session.commit()
    assert told(fates(brought)) == {"Stranger Exemple": "used invitation"}


def test_what_somebody_else_changed_since_stays(club: Cast) -> None:
    brought = bring(club, PAUL, MARC, STRANGER)
    person("marc@bourse.example").mobile = "+33699000099"
    membership("paul@gypaete.example").company.parking = "Portail B"  # type: ignore[union-attr]
    db.session.commit()
    stays = take_back(brought)
    assert stays == {"Marco Exemple": "changed mobile", "Alpages": "used membership", "Gypaète": "changed parking"}
    assert membership("marc@bourse.example").job_title == "Président"
    assert db.session.query(Person).filter_by(email="paul@gypaete.example").count() == 0


def test_a_later_list_stands_in_the_way_until_it_is_undone(club: Cast) -> None:
    before = everything()
    first = bring(club, PAUL)
    second = bring(club, PAUL.replace("Associé", "Gérant").replace("Gypaète", "Arolle"))
    assert told(fates(first)) == {"Paul Rochebrune": "changed company_id"}
    assert take_back(second) == {}
    assert take_back(first) == {}
    assert everything() == before


def test_nobody_goes_back_to_a_company_that_was_taken_away(club: Cast) -> None:
    first = bring(club, PAUL)
    second = bring(club, PAUL.replace("Gypaète", "Arolle"))
    assert take_back(first) == {"Paul Rochebrune": "changed company_id"}
    assert take_back(second) == {"Paul Rochebrune": "no_way_back", "Arolle": "used membership"}


def test_another_club_that_took_somebody_in_keeps_him(club: Cast) -> None:
    brought = bring(club, PAUL)
    other = a_club("autre-club")
    a_member(other, person("paul@gypaete.example"), a_company(other.organisation, "Scierie du Giffre"))
    db.session.commit()
    assert take_back(brought)["Paul Rochebrune"] == "used membership"


def test_a_list_that_changed_nothing_has_nothing_to_undo(club: Cast) -> None:
    bring(club, PAUL)
    assert fates(bring(club, PAUL)) == ()


@pytest.mark.parametrize("place", ["sign_in", "invitation", "commitment", "idea", "office_role", "audit_event"])
def test_every_room_that_knows_people_counts(club: Cast, place: str) -> None:
    assert place in {column.table.name for column in pointing_columns(Person.__table__)}
