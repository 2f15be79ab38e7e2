"""Unpacks a mail that came in: its headers and its parts, at a cost that its sender cannot raise.

The standard library's parser can take minutes over a few megabytes of nested parts. This one looks at each byte once
a level at most, and goes no deeper, longer or oftener than the limits below; what lies beyond them is not read.
"""

from __future__ import annotations

import re
from binascii import a2b_base64, a2b_qp
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime

MOST_BYTES = 10 * 2**20
MOST_PARTS = 50
DEEPEST = 5
MOST_HEADERS, HEADERS_END, HEADER_END = 300, 2**17, 2000  # how many, how far, how long each
CHARSETS = {"iso-8859-1", "iso-8859-15", "windows-1252", "utf-16"}
ADDRESS = re.compile(r"[!#-'*+\-./0-9=?A-Z^-~]{1,64}@[A-Za-z0-9.-]{1,135}")
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


class Headers:
    """The headers above a body, by their names in small letters."""

    def __init__(self, block: bytes = b""):
        self._lines: dict[str, list[str]] = {}
        for line in re.split(rb"\r?\n(?![ \t])", block[:HEADERS_END])[:MOST_HEADERS]:
            name, colon, value = line[:HEADER_END].decode("utf-8", "replace").partition(":")
            if colon:
                self._lines.setdefault(name.strip().lower(), []).append(CONTROLS.sub(" ", value).strip())

    def all(self, name: str) -> Sequence[str]:
        return self._lines.get(name.lower(), ())

    def first(self, name: str) -> str:
        """Empty when there is none."""
        return next(iter(self.all(name)), "")

    def words(self, name: str) -> str:
        """The first one, its encoded words (RFC 2047) undone."""
        try:
            return one_line(str(make_header(decode_header(self.first(name)))))
        except (ValueError, LookupError, MessageError):
            return one_line(self.first(name))

    def addresses(self, *names: str) -> list[str]:
        """The addresses in the headers of these names, in small letters."""
        mailboxes = [each for name in names for value in self.all(name) for each in _mailboxes(value)]
        return [mailbox.lower() for mailbox in mailboxes if ADDRESS.fullmatch(mailbox)]

    @property
    def kind(self) -> str:
        """What the body is: "text/plain" unless they say otherwise."""
        return self.first("Content-Type").partition(";")[0].strip().lower() or "text/plain"

    def parameters(self, name: str) -> list[str]:
        """What the content's type and disposition give that name, however it is written (RFC 2045, RFC 2231)."""
        said = f"{self.first('Content-Type')}; {self.first('Content-Disposition')}"
        found = re.findall(rf';\s*{name}(?:\*[0-9]*\*?)?\s*=\s*(?:"([^"]*)"|([^;\s"]*))', said, re.IGNORECASE)
        return [quoted or bare for quoted, bare in found]

    def parameter(self, name: str) -> str:
        return next(iter(self.parameters(name)), "")


