"""What a list would change in a club that already knows some of its people."""

from dataclasses import replace
from pathlib import Path
from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from bourse.clubs.compare import Change, KnownCompany, KnownPerson, Standing, Verdict, compare
from bourse.clubs.read_list import Remark, Row, read_list

MEMBRES = (Path(__file__).parent / "lists" / "membres.xlsx").read_bytes()
GENTIANE = KnownCompany("7", "Ateliers Gentiane", "821456789", "25.62B", 22, "4 impasse du Foron", "74800", "La Roche")
MARC = KnownPerson(
    "marc@gentiane.example",
    "Marc",
    "Duvernet",
    "+33699000002",
    "fr",
    company="7",
    job_title="Président",
    state="active",
)
MARC_ROW = Row(
    line=5, company="Ateliers Gentiane", family_name="Duvernet", given_name="Marc", email="marc@gentiane.example"
)
LUCIE_ROW = Row(
    line=6, company="Ateliers Gentiane", family_name="Duvernet", given_name="Lucie", email="lucie@gentiane.example"
)


def judge(*rows: Row, people: tuple[KnownPerson, ...] = (), companies: tuple[KnownCompany, ...] = ()) -> list[Verdict]:
    return list(compare(rows, people, companies))


def against_marc(row: Row) -> Verdict:
    return judge(row, people=(MARC,), companies=(GENTIANE,))[0]


def codes(verdict: Verdict) -> list[str]:
    return [remark.code for remark in verdict.remarks]


def standings(verdicts: list[Verdict]) -> list[Standing]:
    return [verdict.standing for verdict in verdicts]


def test_the_real_list_into_an_empty_club() -> None:
    rows = read_list(MEMBRES, "membres.xlsx").rows
    verdicts = judge(*rows)
    assert standings(verdicts) == ["new"] * 13 + ["same", "refused", "refused"]
    assert len({verdict.company.key for verdict in verdicts if verdict.company}) == 12
    assert Remark("twice", "email", "15") in verdicts[13].remarks
    assert verdicts[13].changes == ()
    assert [codes(verdict) for verdict in verdicts[14:]] == [["bad_siren", "bad_email"], ["no_company"]]


def test_what_a_row_must_say() -> None:
    assert codes(judge(Row(line=3))[0]) == ["no_company", "no_email", "no_name", "no_name"]


def test_the_real_list_a_second_time_changes_nothing() -> None:
    rows = read_list(MEMBRES, "membres.xlsx").rows
    first = judge(*rows)
    people = {verdict.person.email: verdict.person for verdict in first if verdict.person}
    companies = {verdict.company.key: verdict.company for verdict in first if verdict.company}
    again = judge(*rows, people=tuple(people.values()), companies=tuple(companies.values()))
    assert standings(again) == ["same"] * 14 + ["refused"] * 2


def test_somebody_new_in_a_new_company_is_written_whole() -> None:
    (verdict,) = judge(replace(MARC_ROW, siren="821456789", headcount=22, know_how=("usinage", "tournage")))
    assert verdict.standing == "new"
    assert verdict.changes == (
        Change("person", "email", "", "marc@gentiane.example"),
        Change("person", "given_name", "", "Marc"),
        Change("person", "family_name", "", "Duvernet"),
        Change("person", "language", "", "fr"),
        Change("membership", "state", "", "invited"),
        Change("membership", "company", "", "Ateliers Gentiane"),
        Change("company", "name", "", "Ateliers Gentiane"),
        Change("company", "siren", "", "821456789"),
        Change("company", "headcount", None, 22),
        Change("company", "know_how", "", "usinage, tournage"),
    )
    assert verdict.company and verdict.company.key == "line 5"


def test_a_second_person_does_not_bring_the_company_again() -> None:
    marc, lucie = judge(MARC_ROW, LUCIE_ROW)
    assert marc.company == lucie.company
    assert not [change for change in lucie.changes if change.noun == "company"]


def test_empty_cells_and_lost_accents_change_nothing() -> None:
    assert against_marc(MARC_ROW).standing == "same"
    assert against_marc(replace(MARC_ROW, company="ATELIERS GENTIANE", job_title="president")).standing == "same"


def test_accents_that_come_back_are_a_change() -> None:
    known = replace(MARC, given_name="Helene")
    (verdict,) = judge(replace(MARC_ROW, given_name="Hélène"), people=(known,), companies=(GENTIANE,))
    assert verdict.changes == (Change("person", "given_name", "Helene", "Hélène"),)


