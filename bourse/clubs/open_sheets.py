"""The sheets of a workbook or of a text table, from the bytes of a file that may be anything."""

import codecs
import csv
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO, StringIO
from itertools import islice
from pathlib import PurePath
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from openpyxl import load_workbook

from bourse.clubs.recognise import HEADER_WITHIN, Line, find_header

MOST_BYTES = 5 * 1024 * 1024
MOST_LINES = 10_000
MOST_COLUMNS = 60  # wider is not read
LAST_LINE = 100_000  # further down is not read
MOST_SHEETS = 20
MOST_PARTS = 2_000
MOST_UNPACKED = 50 * 1024 * 1024
MOST_TAGS = 1_000_000  # a list of MOST_LINES has fewer; each tag costs the reader memory

ZIP, OLE2 = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TEXT_ENDINGS = {".csv", ".txt", ".tsv"}
SEPARATORS = (";", ",", "\t")
CELL_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}
MERGED = re.compile(rb'mergeCell\s[^>]*?ref="([A-Z]{1,3})([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7})"')


class UnreadableList(Exception):
    """A file that gives no list; `reason` says why, as a code.

    `empty`, `too_large`, `locked` (a password), `other_format` (.xls, .ods), `not_a_workbook`, `corrupt` (a workbook
    that is damaged), `no_header` (no line names the columns).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Sheet:
    """The lines that hold anything, each with its number as a person sees it and the text of its cells."""

    title: str
    lines: list[Line]
    is_hidden: bool = False


def open_sheets(content: bytes, file_name: str) -> list[Sheet]:
    """The sheets in the file, one for a text table. Raises UnreadableList, and nothing else."""
    if not content.strip():
        raise UnreadableList("empty")
    if len(content) > MOST_BYTES:
        raise UnreadableList("too_large")
    if content.startswith(OLE2):
        raise UnreadableList("locked" if "EncryptedPackage".encode("utf-16-le") in content else "other_format")
    if content.startswith(ZIP):
        return _open_workbook(content)
    if PurePath(file_name).suffix.lower() in TEXT_ENDINGS:
        return [Sheet("", _lines_of_text(_decoded(content)))]
    raise UnreadableList("not_a_workbook")


def _open_workbook(content: bytes) -> list[Sheet]:
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="openpyxl")  # it tells of every ornament that it leaves out
            _inspect(content)
            return _worksheets(content)
    except UnreadableList:
        raise
    except Exception as error:  # a damaged file makes zipfile, expat and openpyxl raise about anything
        raise UnreadableList("corrupt") from error


def _inspect(content: bytes) -> None:
    """Refuses what is no workbook, and one that would unpack into more than a list can need."""
    with ZipFile(BytesIO(content)) as package:
        parts = package.infolist()
        names = {part.filename for part in parts}
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise UnreadableList("too_large")
        if any(part.flag_bits & 1 for part in parts):
            raise UnreadableList("locked")
        if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
            raise UnreadableList("other_format" if "mimetype" in names else "not_a_workbook")
        if any(part.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for part in parts):
            raise UnreadableList("corrupt")
        if sum(package.read(part).count(b"<") for part in parts) > MOST_TAGS:
            raise UnreadableList("too_large")


def _worksheets(content: bytes) -> list[Sheet]:
    """Read as a stream: the other way, a merged range or a link over a whole sheet makes a cell of every place."""
    book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
    sheets = []
    with ZipFile(BytesIO(content)) as package:
        for worksheet in book.worksheets[:MOST_SHEETS]:
            worksheet.reset_dimensions()  # what a file says of its size is often wrong
            rows = worksheet.iter_rows(max_col=MOST_COLUMNS, max_row=LAST_LINE, values_only=True)
            lines = _bounded([_text(value) for value in row] for row in rows)
            merged = MERGED.finditer(package.read(worksheet._worksheet_path))
            lines = list(_filled_down(lines, merged))
            sheets.append(Sheet(worksheet.title, lines, worksheet.sheet_state != "visible"))
    return sheets


def _text(value: Any) -> str:
    """What a cell shows, near enough: 699000003.0 is 699000003, a fault of a formula is nothing."""
    if value is None or value in CELL_ERRORS:
        return ""
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)


def _filled_down(lines: list[Line], merged: Iterable[re.Match[bytes]]) -> Iterator[Line]:
    """A cell merged over several lines says the same on each; over several columns it stays in the first."""
    starts: dict[int, list[tuple[int, int]]] = {}
    for letters, top, bottom in (match.groups() for match in merged):
        starts.setdefault(int(top), []).append((_place(letters), int(bottom)))
    held: dict[int, tuple[int, str]] = {}
    for number, cells in lines:
        for place, bottom in starts.get(number, []):
            if place < len(cells):
                held[place] = (bottom, cells[place])
        for place, (bottom, text) in held.items():
            if number <= bottom:
                cells[place] = text
        yield number, cells


def _place(letters: bytes) -> int:
    """A column counted from 0: A is 0, AA is 26."""
    place = 0
    for char in letters:
        place = place * 26 + char - ord("A") + 1
    return place - 1


def _decoded(content: bytes) -> str:
    """UTF-8 or Windows-1252; UTF-16 when it says so, as « Texte Unicode » does."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableList("not_a_workbook")


def _lines_of_text(text: str) -> list[Line]:
    """The table, read with the separator under which its header names most columns; or else makes most cells."""
    try:
        separator = max(SEPARATORS, key=lambda each: _columns_made(text, each))
        return _bounded(_records(text, separator))
    except csv.Error as error:  # a cell beyond the reader's limit of 128 KiB
        raise UnreadableList("too_large") from error


def _records(text: str, separator: str) -> Iterator[list[str]]:
    return islice(csv.reader(StringIO(text, newline=""), delimiter=separator), LAST_LINE)


def _columns_made(text: str, separator: str) -> tuple[int, int]:
    """How many columns the header names, and how many cells there are."""
    lines = _bounded(islice(_records(text, separator), 4 * HEADER_WITHIN))
    header = find_header(lines)
    return len(header.fields) if header else 0, sum(len(cells) for _number, cells in lines)


def _bounded(rows: Iterable[list[str]]) -> list[Line]:
    """The numbered lines that hold anything; UnreadableList when a list has no business to be that long."""
    lines: list[Line] = []
    for number, cells in enumerate(rows, start=1):
        if any(cell and not cell.isspace() for cell in cells):
            lines.append((number, cells[:MOST_COLUMNS]))
        if len(lines) > MOST_LINES:
            raise UnreadableList("too_large")
    return lines
