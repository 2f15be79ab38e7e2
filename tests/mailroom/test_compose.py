"""Letters as mails: the tree, the headers, the bytes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.utils import parseaddr
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bourse.mailroom.compose import Parts, message

CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Été 😀\r\nEND:VCALENDAR\r\n".encode()
LETTER = Parts("Votre compte-rendu", "Bonjour,\n\nÀ jeudi.\n", "<p>Bonjour,</p><p>À jeudi.</p>")
INVITATION = replace(LETTER, subject="Invitation : rencontre du 15 octobre", calendar=CALENDAR, method="REQUEST")

LINE = st.text(alphabet="aB1 ,;:\"()<>@éàçœ😀\\—«»'.[]=?_\u00a0", max_size=200).map(lambda text: " ".join(text.split()))


def posted(parts: Parts, **changes: Any) -> bytes:
    given: dict[str, Any] = {
        "sender": "Club Bourse <rencontres@bourse.example>",
        "recipient": ("Marc Lefèvre", "marc@bourse.example"),
        "message_id": "<3f0c@bourse.example>",
        "date": datetime(2026, 9, 1, 8, 30, tzinfo=timezone(timedelta(hours=2))),
        "language": "fr",
    }
    return message(parts, **given | changes)


def arrived(parts: Parts, **changes: Any) -> EmailMessage:
    """The mail as its reader parses it."""
    mail = message_from_bytes(posted(parts, **changes), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert not [part.defects for part in mail.walk() if part.defects]
    return mail


def decoded(header: str) -> str:
    """RFC 2047 read by the older of the library's two readers: the newer adds blanks between the words of a name."""
    return str(make_header(decode_header(header)))


def written(part: Message) -> str:
    assert isinstance(part, EmailMessage)
    text: str = part.get_content()
    return text.replace("\r\n", "\n")


def tree(mail: EmailMessage) -> list[str]:
    return [part.get_content_type() for part in mail.walk()]


def test_a_letter_is_plain_text_then_html() -> None:
    mail = arrived(LETTER)
    assert tree(mail) == ["multipart/alternative", "text/plain", "text/html"]
    _, plain, html = mail.walk()
    assert (written(plain), written(html)) == (LETTER.text, f"{LETTER.html}\n")


def test_an_invitation_carries_its_calendar_last_and_again_as_a_file() -> None:
    mail = arrived(INVITATION)
    assert tree(mail) == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    *_, calendar, file = mail.walk()
    assert calendar.get_payload(decode=True) == file.get_payload(decode=True) == CALENDAR


def test_the_calendar_part_tells_its_method_and_only_the_file_is_an_attachment() -> None:
    *_, calendar, file = arrived(INVITATION).walk()
    assert dict(calendar["Content-Type"].params) == {"method": "REQUEST", "charset": "utf-8"}
    assert (calendar["Content-Transfer-Encoding"], calendar["Content-Disposition"]) == ("base64", None)
    assert dict(file["Content-Type"].params) == {"name": "invite.ics"}
    assert file["Content-Disposition"].content_disposition == "attachment"
    assert file.get_filename() == "invite.ics"


def test_the_headers_say_who_when_and_that_no_answering_machine_is_to_answer() -> None:
    mail = arrived(INVITATION, references=["<1@bourse.example>", "<2@bourse.example>"])
    assert {name: str(mail[name]) for name in mail if not name.startswith(("MIME", "Content-Type"))} == {
        "From": "Club Bourse <rencontres@bourse.example>",
        "To": "Marc Lefèvre <marc@bourse.example>",
        "Subject": "Invitation : rencontre du 15 octobre",
        "Date": "Tue, 01 Sep 2026 08:30:00 +0200",
        "Message-ID": "<3f0c@bourse.example>",
        "References": "<1@bourse.example> <2@bourse.example>",
        "Content-Language": "fr",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }


def test_answers_to_a_letter_go_to_the_facilitator() -> None:
    mail = arrived(LETTER, reply_to="Claire Martin <claire@bourse.example>")
    assert str(mail["Reply-To"]) == "Claire Martin <claire@bourse.example>"


def test_answers_to_an_invitation_go_nowhere_else_than_to_its_organizer() -> None:
    with pytest.raises(ValueError, match="organizer"):
        posted(INVITATION, reply_to="claire@bourse.example")


@pytest.mark.parametrize("parts", [LETTER, INVITATION])
def test_a_letter_tried_again_is_the_same_bytes(parts: Parts) -> None:
    assert posted(parts) == posted(parts)
    assert posted(parts) != posted(parts, message_id="<other@bourse.example>")


@settings(deadline=None)
@given(subject=LINE, name=LINE)
def test_names_and_subjects_arrive_as_typed_and_add_no_header(subject: str, name: str) -> None:
    data = posted(replace(INVITATION, subject=subject), recipient=(name, "marc@bourse.example"))
    mail = message_from_bytes(data)
    to_name, to_address = parseaddr(mail["To"])
    assert (decoded(to_name), to_address) == (name, "marc@bourse.example")
    assert decoded(mail["Subject"]) == subject
    assert mail.keys() == arrived(INVITATION).keys()


@settings(deadline=None)
@given(subject=LINE, name=LINE, text=st.text(max_size=300))
def test_the_mail_is_seven_bit_short_lines(subject: str, name: str, text: str) -> None:
    parts = replace(INVITATION, subject=subject, text=text, html=text)
    data = posted(parts, recipient=(name, "marc@bourse.example"))
    assert data.isascii()
    assert data.count(b"\r") == data.count(b"\n") == data.count(b"\r\n")
    assert max(len(line) for line in data.split(b"\r\n")) <= 78


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])) | st.just("--=_\n.\nFrom x\n"))
def test_the_text_arrives_as_written(text: str) -> None:
    _, plain, html = arrived(replace(LETTER, text=f"{text}\n", html=f"{text}\n")).walk()
    assert (written(plain), written(html)) == (f"{text}\n", f"{text}\n")


INJECTED = ["a\r\nBcc: x@bourse.example", "a\nb", "a\rb", "a\x00b", "a\x0bb", "a\x85b", "a\u2028b", "a\ud800b"]


@pytest.mark.parametrize("text", INJECTED)
@pytest.mark.parametrize(
    "field", ["sender", "recipient", "address", "message_id", "references", "reply_to", "language", "subject"]
)
def test_a_line_end_in_a_header_is_refused(field: str, text: str) -> None:
    changes: dict[str, Any] = {
        "sender": {"sender": f"{text} <rencontres@bourse.example>"},
        "recipient": {"recipient": (text, "marc@bourse.example")},
        "address": {"recipient": ("Marc", f"{text}@bourse.example")},
        "message_id": {"message_id": f"<{text}@bourse.example>"},
        "references": {"references": [f"<{text}@bourse.example>"]},
        "reply_to": {"reply_to": f"{text} <claire@bourse.example>"},
        "language": {"language": text},
        "subject": {},
    }
    with pytest.raises(ValueError):
        posted(replace(LETTER, subject=text) if field == "subject" else LETTER, **changes[field])


@pytest.mark.parametrize(
    "address", ["", "marc", "a@b@c", "a b@bourse.example", "a,b@bourse.example", "é@bourse.example"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        posted(LETTER, recipient=("Marc", address))


@pytest.mark.parametrize(
    "parts", [replace(INVITATION, method=None), replace(INVITATION, method="CANCEL"), replace(LETTER, method="REQUEST")]
)
def test_a_calendar_that_does_not_fit_its_method_is_refused(parts: Parts) -> None:
    with pytest.raises(ValueError, match="METHOD"):
        posted(parts)


def test_a_date_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        posted(LETTER, date=datetime(2026, 9, 1, 8, 30, tzinfo=UTC).replace(tzinfo=None))