@dataclass(frozen=True, slots=True)
class Part:
    """A part that holds no others. `is_enclosed`: it belongs to a mail that this one carries."""

    headers: Headers
    body: bytes
    is_enclosed: bool = False

    def is_file(self, ending: str) -> bool:
        """Whether its file's name ends so; a long one comes in pieces."""
        return any(name.lower().endswith(ending) for name in self.headers.parameters("(?:file)?name"))

    def content(self, most: int) -> bytes | None:
        """What it holds, the transfer encoding undone; None when that is more than `most` bytes."""
        if len(self.body) > 4 * most:
            return None
        match self.headers.first("Content-Transfer-Encoding").lower():
            case "base64":
                content = _from_base64(self.body)
            case "quoted-printable":
                content = a2b_qp(self.body)
            case _:
                content = self.body
        return content if len(content) <= most else None

    def text(self, most: int) -> str | None:
        """The same as text: by its byte order mark, else as UTF-8, else in the charset that it names."""
        content = self.content(most)
        return None if content is None else _decoded(content, self.headers.parameter("charset"))


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail: its own headers, and its parts from first to last."""

    headers: Headers
    parts: tuple[Part, ...]

    @property
    def sender(self) -> str:
        """The one address of From; empty when there is none, or more than one."""
        found = self.headers.addresses("From")
        return found[0] if len(found) == 1 and len(self.headers.all("From")) == 1 else ""

    @property
    def sent_at(self) -> datetime | None:
        try:
            date = parsedate_to_datetime(self.headers.first("Date"))
            return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None

    @property
    def is_automatic(self) -> bool:
        """Whether a program wrote it (RFC 3834, and what is older)."""
        headers = self.headers
        return (
            headers.kind == "multipart/report"
            or headers.first("Auto-Submitted").lower() not in ("", "no")
            or headers.first("Precedence").lower() in ("bulk", "list", "junk", "auto_reply")
            or any(headers.all(name) for name in ("X-Autoreply", "X-Autorespond", "X-Loop", "List-Id"))
            or bool({"oof", "all"} & set(re.findall("[a-z]+", headers.first("X-Auto-Response-Suppress").lower())))
            or headers.first("Return-Path") == "<>"
        )


@dataclass(slots=True)
class Budget:
    """How many parts may still be looked at, and how many bytes searched for them."""

    parts: int = MOST_PARTS
    octets: int = 2 * MOST_BYTES


def unpack(raw: bytes) -> Mail:
    """Return the mail that `raw` is; never raises, whatever the bytes."""
    raw = raw[:MOST_BYTES]
    headers, body = _open(raw, 0, len(raw))
    return Mail(headers, tuple(_parts(raw, headers, body, len(raw), Budget())))


def one_line(text: str, most: int = 200) -> str:
    """The text as one line that a database and a page can hold."""
    return " ".join(CONTROLS.sub(" ", text[: 4 * most]).split())[:most]


def _mailboxes(value: str) -> list[str]:
    """What stands for addresses between the commas; the library's own reader can be led astray by nested comments."""
    value = re.sub(r'"(?:[^"\\]|\\.)*"', "", value)
    for _ in range(3):
        value = re.sub(r"\([^()]*\)", "", value)
    if re.search("[()]", value):
        return []  # read by others in another way
    return ["" if each.count("<") > 1 else re.sub(r"^.*<|>[^>]*$", "", each).strip() for each in value.split(",")]


def _parts(
    raw: bytes, headers: Headers, start: int, end: int, budget: Budget, depth: int = 0, is_enclosed: bool = False
) -> Iterator[Part]:
    """The parts between two offsets; of what has parts of its own nothing is copied."""
    budget.parts -= 1
    spans, carries = _inside(raw, headers, start, end), headers.kind == "message/rfc822"
    budget.octets -= end - start if spans else 0
    if spans is None or depth == DEEPEST or budget.octets < 0:
        yield Part(headers, raw[start:end], is_enclosed)
        return
    if carries:
        yield Part(headers, raw[start : min(end, start + HEADERS_END)], is_enclosed)
    for first, last in spans:
        if budget.parts <= 0:
            return
        inner, body = _open(raw, first, last)
        yield from _parts(raw, inner, body, last, budget, depth + 1, is_enclosed or carries)


def _inside(raw: bytes, headers: Headers, start: int, end: int) -> Iterator[tuple[int, int]] | None:
    """Where what it holds begins and ends; None when it holds text or a file."""
    if headers.kind == "message/rfc822":
        return iter([(start, end)])
    boundary = headers.parameter("boundary").encode()
    return _split(raw, boundary, start, end) if headers.kind.startswith("multipart/") and boundary else None


def _split(raw: bytes, boundary: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts of a multipart (RFC 2046 §5.1.1); a last one that was cut off counts."""
    line = re.compile(rb"\n--" + re.escape(boundary) + rb"(--)?[ \t]*+\r?(?:\n|\Z)")
    begun, at = None, max(start - 1, 0)
    while found := line.search(raw, at, end):
        if begun is not None:  # the line end before a boundary belongs to the boundary
            yield begun, max(begun, found.start() - raw.startswith(b"\r", found.start() - 1))
        if found[1]:
            return
        begun = found.end()
        at = begun - 1  # one line end may part two boundaries
    if begun is not None and begun < end:
        yield begun, end


def _open(raw: bytes, start: int, end: int) -> tuple[Headers, int]:
    """The headers that begin at `start`, and where the body does."""
    if empty := re.compile(rb"\r?\n").match(raw, start, end):
        return Headers(), empty.end()
    blank = re.compile(rb"\n\r?\n").search(raw, start, end)
    stop = blank.start() if blank else end
    return Headers(raw[start : min(stop, start + HEADERS_END)]), blank.end() if blank else end


def _from_base64(body: bytes) -> bytes:
    """The bytes of a base64 text, however it was broken on the way."""
    signs = re.sub(rb"[^A-Za-z0-9+/]+", b"", body)
    signs = signs[: len(signs) - (len(signs) % 4 == 1)]
    return a2b_base64(signs + b"=" * (-len(signs) % 4))


def _decoded(content: bytes, charset: str) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode(charset.lower() if charset.lower() in CHARSETS else "windows-1252", "replace")
