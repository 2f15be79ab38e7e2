"""A members' list, from the bytes of a spreadsheet to tidy rows.

Nothing here knows the club: `compare.py` says what the rows change.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from bourse.clubs import tidy
from bourse.clubs.open_sheets import Sheet, UnreadableList, open_sheets
from bourse.clubs.recognise import Column, Header, Line, corrected, find_header, unnamed

__all__ = ["Column", "MemberList", "Remark", "Row", "UnreadableList", "read_list"]

LONGEST, LONGEST_TAGS = 200, 2_000  # characters of a cell
SAMPLES, LONGEST_SAMPLE, LOOKED_AT = 3, 40, 100  # of a column, its characters; lines where they are looked for
FORMER = ("ancien", "former", "archive")
TOTALS = ("total", "totaux", "sous total", "subtotal", "nombre", "effectif total")
NAMES = ("family_name", "given_name", "family_given", "given_family")

REFUSALS = frozenset({"no_company", "no_name", "no_email", "bad_email", "bad_siren", "too_long", "contradicts"})


@dataclass(frozen=True)
class Remark:
    """Something to say about a row or a list: what (`code`), where (`field`), and the text or line it is about.

    On a row, refusals: `bad_email`, `bad_siren` (nine digits are wanted), `too_long`.
    On a row, warnings; the value of a `bad_…` cell is left out: `bad_mobile`, `bad_postcode`, `bad_activity_code`,
    `bad_headcount`, `bad_language`, `siren_checksum`, `landline`, `names_guessed`.
    On a row once compared, refusals: `no_company`, `no_email`, `no_name` (field: the half that is missing),
    `contradicts` (value: the number of the line that says otherwise of the same person).
    On a row once compared, warnings: `twice` (value: the line), `company_conflict` (value: what is not taken),
    `company_namesake` (another SIREN under the same name), `company_unclear` (several companies of that name; the
    first is taken), `know_how_full` (value: the tags left out), `person_namesake` (value: the address known so far),
    `other_name` (value: the name known under this address), `known_elsewhere` (in the cluster, not in this club).
    On a list: `other_sheet` (value: its title; not read), `line_skipped` (field: the line, value: its text),
    `missing_column` (field).
    """

    code: str
    field: str = ""
    value: str = ""

    @property
    def refuses(self) -> bool:
        return self.code in REFUSALS


@dataclass(frozen=True)
class Row:
    """One person of a list. An empty text (no headcount: None) means that the list does not say.

    `siren` nine digits, `activity_code` as 25.62A, `postcode` five digits, `email` in lower case, `mobile` in E.164,
    `language` fr or en.
    """

    line: int
    company: str = ""
    siren: str = ""
    activity_code: str = ""
    headcount: int | None = None
    street: str = ""
    postcode: str = ""
    commune: str = ""
    civility: str = ""
    family_name: str = ""
    given_name: str = ""
    job_title: str = ""
    email: str = ""
    mobile: str = ""
    know_how: tuple[str, ...] = ()
    language: str = ""
    remarks: tuple[Remark, ...] = ()

    @property
    def size_class(self) -> str:
        return "" if self.headcount is None else tidy.size_class(self.headcount)


@dataclass(frozen=True)
class MemberList:
    """What a file says: the sheet's title ("" for a text table), its header, the columns in use, the rows.

    Without a header (`header_line` 0) and before anybody said what the columns hold, there are no rows.
    """

    sheet: str
    header_line: int
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    remarks: tuple[Remark, ...]

    @property
    def recognised(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.field)

    @property
    def unknown(self) -> tuple[Column, ...]:
        """Those with a heading that says nothing to us, or that somebody said not to read."""
        return tuple(column for column in self.columns if column.heading and not column.field)

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(remark.field for remark in self.remarks if remark.code == "missing_column")


def read_list(content: bytes, file_name: str, columns: Mapping[str, str] | None = None) -> MemberList:
    """The first visible sheet with a header, former members apart. Raises UnreadableList, and nothing else.

    The bytes decide what the file is; its name only tells a text table from anything else. `columns` is what a person
    says that the columns hold: fields by letter. With it, be it empty, a sheet needs no header and no row.
    """
    sheets = [sheet for sheet in open_sheets(content, file_name) if sheet.lines]
    if not sheets:
        raise UnreadableList("empty")
    sheet, header = _chosen(sheets, columns)
    rows, skipped = _rows(sheet.lines, header) if header.fields else ([], [])
    if not rows and columns is None:
        raise UnreadableList("empty")
    others = [Remark("other_sheet", "", other.title) for other in sheets if other is not sheet]
    missing = [Remark("missing_column", field) for field in header.missing]
    in_use = tuple(_columns_in_use(sheet.lines, header))
    return MemberList(sheet.title, header.line, in_use, tuple(rows), (*missing, *others, *skipped))


def _chosen(sheets: Sequence[Sheet], columns: Mapping[str, str] | None) -> tuple[Sheet, Header]:
    current = [each for each in sheets if not (each.is_hidden or tidy.fold(each.title).startswith(FORMER))]
    for sheet in current:
        if header := find_header(sheet.lines):
            return sheet, corrected(header, columns or {})
    if columns is None or not current:
        raise UnreadableList("no_header")
    return current[0], corrected(unnamed(current[0].lines), columns)


def _columns_in_use(lines: Sequence[Line], header: Header) -> Iterator[Column]:
    """Those with a heading or with anything soon below it."""
    below = [cells for number, cells in lines if number > header.line][:LOOKED_AT]
    for place, column in enumerate(header.columns):
        said = dict.fromkeys(tidy.line(cells[place])[:LONGEST_SAMPLE] for cells in below if place < len(cells))
        samples = tuple(islice(filter(None, said), SAMPLES))
        if column.heading or samples:
            yield replace(column, samples=samples)


def _rows(lines: Sequence[Line], header: Header) -> tuple[list[Row], list[Remark]]:
    headings = _said([column.heading for column in header.columns], header)
    rows, skipped = [], []
    for number, cells in lines:
        said = _said(cells, header)
        if number <= header.line or said == headings:  # the header again, as on each printed page
            continue
        if _is_nobody(said):
            skipped.append(Remark("line_skipped", str(number), _shown(cells)))
        else:
            rows.append(_row(number, said))
    return rows, skipped


def _said(cells: Sequence[str], header: Header) -> dict[str, str]:
    """What the line says, by field; only know-how keeps its line breaks."""
    pairs = ((column.field, cell) for column, cell in zip(header.columns, cells, strict=False) if column.field)
    texts = {field: cell if field == "know_how" else tidy.line(cell) for field, cell in pairs}
    return {field: text for field, text in texts.items() if text.strip()}


def _is_nobody(said: dict[str, str]) -> bool:
    """Whether the line is a total, a heading or a footnote: no name, no address, and not the data of a company."""
    if "email" in said or any(field in said for field in NAMES):
        return False
    return len(said) < 2 or tidy.fold(next(iter(said.values()))).startswith(TOTALS)


def _shown(cells: Sequence[str]) -> str:
    return " · ".join(filter(None, map(tidy.line, cells)))[:LONGEST]


TIDIED: dict[str, Callable[[str], Any]] = {
    "siren": tidy.siren,
    "activity_code": tidy.activity_code,
    "headcount": tidy.headcount,
    "postcode": tidy.postcode,
    "email": tidy.email,
    "mobile": tidy.phone,
    "language": tidy.language,
    "family_name": tidy.family_name,
    "given_name": tidy.given_name,
    "know_how": tidy.tags,
}


def _row(number: int, said: dict[str, str]) -> Row:
    said, remarks = _fit(said)
    said, guessed = _one_name_each(_one_number(said))
    remarks += guessed
    values: dict[str, Any] = {}
    for field, text in said.items():
        value = TIDIED.get(field, str)(text)
        if value is None:
            remarks.append(Remark(f"bad_{field}", field, text))
        else:
            values[field] = value
    return Row(line=number, **values, remarks=(*remarks, *_doubts(values)))


def _fit(said: dict[str, str]) -> tuple[dict[str, str], list[Remark]]:
    """Without the cells that nobody types; they refuse the row."""
    long = {field for field, text in said.items() if len(text) > (LONGEST_TAGS if field == "know_how" else LONGEST)}
    remarks = [Remark("too_long", field, said[field][:40]) for field in said if field in long]
    return {field: text for field, text in said.items() if field not in long}, remarks


def _one_number(said: dict[str, str]) -> dict[str, str]:
    """The mobile number, or for want of a usable one the other telephone."""
    numbers = [said[field] for field in ("mobile", "phone") if field in said]
    best = next((number for number in numbers if tidy.phone(number)), "".join(numbers[:1]))
    rest = {field: text for field, text in said.items() if field not in ("mobile", "phone")}
    return {**rest, "mobile": best} if best else rest


def _one_name_each(said: dict[str, str]) -> tuple[dict[str, str], list[Remark]]:
    """Family and given name, where one column holds both."""
    whole = said.get("family_given") or said.get("given_family") or ""
    rest = {field: text for field, text in said.items() if field not in ("family_given", "given_family")}
    if not whole or "family_name" in rest:
        return rest, []
    family, given, guessed = tidy.names(whole, "family_given" in said)
    remarks = [Remark("names_guessed", "family_name", whole)] if guessed else []
    return {"family_name": family, "given_name": given, **rest}, remarks


def _doubts(values: dict[str, Any]) -> list[Remark]:
    remarks = []
    if values.get("siren") and not tidy.has_check_digit(values["siren"]):
        remarks.append(Remark("siren_checksum", "siren", values["siren"]))
    if tidy.is_landline(values.get("mobile", "")):
        remarks.append(Remark("landline", "mobile", values["mobile"]))
    return remarks