def test_a_new_number_and_another_job_are_told_before_and_after() -> None:
    verdict = against_marc(replace(MARC_ROW, mobile="+33699000099", job_title="Gérant", headcount=25))
    assert verdict.standing == "changed"
    assert verdict.changes == (
        Change("person", "mobile", "+33699000002", "+33699000099"),
        Change("membership", "job_title", "Président", "Gérant"),
        Change("company", "headcount", 22, 25),
    )


def test_somebody_who_left_comes_back_as_invited() -> None:
    (verdict,) = judge(MARC_ROW, people=(replace(MARC, state="left"),), companies=(GENTIANE,))
    assert (verdict.standing, verdict.changes) == ("changed", (Change("membership", "state", "left", "invited"),))


def test_a_paused_member_stays_paused() -> None:
    (verdict,) = judge(MARC_ROW, people=(replace(MARC, state="paused"),), companies=(GENTIANE,))
    assert verdict.standing == "same"


def test_another_company_is_a_change() -> None:
    verdict = against_marc(replace(MARC_ROW, company="Arolle Précision"))
    assert Change("membership", "company", "Ateliers Gentiane", "Arolle Précision") in verdict.changes
    assert verdict.standing == "changed"


def test_somebody_of_another_club_is_new_here_and_only_said_to_be_known() -> None:
    known = KnownPerson("marc@gentiane.example", is_elsewhere=True)
    (verdict,) = judge(MARC_ROW, people=(known,), companies=(GENTIANE,))
    assert (verdict.standing, codes(verdict)) == ("new", ["known_elsewhere"])
    assert not any(change.before for change in verdict.changes)


def test_of_somebody_in_two_clubs_only_what_is_missing_is_taken() -> None:
    known = replace(MARC, mobile="", is_elsewhere=True)
    row = replace(MARC_ROW, given_name="Marco", language="en", mobile="+33699000013")
    (verdict,) = judge(row, people=(known,), companies=(GENTIANE,))
    assert verdict.changes == (Change("person", "mobile", "", "+33699000013"),)


def test_an_english_speaker_stays_one_when_the_list_does_not_say() -> None:
    (verdict,) = judge(MARC_ROW, people=(replace(MARC, language="en"),), companies=(GENTIANE,))
    assert verdict.standing == "same"


def test_companies_are_the_same_by_siren_then_by_name() -> None:
    renamed = against_marc(replace(MARC_ROW, company="Gentiane Groupe", siren="821456789"))
    assert renamed.changes == (Change("company", "name", "Ateliers Gentiane", "Gentiane Groupe"),)
    (learnt,) = judge(replace(MARC_ROW, siren="821456789"), people=(MARC,), companies=(replace(GENTIANE, siren=""),))
    assert learnt.changes == (Change("company", "siren", "", "821456789"),)


def test_the_same_name_under_another_siren_is_another_company() -> None:
    verdict = against_marc(replace(MARC_ROW, siren="999999999"))
    assert verdict.company and verdict.company.key == "line 5"
    assert codes(verdict) == ["company_namesake"]


def test_of_companies_of_one_name_the_persons_own_is_meant() -> None:
    other = replace(GENTIANE, key="1", siren="111111111")
    assert judge(MARC_ROW, people=(MARC,), companies=(other, GENTIANE))[0].standing == "same"
    (lucie,) = judge(LUCIE_ROW, companies=(other, GENTIANE))
    assert codes(lucie) == ["company_unclear"]


def test_where_two_rows_disagree_about_a_company_the_first_is_taken() -> None:
    _, lucie = judge(replace(MARC_ROW, commune="Ayze"), replace(LUCIE_ROW, commune="Thyez"))
    assert lucie.company and lucie.company.commune == "Ayze"
    assert lucie.remarks == (Remark("company_conflict", "commune", "Thyez"),)


def test_know_how_adds_up_and_is_never_lost() -> None:
    company = replace(GENTIANE, know_how="usinage, tournage")
    (verdict,) = judge(replace(MARC_ROW, know_how=("Usinage", "moules")), people=(MARC,), companies=(company,))
    assert verdict.changes == (Change("company", "know_how", "usinage, tournage", "usinage, tournage, moules"),)
    (full,) = judge(replace(MARC_ROW, know_how=("x" * 2000,)), people=(MARC,), companies=(company,))
    assert (full.standing, codes(full)) == ("same", ["know_how_full"])


