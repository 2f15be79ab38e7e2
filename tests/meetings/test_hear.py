"""What is heard in the mails that calendars, mail servers and people send."""

import base64
import random
import time
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bourse.mailroom.bounce import Bounce, Severity, envelope_sender
from bourse.mailroom.unpack import unpack
from bourse.meetings.hear import Counter, Nothing, Refresh, Reply, Words, hear

MAILS = Path(__file__).parent.parent / "mails"
UID = "5b9e7c1a-3d42-4f86-9a10-7e2c64d8b0f3@bourse.example"
NADIA = "nadia@bourse.example"
KEY = "a key"
OWN = envelope_sender("club@bourse.example", 12, KEY)


def read(name: str) -> bytes:
    raw = (MAILS / f"{name}.eml").read_bytes()
    return raw.replace(b"%OWN-ADDRESS%", OWN.encode()).replace(b"%MESSAGE-ID%", b"<letter-12@bourse.example>")


def said(name: str):
    return hear(read(name), KEY).says


@pytest.mark.parametrize(
    ("name", "partstat", "comment"),
    [
        ("exchange", "ACCEPTED", "J'apporte le vidéoprojecteur"),
        ("google", "ACCEPTED", ""),
        ("apple", "ACCEPTED", ""),
        ("thunderbird", "TENTATIVE", "Si la livraison est passée"),
        ("proton", "DECLINED", ""),
        ("windows_1252", "DECLINED", "Désolée, je suis à Besançon"),
        ("bare_lf", "ACCEPTED", ""),
        ("bom", "ACCEPTED", ""),
        ("octet_stream", "ACCEPTED", ""),
        ("nested", "ACCEPTED", ""),
    ],
)
def test_each_program_s_answer_is_the_same_answer(name, partstat, comment):
    mail = hear(read(name), KEY)
    assert mail.sender == NADIA
    assert mail.says == Reply(
        uid=UID,
        attendees=(NADIA,),
        partstat=partstat,
        sequence=0,
        stamp=datetime(2027, 3, 2, 9, 15, tzinfo=UTC),
        comment=comment,
    )


IN_LINES = read("bare_lf").decode()


def altered(*changes: tuple[str, str]) -> Reply:
    """What is heard of an answer with other lines in it."""
    text = IN_LINES
    for line, other in changes:
        assert line in text
        text = text.replace(line, other)
    reply = hear(text.encode(), KEY).says
    assert isinstance(reply, Reply)
    return reply


@pytest.mark.parametrize(
    ("line", "other"),
    [
        ("method=REPLY", "method=REQUEST"),  # the calendar's own METHOD counts
        ("; method=REPLY", ""),
        ("mailto:nadia@bourse.example", "MAILTO:Nadia@Bourse.example"),
        ("ORGANIZER;CN=Club Bourse:mailto:club@bourse.example\n", ""),
        ("DTSTART;TZID=Europe/Paris:20270312T140000", "DTSTART;TZID=W. Europe Standard Time:20270312T140000"),
        ("DTSTART;TZID=Europe/Paris:20270312T140000", "DTSTART:tomorrow"),
        ("STATUS:CONFIRMED\n", "STATUS:CONFIRMED\nRECURRENCE-ID:20270312T130000Z\n"),
        ("STATUS:CONFIRMED\n", "STATUS:CONFIRMED\nBEGIN:VALARM\nTRIGGER:-PT1H\nUID:another\nEND:VALARM\n"),
        ("STATUS:CONFIRMED\n", "REQUEST-STATUS:2.0;Success\n"),
        ("DTSTAMP:20270302T091500Z", "SEQUENCE:0\nX-MICROSOFT-CDO-APPT-SEQUENCE:0\nDTSTAMP:20270302T091500Z"),
        ("From: ", "Auto-Submitted: auto-replied\nPrecedence: bulk\nReturn-Path: <>\nFrom: "),
    ],
)
def test_programs_write_it_in_many_ways(line, other):
    assert altered((line, other)) == said("bare_lf")


@pytest.mark.parametrize(("written", "number"), [("", 3), ("SEQUENCE:0\n", 3), ("SEQUENCE:2\n", 2)])
def test_outlook_s_own_number_counts_where_the_other_is_missing(written, number):
    own = f"{written}X-MICROSOFT-CDO-APPT-SEQUENCE:3\nDTSTAMP:"
    assert altered(("DTSTAMP:", own)).sequence == number


