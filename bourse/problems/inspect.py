"""Whether a file may be attached, from its name and its bytes, which may be anything."""

import re
import struct
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from itertools import pairwise
from pathlib import PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo, is_zipfile
from zlib import MAX_WBITS, decompressobj

from bourse.problems.strip import JPEG_START, PNG_START, Unusable, strip_jpeg, strip_png

MOST_BYTES = 20 * 2**20
MOST_PARTS = 2_000
MOST_UNPACKED = 200 * 2**20
MOST_RATIO = 100
MOST_FILES = 50  # of one meeting
MOST_TOGETHER = 500 * 2**20
MOST_NAME = 120  # characters, its ending included
MOST_CONTENTS = 2**20  # of the part that says what the others are
AT_A_TIME = 2**14  # packed bytes, which give 16 MiB at the very most
CONTENTS = "[Content_Types].xml"

PDF, ZIP, OLE2 = b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_END, ZIP_ENTRY = b"PK\x05\x06", b"PK\x01\x02"
MAIN_PART = "application/vnd.openxmlformats-officedocument.{}.main+xml"


class Kind(StrEnum):
    pdf = "pdf"
    png = "png"
    jpg = "jpg"
    docx = "docx"
    xlsx = "xlsx"
    pptx = "pptx"


MAIN_PARTS = {
    Kind.docx: MAIN_PART.format("wordprocessingml.document"),
    Kind.xlsx: MAIN_PART.format("spreadsheetml.sheet"),
    Kind.pptx: MAIN_PART.format("presentationml.presentation"),
}
ENDINGS = {**{f".{kind}": kind for kind in Kind}, ".jpeg": Kind.jpg}
WITH_MACROS = {".docm", ".dotm", ".xlsm", ".xltm", ".xlsb", ".xlam", ".pptm", ".potm", ".ppsm", ".ppam"}
OLD_OFFICE = {".doc", ".xls", ".ppt"}


class Refused(Exception):
    """A file that is not taken; `reason` says why, as a code.

    `empty`, `too_large`, `other_format`, `old_office` (.doc, .xls, .ppt), `macros`, `locked` (a password), `disguised`
    (it is not what its name says), `too_many_pixels`, `swollen` (it would unpack into too much), `damaged`; `no_room`
    (beside the others).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file that may be attached: its tidied name, what it is, its bytes – of a picture, those that draw it."""

    name: str
    kind: Kind
    content: bytes


def inspect(file_name: str, content: bytes) -> Inspected:
    """The file as it may be kept. Raises Refused, and nothing else."""
    name = tidy_name(file_name)
    kind = _kind(PurePosixPath(name).suffix.lower())
    if not content:
        raise Refused("empty")
    if len(content) > MOST_BYTES:
        raise Refused("too_large")
    return Inspected(name, kind, CHECKS[kind](content, kind))


def make_room(size: int, others: Sequence[int]) -> None:
    """Raises Refused when a file of that size does not fit beside the others."""
    if len(others) >= MOST_FILES or size + sum(others) > MOST_TOGETHER:
        raise Refused("no_room")


