"""A members' list as offices really keep it: what is read, what is refused, and that nothing hostile gets through."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from bourse.clubs import tidy
from bourse.clubs.open_sheets import MOST_BYTES, MOST_LINES
from bourse.clubs.read_list import MemberList, Remark, Row, UnreadableList, read_list

MEMBRES = (Path(__file__).parent / "lists" / "membres.xlsx").read_bytes()
HEADINGS = ["Raison sociale", "SIREN", "Nom", "Prénom", "Mail", "Portable"]
MARC = ["Ateliers Gentiane", 821456789, "DUVERNET", "Marc", "marc@gentiane.example", 699000002.0]
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def workbook(*rows: Sequence[object], merged: str = "") -> bytes:
    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    if merged:
        sheet.merge_cells(merged)
    return saved(book)


def saved(book: Workbook) -> bytes:
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def with_sheet(xml: str) -> bytes:
    """The real list with another text in the place of its first sheet."""
    buffer = BytesIO()
    with ZipFile(BytesIO(MEMBRES)) as old, ZipFile(buffer, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, xml if name == "xl/worksheets/sheet1.xml" else old.read(name))
    return buffer.getvalue()


def csv_of(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def reason(content: bytes, file_name: str = "membres.xlsx") -> str:
    with pytest.raises(UnreadableList) as refusal:
        read_list(content, file_name)
    return refusal.value.reason


def rows_by_line(members: MemberList) -> dict[int, Row]:
    return {row.line: row for row in members.rows}


def codes(row: Row) -> list[str]:
    return [remark.code for remark in row.remarks]


# The real list


def test_the_header_is_found_below_a_title_and_every_column_is_recognised() -> None:
    members = read_list(MEMBRES, "membres.xlsx")
    assert (members.sheet, members.header_line) == ("Club Bourse 2026", 4)
    assert [column.letter for column in members.recognised] == list("ABCDEFGHIJKLMN")
    assert members.unknown == ()


def test_former_members_and_the_total_are_left_out_and_told() -> None:
    members = read_list(MEMBRES, "membres.xlsx")
    assert members.remarks == (
        Remark("other_sheet", "", "Anciens membres"),
        Remark("line_skipped", "22", "TOTAL · 13 entreprises"),
    )
    assert list(rows_by_line(members)) == [*range(5, 18), 19, 20, 21]


def test_a_line_is_tidied_as_a_person_would() -> None:
    assert rows_by_line(read_list(MEMBRES, "membres.xlsx"))[6] == Row(
        line=6,
        company="Ateliers Gentiane",
        siren="821456789",
        activity_code="25.62B",
        headcount=22,
        street="4 impasse du Foron",
        postcode="74800",
        commune="La Roche-sur-Foron",
        civility="M.",
        family_name="Duvernet",
        given_name="Marc",
        job_title="Président",
        email="marc.duvernet@gentiane.example",
        mobile="+33699000002",
        know_how=("usinage 5 axes",),
        remarks=(Remark("siren_checksum", "siren", "821456789"),),
    )


def test_an_address_and_a_siren_that_are_none_refuse_their_line() -> None:
    rows = rows_by_line(read_list(MEMBRES, "membres.xlsx"))
    assert [remark for remark in rows[20].remarks if remark.refuses] == [
        Remark("bad_siren", "siren", "80456789"),
        Remark("bad_email", "email", "paul.rochebrune(at)gypaete.example"),
    ]
    assert (rows[21].company, rows[21].family_name) == ("", "Sans-Entreprise")
    assert [line for line, row in rows.items() if any(remark.refuses for remark in row.remarks)] == [20]


def test_a_landline_is_taken_with_a_warning() -> None:
    philippe = rows_by_line(read_list(MEMBRES, "membres.xlsx"))[13]
    assert philippe.mobile == "+33450000008"
    assert Remark("landline", "mobile", "+33450000008") in philippe.remarks


# One cell


@pytest.mark.parametrize(
    "text",
    [
        "06.99.00.00.01",
        "+33 6 99 00 00 01",
        "0699000001",
        "06-99-00-00-01",
        "0699 00 00 01",
        "699000001",
        "33699000001",
        "+33 (0)6 99 00 00 01",
        "0033699000001",
        "06/99/00/00/01",
        "06 99 00 00 01 / 04 50 00 00 08",
    ],
)
def test_a_french_number_is_one_number_however_it_is_spelled(text: str) -> None:
    assert tidy.phone(text) == "+33699000001"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0450000008", "+33450000008"),
        ("0041 22 700 00 00", "+41227000000"),
        ("", ""),
        ("6,99E+08", None),
        ("06 99 00 00", None),
        ("demander à Lucie", None),
        ("+33 6 99 00 00 00 01", None),
    ],
)
def test_other_numbers_keep_their_country_or_are_not_guessed(text: str, number: str | None) -> None:
    assert tidy.phone(text) == number


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("PRALONG", "Pralong"),
        ("BÉRANGIER", "Bérangier"),
        ("SANS-ENTREPRISE", "Sans-Entreprise"),
        ("ferradou", "Ferradou"),
        ("DE LA TOUR", "de La Tour"),
        ("D'ORMESSON", "d'Ormesson"),
        ("O’BRIEN", "O’Brien"),
        ("LE GOFF", "Le Goff"),
        ("McDonald", "McDonald"),
        ("de La Tour", "de La Tour"),
        ("DES", "Des"),
        ("", ""),
    ],
)
def test_a_family_name_loses_its_capitals_and_keeps_its_parts(text: str, name: str) -> None:
    assert tidy.family_name(text) == name


@pytest.mark.parametrize(
    ("text", "family_first", "names"),
    [
        ("M. Marc DUVERNET", False, ("DUVERNET", "Marc", False)),
        ("LE GOFF Anne-Laure", False, ("LE GOFF", "Anne-Laure", False)),
        ("Duvernet, Marc", False, ("Duvernet", "Marc", False)),
        ("Marc Duvernet", False, ("Duvernet", "Marc", True)),
        ("Duvernet Marc", True, ("Duvernet", "Marc", True)),
        ("Duvernet", True, ("Duvernet", "", False)),
    ],
)
def test_a_whole_name_is_told_apart_by_comma_capitals_or_order(
    text: str, family_first: bool, names: tuple[str, str, bool]
) -> None:
    assert tidy.names(text, family_first) == names


@pytest.mark.parametrize(
    ("text", "siren"),
    [
        ("812 345 678", "812345678"),
        ("812.345.678", "812345678"),
        ("81234567800012", "812345678"),
        ("", ""),
        ("80456789", None),
        ("8,21457E+08", None),
        ("FR12812345678", None),
        ("٨١٢٣٤٥٦٧٨", None),
    ],
)
def test_a_siren_has_nine_digits(text: str, siren: str | None) -> None:
    assert tidy.siren(text) == siren


def test_the_check_digit_of_a_siren() -> None:
    assert tidy.has_check_digit("732829320")
    assert not tidy.has_check_digit("732829321")


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("22 salariés", 22),
        ("38", 38),
        ("38.0", 38),
        ("1 200", 1200),
        ("env. 50", 50),
        ("0", 0),
        ("38,5 ETP", 38),
        ("10-19", None),
        ("moins de 10", None),
        ("-5", None),
        ("beaucoup", None),
        ("9" * 20, None),
    ],
)
def test_a_headcount_is_the_one_number_in_the_cell(text: str, people: int | None) -> None:
    assert tidy.headcount(text) == people


def test_size_classes_begin_where_the_statistics_begin_them() -> None:
    sizes = [tidy.size_class(people) for people in (0, 9, 10, 19, 20, 49, 50, 249, 250, 9000)]
    assert sizes == ["0-9"] * 2 + ["10-19"] * 2 + ["20-49"] * 2 + ["50-249"] * 2 + ["250+"] * 2


@pytest.mark.parametrize(
    ("tidied", "expected"),
    [
        (tidy.postcode("1000"), "01000"),
        (tidy.postcode("F-74300"), "74300"),
        (tidy.postcode("74300 Cedex 2"), "74300"),
        (tidy.postcode("ici"), None),
        (tidy.activity_code("2562a"), "25.62A"),
        (tidy.activity_code("25.62"), None),
        (tidy.language("Anglais"), "en"),
        (tidy.language("patois"), None),
        (tidy.email("Marc <Marc@Gentiane.example>"), "marc@gentiane.example"),
        (tidy.email("a@b.example; c@d.example"), None),
        (tidy.tags("moules ; Outils, moules\nreprise,"), ("moules", "Outils", "reprise")),
        (tidy.line(" a\u00a0\u200bb\r\nc\x07 "), "a b c"),
        (tidy.fold("Épicéa-Usinage (S.A.)"), "epicea usinage s a"),
    ],
)
def test_other_cells(tidied: object, expected: object) -> None:
    assert tidied == expected


# Columns


def test_english_headings_are_recognised_and_the_unknown_are_told() -> None:
    members = read_list(
        csv_of("Company,Town,Last name,First name,E-mail,Shoe size", "Gentiane,Ayze,Roe,Jo,jo@g.example,43"), "m.csv"
    )
    assert [column.field for column in members.recognised] == [
        *("company", "commune", "family_name", "given_name", "email"),
    ]
    assert [(column.letter, column.heading) for column in members.unknown] == [("F", "Shoe size")]


def test_a_column_nom_alone_holds_the_whole_name() -> None:
    (row,) = read_list(csv_of("Entreprise;Nom;Mail", "Gentiane;DUVERNET Marc;m@g.example"), "m.csv").rows
    assert (row.family_name, row.given_name) == ("Duvernet", "Marc")


def test_names_told_apart_by_their_order_are_a_guess() -> None:
    (row,) = read_list(csv_of("Entreprise;Nom prénom;Mail", "Gentiane;Duvernet Marc;m@g.example"), "m.csv").rows
    assert (row.family_name, row.given_name, codes(row)) == ("Duvernet", "Marc", ["names_guessed"])


def test_a_telephone_serves_where_there_is_no_mobile() -> None:
    lines = csv_of(
        "Entreprise;Mail;Tél.;Portable", "G;a@g.example;04 50 00 00 08;", "G;b@g.example;0450000008;0699000001"
    )
    first, second = read_list(lines, "m.csv").rows
    assert (first.mobile, second.mobile) == ("+33450000008", "+33699000001")


def test_a_list_without_addresses_says_which_column_is_missing() -> None:
    members = read_list(csv_of("Entreprise;Nom;Prénom", "Gentiane;Duvernet;Marc"), "m.csv")
    assert Remark("missing_column", "email") in members.remarks
    assert members.rows[0].email == ""


def test_unusable_details_are_left_out_with_a_warning() -> None:
    (row,) = read_list(
        csv_of("Entreprise;Mail;CP;NAF;Effectif;Portable;Langue", "G;a@g.example;?;?;?;?;?"), "m.csv"
    ).rows
    assert (row.postcode, row.activity_code, row.headcount, row.mobile, row.language) == ("", "", None, "", "")
    assert sorted(codes(row)) == ["bad_activity_code", "bad_headcount", "bad_language", "bad_mobile", "bad_postcode"]
    assert not any(remark.refuses for remark in row.remarks)


def test_a_cell_that_nobody_types_refuses_its_row() -> None:
    (row,) = read_list(csv_of("Entreprise;Mail", f"{'x' * 201};a@g.example"), "m.csv").rows
    assert codes(row) == ["too_long"]


# Sheets and text tables


def test_a_company_merged_over_two_people_is_the_company_of_both() -> None:
    lucie = [None, None, "DUVERNET", "Lucie", "lucie@gentiane.example", None]
    members = read_list(workbook(HEADINGS, MARC, lucie, merged="A2:A3"), "m.xlsx")
    assert [row.company for row in members.rows] == ["Ateliers Gentiane"] * 2


def test_numbers_that_lost_their_zero_or_became_decimals_are_read() -> None:
    (row,) = read_list(workbook(HEADINGS, MARC), "m.xlsx").rows
    assert (row.siren, row.mobile) == ("821456789", "+33699000002")


def test_what_looks_like_a_formula_in_a_text_table_is_text() -> None:
    (row,) = read_list(csv_of("Entreprise;Mail", '"=HYPERLINK(""x"")";a@g.example'), "m.csv").rows
    assert row.company == '=HYPERLINK("x")'


def test_a_hidden_sheet_and_one_of_former_members_are_never_the_list() -> None:
    book = Workbook()
    for title, state in (("Anciens", "visible"), ("Brouillon", "hidden"), ("Membres", "visible")):
        sheet = book.create_sheet(title)
        sheet.sheet_state = state
        sheet.append(HEADINGS)
        sheet.append(MARC)
    members = read_list(saved(book), "m.xlsx")
    assert members.sheet == "Membres"
    assert [remark.value for remark in members.remarks] == ["Anciens", "Brouillon"]


def test_lines_that_are_nobody_are_told_but_a_lone_company_is_a_row() -> None:
    lines = ["Entreprise;SIREN;Nom;Mail", "Membres à jour;;;", "Gentiane;821456789;;", "Entreprise;SIREN;Nom;Mail"]
    members = read_list(csv_of(*lines, "", "Total;12;;"), "m.csv")
    assert [remark.field for remark in members.remarks] == ["2", "6"]
    assert [(row.line, row.company) for row in members.rows] == [(3, "Gentiane")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_text_table_is_read_in_its_own_way_of_writing(encoding: str, separator: str) -> None:
    text = '{0}Liste\r\nSociété{0}Prénom{0}Nom{0}Mail{0}Savoir-faire\r\nBérard{0}Zoé{0}Noël{0}z@b.example{0}"a;b,c"\r\n'
    (row,) = read_list(text.format(separator).encode(encoding), "Liste.CSV").rows
    assert (row.line, row.company, row.given_name, row.family_name) == (3, "Bérard", "Zoé", "Noël")
    assert row.know_how == ("a", "b", "c")


def test_commas_in_the_cells_do_not_separate_columns() -> None:
    (row,) = read_list(csv_of("Nom;Prénom;Mail;Savoir-faire", "Roe;Jo;jo@g.example;a, b, c, d, e, f"), "m.csv").rows
    assert (row.email, len(row.know_how)) == ("jo@g.example", 6)


FRENCH = {"company": "Raison sociale", "family_name": "Nom de famille", "given_name": "Prénom", "email": "Courriel"}
ENGLISH = {"company": "Company", "family_name": "Last name", "given_name": "First name", "email": "E-mail address"}
CELLS = {"company": "Écrou & Cie", "family_name": "Noël", "given_name": "Zoé", "email": "Zoe@Ecrou.example"}
WHOLE = {"family_given": "NOËL Zoé", "given_family": "Zoé NOËL"}
WHOLE_HEADINGS = {"family_given": ("Nom et prénom", "Last name, first name"), "given_family": ("Contact", "Full name")}


@given(
    st.sampled_from([FRENCH, ENGLISH]),
    st.permutations(list(CELLS)),
    st.sampled_from(["", *WHOLE]),
    st.sampled_from([";", ",", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252", "xlsx"]),
)
def test_a_list_says_the_same_in_either_language_in_any_order_and_form(
    headings: dict[str, str], order: list[str], whole: str, separator: str, form: str
) -> None:
    if whole:  # one column for both names
        order = [whole if field == "family_name" else field for field in order if field != "given_name"]
    language = 0 if headings is FRENCH else 1
    lines = [
        [headings[field] if field in headings else WHOLE_HEADINGS[field][language] for field in order],
        [{**CELLS, **WHOLE}[field] for field in order],
    ]
    if form == "xlsx":
        content, name = workbook(*lines), "m.xlsx"
    else:
        quoted = (separator.join(f'"{cell}"' for cell in line) for line in lines)
        content, name = "\r\n".join(quoted).encode(form), "m.csv"
    (row,) = read_list(content, name).rows
    said = (row.company, row.family_name, row.given_name, row.email)
    assert said == ("Écrou & Cie", "Noël", "Zoé", "zoe@ecrou.example")


# Columns that a person names


def test_somebody_may_say_what_a_column_holds() -> None:
    lines = csv_of("Entreprise;Nom;Prénom;Courrier élec;Pro", "Gentiane;Roe;Jo;jo@g.example;0699000001")
    before, after = read_list(lines, "m.csv"), read_list(lines, "m.csv", {"D": "email", "E": "mobile", "C": ""})
    assert (before.missing, after.missing) == (("email",), ())
    assert (after.rows[0].email, after.rows[0].mobile, after.rows[0].given_name) == ("jo@g.example", "+33699000001", "")
    assert [column.heading for column in after.unknown] == ["Prénom"]


def test_a_column_without_a_heading_may_be_named_too() -> None:
    members = read_list(csv_of("Entreprise;Nom;;Mail", "Gentiane;Roe;Jo;jo@g.example"), "m.csv", {"C": "given_name"})
    assert [(column.letter, column.samples) for column in members.columns][2] == ("C", ("Jo",))
    assert members.unknown == ()


def test_samples_are_few_short_and_differ() -> None:
    lines = ["Entreprise;Nom;Mail", *(f"Gentiane;{'x' * 90};{n}@g.example" for n in range(9))]
    company, name, mail = read_list(csv_of(*lines), "m.csv").columns
    assert (company.samples, name.samples) == (("Gentiane",), ("x" * 40,))
    assert mail.samples == ("0@g.example", "1@g.example", "2@g.example")


def test_without_a_header_the_columns_go_by_their_letters_until_they_are_named() -> None:
    lines = csv_of("Gentiane,Roe Jo,jo@g.example", "Arolle,Sage Zoé,zoe@a.example")
    assert reason(lines, "m.csv") == "no_header"
    unnamed = read_list(lines, "m.csv", {})
    assert (unnamed.header_line, unnamed.rows, unnamed.missing) == (0, (), ("company", "email", "family_name"))
    assert [column.letter for column in unnamed.columns] == ["A", "B", "C"]
    named = read_list(lines, "m.csv", {"A": "company", "B": "family_given", "C": "email"})
    assert [(row.line, row.given_name) for row in named.rows] == [(1, "Jo"), (2, "Zoé")]


# What is no list


def test_each_kind_of_unreadable_file_has_its_reason() -> None:
    ole2 = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
    assert reason(b"") == "empty"
    assert reason(b" \r\n", "m.csv") == "empty"
    assert reason(workbook()) == "empty"
    assert reason(workbook(HEADINGS)) == "empty"
    assert reason(workbook(["Bonjour"], ["tout", "le", "monde"])) == "no_header"
    assert reason(b"\x89PNG\r\n\x1a\n") == "not_a_workbook"
    assert reason(b"Nom;Mail\0\n", "m.csv") == "not_a_workbook"
    assert reason(ole2 + "EncryptedPackage".encode("utf-16-le")) == "locked"
    assert reason(ole2, "m.xls") == "other_format"
    assert reason(MEMBRES[:-400]) == "corrupt"
    assert reason(MEMBRES[:3000]) == "corrupt"
    assert reason(with_sheet("<worksheet")) == "corrupt"
    assert reason(b"x" * (MOST_BYTES + 1)) == "too_large"
    assert reason(b"Nom;Mail\n" + b"a;b\n" * MOST_LINES, "m.csv") == "too_large"
    assert reason(b'Nom;Mail\n"' + b"a" * 200_000, "m.csv") == "too_large"


def test_other_archives_are_no_workbook() -> None:
    def archive(name: str) -> bytes:
        buffer = BytesIO()
        with ZipFile(buffer, "w") as package:
            package.writestr(name, "application/vnd.oasis.opendocument.spreadsheet")
        return buffer.getvalue()

    assert reason(archive("photo.txt")) == "not_a_workbook"
    assert reason(archive("mimetype")) == "other_format"


def test_a_workbook_that_unpacks_too_far_is_refused_unread() -> None:
    assert reason(with_sheet("<a/>" * 1_000_001)) == "too_large"
    assert reason(with_sheet(" " * 51 * 1024 * 1024)) == "too_large"
    buffer = BytesIO()
    with ZipFile(buffer, "w") as package:
        for number in range(2_001):
            package.writestr(f"xl/{number}", "")
    assert reason(buffer.getvalue()) == "too_large"


def test_entities_are_not_expanded() -> None:
    doubling = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>&a9;</t></is></c></row>'
    laughs = (
        f'<!DOCTYPE x [<!ENTITY a0 "ha">{doubling}]><worksheet {NAMESPACE}><sheetData>{cell}</sheetData></worksheet>'
    )
    outside = laughs.replace('a0 "ha"', 'a9 SYSTEM "file:///etc/passwd"')
    assert reason(with_sheet(laughs)) == "corrupt"
    assert reason(with_sheet(outside)) == "corrupt"


def test_a_sheet_that_claims_every_cell_there_is_costs_nothing() -> None:
    cells = "".join(
        f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>' for place, text in (("A1", "Nom"), ("B1", "Mail"))
    )
    person = '<row r="2"><c r="B2" t="inlineStr"><is><t>a@g.example</t></is></c></row>'
    far = f'{person}<row r="1048576"><c r="XFD1048576"/></row>'
    xml = (
        f'<worksheet {NAMESPACE}><dimension ref="A1:XFD1048576"/><sheetData><row r="1">{cells}</row>{far}</sheetData>'
        '<mergeCells><mergeCell ref="A2:XFD1048576"/></mergeCells></worksheet>'
    )
    assert [row.email for row in read_list(with_sheet(xml), "m.xlsx").rows] == ["a@g.example"]


# Whatever comes in: rows, or UnreadableList, and nothing else


def reads_or_refuses(content: bytes, file_name: str) -> None:
    try:
        members = read_list(content, file_name)
    except UnreadableList:
        return
    assert all("\0" not in row.company + row.family_name + row.email for row in members.rows)


@given(st.binary(max_size=400), st.sampled_from(["m.xlsx", "m.csv", "m", "m.pdf"]))
def test_any_bytes(content: bytes, file_name: str) -> None:
    reads_or_refuses(content, file_name)
    reads_or_refuses(b"PK\x03\x04" + content, file_name)
    reads_or_refuses(b"nom;mail;effectif;langue;siren;prenom;cp\n" + content, "m.csv")


@given(st.lists(st.text(max_size=60), min_size=1, max_size=11))
def test_any_text_in_any_cell(cells: list[str]) -> None:
    header = "nom prénom;mail;effectif;langue;siren;cp;naf;portable;tél;savoir-faire;entreprise\n"
    record = ";".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    reads_or_refuses((header + record).encode("utf-8", "replace"), "m.csv")


@given(st.integers(0, len(MEMBRES) - 1), st.binary(min_size=1, max_size=8))
def test_any_damage_to_a_workbook(place: int, damage: bytes) -> None:
    reads_or_refuses(MEMBRES[:place] + damage + MEMBRES[place + len(damage) :], "m.xlsx")
    reads_or_refuses(MEMBRES[:place], "m.xlsx")


@given(st.text(alphabet=st.sampled_from('<>/"= rcvtAB12s'), max_size=120))
def test_any_sheet_in_a_workbook(xml: str) -> None:
    head = '<row r="1"><c r="A1" t="inlineStr"><is><t>Nom</t></is></c></row>'
    reads_or_refuses(with_sheet(f"<worksheet {NAMESPACE}><sheetData>{head}{xml}</sheetData></worksheet>"), "m.xlsx")