def test_the_same_answer_twice_in_a_mail_is_one_and_two_are_two():
    assert {"text/calendar", "application/ics"} <= {part.headers.kind for part in unpack(read("google")).parts}
    assert said("google").is_alone
    assert not altered(("END:VEVENT\n", "END:VEVENT\nBEGIN:VEVENT\nUID:other\nEND:VEVENT\n")).is_alone


@pytest.mark.parametrize("method", ["PUBLISH", "REQUEST", "ADD", "CANCEL", "DECLINECOUNTER", "X-OTHER", ""])
def test_only_an_answer_a_proposal_and_a_question_are_heard(method):
    text = IN_LINES.replace("METHOD:REPLY", f"METHOD:{method}")
    assert isinstance(hear(text.encode(), KEY).says, Nothing)


@pytest.mark.parametrize(
    ("line", "badly"),
    [("\nUID:", "\nX-UID:"), ("\nDTSTAMP:2027", "\nDTSTAMP:20x7")],
)
def test_what_is_written_badly_where_it_matters_is_not_guessed(line, badly):
    assert line in IN_LINES
    assert hear(IN_LINES.replace(line, badly).encode(), KEY).says == Nothing("unreadable")
    assert altered(("PARTSTAT=ACCEPTED:", 'PARTSTAT="ACCEPTED:')).attendees == ()


def test_a_calendar_that_is_too_big_is_not_read():
    text = IN_LINES.replace("STATUS:CONFIRMED\n", "STATUS:CONFIRMED\n" + "X-PADDING:x\n" * 30_000)
    assert hear(text.encode(), KEY).says == Nothing("unreadable")


@pytest.mark.parametrize(
    "flag",
    [
        "Auto-Submitted: auto-replied",
        "Precedence: bulk",
        "Precedence: auto_reply",
        "X-Autoreply: yes",
        "X-Auto-Response-Suppress: OOF",
        "X-Auto-Response-Suppress: DR, OOF, AutoReply",
        "X-Auto-Response-Suppress: All",
        "Return-Path: <>",
        "List-Id: <club.example>",
    ],
)
def test_what_a_machine_writes_in_words_is_no_answer(flag):
    assert hear(flag.encode() + b"\r\n" + read("in_words"), KEY).says == Nothing("automatic")
    assert isinstance(hear(b"Auto-Submitted: no\r\n" + read("in_words"), KEY).says, Words)


@pytest.mark.parametrize("name", ["counter_google", "counter_outlook"])
def test_another_time_is_heard_in_its_own_zone(name):
    counter = said(name)
    assert isinstance(counter, Counter)
    assert counter.starts_at == datetime(2027, 3, 19, 13, tzinfo=UTC)
    assert counter.ends_at == datetime(2027, 3, 19, 17, tzinfo=UTC)


def test_who_answers_for_whom_is_heard():
    assert said("delegated").delegated_to == "adjoint@edelweiss.example"
    assert said("assistant").sent_by == "assistante@edelweiss.example"
    assert said("forwarded_crasher").attendees == ("collegue@ailleurs.example",)
    assert isinstance(said("refresh"), Refresh)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("request", Nothing("not_an_answer")),
        ("cancel", Nothing("not_an_answer")),
        ("vacation", Nothing("automatic")),
        ("in_words", Words("OK je viens, avec mon directeur d'usine.\n\nNadia")),
    ],
)
def test_what_is_no_answer_is_none(name, expected):
    assert said(name) == expected


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("bounce_postfix", Severity.hard),
        ("bounce_exchange", Severity.hard),
        ("bounce_qmail", Severity.hard),
        ("bounce_full", Severity.soft),
        ("bounce_delayed", Severity.late),
        ("bounce_delivered", Severity.none),
    ],
)
def test_a_report_names_the_letter_by_its_signed_address(name, severity):
    bounce = said(name)
    assert isinstance(bounce, Bounce)
    assert (bounce.severity, bounce.letter_id) == (severity, 12)
    assert bounce.reason