def tidy_name(file_name: str) -> str:
    """The last part of the path, without signs that do not show or turn the text around, and not too long."""
    last = unicodedata.normalize("NFC", file_name).replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(sign for sign in last if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    name = PurePosixPath(" ".join(shown.split()).strip(". ") or "-")
    return name.stem[: max(1, MOST_NAME - len(name.suffix))].rstrip(". ") + name.suffix[:MOST_NAME]


def _kind(ending: str) -> Kind:
    if ending in WITH_MACROS:
        raise Refused("macros")
    if ending in OLD_OFFICE:
        raise Refused("old_office")
    if ending not in ENDINGS:
        raise Refused("other_format")
    return ENDINGS[ending]


def _check_pdf(content: bytes, _kind: Kind) -> bytes:
    if not content.startswith(PDF) or is_zipfile(BytesIO(content)):
        raise Refused("disguised")
    return content


def _check_picture(content: bytes, kind: Kind) -> bytes:
    start, strip = (PNG_START, strip_png) if kind is Kind.png else (JPEG_START, strip_jpeg)
    if not content.startswith(start):
        raise Refused("disguised")
    try:
        return strip(content)
    except Unusable as error:
        raise Refused(error.reason) from error


def _check_office(content: bytes, kind: Kind) -> bytes:
    if content.startswith(OLE2):
        raise Refused("locked" if "EncryptedPackage".encode("utf-16-le") in content else "disguised")
    if not content.startswith(ZIP):
        raise Refused("disguised")
    if content[-22:-18] != ZIP_END:
        raise Refused("damaged")  # cut off, or something stands behind
    if content.count(ZIP_ENTRY) > MOST_PARTS:
        raise Refused("swollen")
    try:
        with ZipFile(BytesIO(content)) as package:
            _check_parts(package.infolist(), content)
            _check_contents(package, kind)
    except Refused:
        raise
    except Exception as error:  # what a damaged package makes zipfile and zlib raise is about anything
        raise Refused("damaged") from error
    return content


def _check_parts(parts: list[ZipInfo], content: bytes) -> None:
    """What the directory of the package says of its parts, and whether they are as long as it says."""
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("locked")
    if any(PurePosixPath(part.filename).name.lower() == "vbaproject.bin" for part in parts):
        raise Refused("macros")
    if sum(part.file_size for part in parts) > min(MOST_UNPACKED, MOST_RATIO * len(content)):
        raise Refused("swollen")
    if len({part.filename for part in parts}) < len(parts) or any(_leads_away(part.filename) for part in parts):
        raise Refused("damaged")
    if _overlap(parts) or any(_size(part, content) != part.file_size for part in parts):
        raise Refused("damaged")


def _overlap(parts: Sequence[ZipInfo]) -> bool:
    """Whether two parts are the same bytes, which would be unpacked again for each name."""
    ordered = sorted(parts, key=lambda part: part.header_offset)
    return any(one.header_offset + one.compress_size >= other.header_offset for one, other in pairwise(ordered))


def _leads_away(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ".." in name.split("/")


def _size(part: ZipInfo, content: bytes) -> int:
    """How long the part truly is, read no further than the directory says it is; -1 when nobody can unpack it."""
    start = part.header_offset + 30 + sum(struct.unpack_from("<HH", content, part.header_offset + 26))
    packed = memoryview(content)[start : start + part.compress_size]
    if part.compress_type == ZIP_STORED:
        return len(packed)
    if part.compress_type != ZIP_DEFLATED:
        return -1
    size, unpacking = 0, decompressobj(-MAX_WBITS)
    for at in range(0, len(packed), AT_A_TIME):
        size += len(unpacking.decompress(packed[at : at + AT_A_TIME]))
        if size > part.file_size:
            break
        if unpacking.eof:
            return size if at + AT_A_TIME >= len(packed) and not unpacking.unused_data else -1
    return size


def _check_contents(package: ZipFile, kind: Kind) -> None:
    """The part that names what all others are: the right kind of document, and nothing that runs."""
    with package.open(CONTENTS) as part:
        said = part.read(MOST_CONTENTS).decode("utf-8-sig")
    if "macro" in said.lower() or "vbaproject" in said.lower():
        raise Refused("macros")
    if not re.search(f"[\"']{re.escape(MAIN_PARTS[kind])}[\"']", said) or "<!" in said or "&" in said:
        raise Refused("disguised")  # no comment and no code may hide what it is


CHECKS: dict[Kind, Callable[[bytes, Kind], bytes]] = {
    Kind.pdf: _check_pdf,
    Kind.png: _check_picture,
    Kind.jpg: _check_picture,
    Kind.docx: _check_office,
    Kind.xlsx: _check_office,
    Kind.pptx: _check_office,
}