def test_a_person_listed_twice_is_written_once() -> None:
    _, again = judge(MARC_ROW, replace(MARC_ROW, line=9))
    assert (again.standing, again.remarks) == ("same", (Remark("twice", "email", "5"),))


def test_a_second_line_may_complete_the_first() -> None:
    _, again = judge(MARC_ROW, replace(MARC_ROW, line=9, mobile="+33699000002"))
    assert (again.standing, codes(again)) == ("changed", ["twice"])
    assert again.changes == (Change("person", "mobile", "", "+33699000002"),)


def test_a_second_line_that_contradicts_an_earlier_one_is_refused() -> None:
    number = replace(MARC_ROW, line=9, mobile="+33699000002")
    _, _, third = judge(MARC_ROW, number, replace(number, line=12, mobile="+33699000003", company="Arolle"))
    assert third.standing == "refused"
    assert third.remarks == (Remark("contradicts", "mobile", "9"), Remark("contradicts", "company", "5"))


def test_two_people_do_not_share_an_address() -> None:
    _, lucie = judge(MARC_ROW, replace(LUCIE_ROW, email=MARC_ROW.email))
    assert (lucie.standing, lucie.remarks) == ("refused", (Remark("contradicts", "given_name", "5"),))


def test_a_good_line_after_a_refused_one_is_taken() -> None:
    bad = replace(MARC_ROW, remarks=(Remark("bad_siren", "siren", "1"),))
    refused, taken = judge(bad, replace(MARC_ROW, line=9))
    assert (refused.standing, refused.person, taken.standing, codes(taken)) == ("refused", None, "new", [])


def test_half_a_name_is_enough_only_for_somebody_known() -> None:
    half = replace(MARC_ROW, given_name="")
    assert judge(half)[0].remarks == (Remark("no_name", "given_name"),)
    assert against_marc(half).standing == "same"


def test_a_namesake_under_another_address_and_another_name_under_an_address_are_told() -> None:
    namesake = against_marc(replace(MARC_ROW, email="m.duvernet@gentiane.example"))
    assert namesake.remarks == (Remark("person_namesake", "email", "marc@gentiane.example"),)
    other = against_marc(replace(MARC_ROW, given_name="Jo", family_name="Roe"))
    assert other.remarks == (Remark("other_name", "family_name", "Marc Duvernet"),)


def test_fifteen_hundred_people_are_read_while_one_waits() -> None:
    head = "Entreprise;SIREN;NAF;Effectif;CP;Commune;Nom;Prénom;Mail;Portable;Savoir-faire"
    lines = (
        f"Entreprise {n // 2};{800000000 + n // 2};2562A;22 salariés;74300;Cluses;N{n};Zoé;{n}@b.example;0699000001;a"
        for n in range(1500)
    )
    content = "\n".join([head, *lines]).encode()
    began = process_time()
    verdicts = judge(*read_list(content, "m.csv").rows)
    assert process_time() - began < 3  # a third of a second, but coverage and slow machines count too
    assert standings(verdicts) == ["new"] * 1500


WORDS = st.sampled_from(["", "A", "a", "é", "E"])
ROWS = st.builds(
    Row,
    line=st.just(0),
    company=WORDS,
    siren=st.sampled_from(["", "821456789", "999999999"]),
    headcount=st.sampled_from([None, 0, 22]),
    family_name=WORDS,
    given_name=WORDS,
    email=st.sampled_from(["", "marc@gentiane.example", "lucie@gentiane.example"]),
    mobile=st.sampled_from(["", "+33699000002", "+33699000003"]),
    know_how=st.lists(WORDS.filter(bool)).map(tuple),
)


@given(st.lists(ROWS, max_size=6))
def test_whatever_the_rows_a_change_says_something_and_never_erases(rows: list[Row]) -> None:
    numbered = [replace(row, line=number) for number, row in enumerate(rows, start=1)]
    for verdict in judge(*numbered, people=(MARC,), companies=(GENTIANE,)):
        assert all(change.after not in ("", None) for change in verdict.changes)
        assert all(
            change.after != change.before for change in verdict.changes if change.field != "company"
        )  # namesakes
        assert (verdict.standing == "refused") == any(remark.refuses for remark in verdict.remarks)
        assert verdict.standing not in ("same", "refused") or not verdict.changes