@pytest.mark.parametrize("name", ["bounce_postfix", "bounce_exchange"])
def test_a_report_to_another_address_names_no_letter(name):
    forged = read(name).replace(OWN.encode(), OWN.replace("-12-", "-13-").encode())
    bounce = hear(forged, KEY).says
    assert isinstance(bounce, Bounce)
    assert bounce.letter_id is None
    assert bounce.message_id == "<letter-12@bourse.example>"


def test_an_absence_told_to_a_letter_s_own_address_is_no_bounce():
    vacation = read("vacation").replace(b"club@bourse.example", OWN.encode())
    assert hear(vacation, KEY).says == Nothing("automatic")


def test_two_different_answers_in_one_mail_are_said_to_be_so():
    google = read("google").replace(b"DTSTAMP:20270302T091500Z", b"DTSTAMP:20270302T091600Z")
    reply = hear(google, KEY).says
    assert isinstance(reply, Reply)
    assert not reply.is_alone


def test_a_mail_that_passed_another_server_has_the_same_fingerprint():
    there = b"Received: from mx.example by mx.bourse.example\r\n" + read("google")
    assert hear(there, KEY).fingerprint == hear(read("google"), KEY).fingerprint
    assert hear(read("apple"), KEY).fingerprint != hear(read("google"), KEY).fingerprint


def test_the_first_of_two_froms_is_not_believed():
    raw = b"From: claire@bourse.example\r\n" + read("apple")
    assert hear(raw, KEY).sender == ""
    assert hear(read("apple").replace(b"From: Nadia", b"From: claire@bourse.example, Nadia"), KEY).sender == ""


ZONE_BOMB = "\r\n".join(
    [
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Paris",
        "BEGIN:STANDARD",
        "DTSTART:19000101T000000",
        "RRULE:FREQ=SECONDLY",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+1200",
        "END:STANDARD",
        "END:VTIMEZONE",
        "",
    ]
)


def nested(depth: int, end: str = "\r\n") -> bytes:
    lines = ["From: x@example.example"]
    for level in range(depth):
        lines += [f'Content-Type: multipart/mixed; boundary="b{level}"', "", f"--b{level}"]
    return end.join([*lines, "", "x"]).encode()


HEAD = b"From: x@example.example\r\nMessage-ID: <h@example.example>\r\n"
IN_PARTS = HEAD + b'Content-Type: multipart/mixed; boundary="a"\r\n\r\n'
CALENDAR = HEAD + b"Content-Type: text/calendar; method=REPLY\r\n\r\n"
EVENT = "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n{0}BEGIN:VEVENT\r\nUID:u\r\n{1}END:VEVENT\r\nEND:VCALENDAR\r\n"
HOSTILE = {
    "multiparts 100 000 deep": nested(100_000),
    "mails in mails": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 300_000,
    "a million parts": IN_PARTS + b"--a\r\n\r\nx\r\n" * 1_000_000,
    "a line that is nearly a boundary": IN_PARTS + b"--a" + b" " * 9_000_000 + b"x",
    "boundaries of dashes": IN_PARTS.replace(b'"a"', b'"--"') + b"-" * 10_000_000,
    "nearly boundaries": IN_PARTS + b"--ab\n" * 2_000_000,
    "nearly boundaries, five deep": HEAD
    + b"".join(
        b'Content-Type: multipart/mixed; boundary="%b"\r\n\r\n--%b\r\n' % (name, name)
        for name in (b"a", b"aa", b"aaa", b"aaaa", b"aaaaa")
    )
    + b"--aaaaaa\n" * 1_100_000,
    "a header of 10 MB": b"Subject: " + b"a" * 10_000_000 + b"\r\n\r\n",
    "a folded header of 10 MB": b"Subject: a" + b"\r\n a" * 2_500_000 + b"\r\n\r\n",
    "a million headers": b"X: y\r\n" * 1_600_000 + b"\r\n",
    "a million addresses": b"From: " + b"a@b.example," * 800_000 + b"\r\n\r\n",
    "comments in comments": b"From: " + b"(" * 5_000_000 + b"\r\nDate: " + b"(" * 5_000 + b"\r\n\r\n",
    "parameters": b"Content-Type: text/calendar" + b';a="' * 2_000_000 + b"\r\n\r\n",
    "encoded words": b"Subject: " + b"=?utf-8?q?a?= " * 500_000 + b"\r\n\r\n",
    "20 MB of base64": CALENDAR.replace(b"\r\n\r\n", b"\r\nContent-Transfer-Encoding: base64\r\n\r\n")
    + base64.encodebytes(b"\0" * 15_000_000),
    "a calendar of one fold after another": CALENDAR + b"BEGIN:VCALENDAR\r\nMETHOD:REPLY" + b"\r\n " * 80_000,
    "100 000 attendees": CALENDAR + EVENT.format("", "ATTENDEE:mailto:a@b\r\n" * 12_000).encode(),
    "10 000 events": CALENDAR + EVENT.format("", "END:VEVENT\r\nBEGIN:VEVENT\r\n" * 9_000).encode(),
    "components in components": CALENDAR + b"BEGIN:VEVENT\r\n" * 18_000,
    "a zone without end": CALENDAR + EVENT.format(ZONE_BOMB, "DTSTART;TZID=Europe/Paris:20270312T140000\r\n").encode(),
    "a number without end": CALENDAR + EVENT.format("", "SEQUENCE:" + "9" * 200_000 + "\r\n").encode(),
    "parameters of an attendee": CALENDAR + EVENT.format("", "ATTENDEE" + ';X="' * 50_000 + ":mailto:a@b\r\n").encode(),
    "blank lines": HEAD + b"\r\n" * 5_000_000,
    "blanks": HEAD + b"\r\n" + b" " * 10_000_000,
    "zeros": b"\0" * 10_000_000,
    "nothing": b"",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_costs_little(name):
    begun = time.process_time()
    mail = hear(HOSTILE[name], KEY)
    assert time.process_time() - begun < 1
    assert mail.says is not None


@pytest.mark.parametrize("name", ["multiparts 100 000 deep", "mails in mails", "a million parts", "20 MB of base64"])
def test_a_hostile_mail_takes_little_room(name):
    raw = HOSTILE[name]
    tracemalloc.start()
    hear(raw, KEY)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 150 * 2**20


def test_a_false_zone_is_forgotten_at_once():
    """Whoever defines "Europe/Paris" anew in a mail changes no other mail's hours."""
    hear(HOSTILE["a zone without end"], KEY)
    assert said("counter_outlook").starts_at == datetime(2027, 3, 19, 13, tzinfo=UTC)


def mutations(raw: bytes, chance: random.Random) -> bytes:
    """The mail with a few things wrong, as lines, bytes and blocks go wrong on the way or in a workshop."""
    for _ in range(chance.randint(1, 6)):
        at, length = chance.randrange(len(raw) + 1), chance.choice([1, 2, 10, 100])
        match chance.randrange(5):
            case 0:
                raw = raw[:at] + chance.randbytes(length) + raw[at + length :]
            case 1:
                raw = raw[:at] + raw[at + length :]
            case 2:
                raw = raw[:at] + raw[at : at + length] * chance.choice([2, 50]) + raw[at:]
            case 3:
                swaps = [(b"\r\n", b"\n"), (b";", b":"), (b":", b";"), (b"=", b""), (b"--", b"-")]
                raw = raw.replace(*chance.choice(swaps))
            case _:
                lines = raw.split(b"\r\n")
                chance.shuffle(lines)
                raw = b"\r\n".join(lines) if chance.random() < 0.2 else raw
    return raw


def test_a_thousand_broken_mails_are_heard_without_a_fault():
    chance = random.Random(74300)
    mails = sorted(MAILS.glob("*.eml"))
    for _ in range(1000):
        mail = hear(mutations(chance.choice(mails).read_bytes(), chance), KEY)
        assert mail.fingerprint


@pytest.mark.parametrize(
    "sender",
    [
        "attacker@ailleurs.example (<marc@bourse.example>((((x)))))",
        "<attacker@ailleurs.example> <marc@bourse.example>",
    ],
)
def test_an_address_that_others_read_differently_is_not_believed(sender):
    assert "marc@bourse.example" not in unpack(f"From: {sender}\r\n\r\n".encode()).headers.addresses("From")


def test_words_that_cannot_be_read_stand_as_they_came():
    assert unpack(b"Status: =?utf-8?b?A?=\r\n\r\n").headers.words("Status") == "=?utf-8?b?A?="
