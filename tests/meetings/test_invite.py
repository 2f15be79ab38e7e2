"""A meeting as calendar text, read back by readers that did not write it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bourse.meetings.invite import Attendee, CalendarEntry, Organizer, cancel, common_name, one_line, plain, request
from tests.meetings.parsers import READERS, by_ical_js, by_icalendar, by_vobject

PARIS = ZoneInfo("Europe/Paris")
CLUB = Organizer("Claire Martin via Bourse", "rencontres@bourse.example")
MARC = Attendee("Marc Lefèvre", "marc@bourse.example")
MEETING = CalendarEntry(
    uid="0f5b4bd4-3f3f-4c55-9d39-2f5f3a0f8d11@bourse.example",
    sequence=2,
    stamp=datetime(2026, 9, 1, 8, 30, 15, tzinfo=UTC),
    created=datetime(2026, 6, 1, 9, tzinfo=UTC),
    changed=datetime(2026, 8, 31, 17, tzinfo=UTC),
    starts_at=datetime(2026, 10, 15, 14, tzinfo=PARIS),
    ends_at=datetime(2026, 10, 15, 18, tzinfo=PARIS),
    summary="Rencontre du club",
    organizer=CLUB,
    description="Chez Tôlerie Morel.\nParking : à gauche ; badge à l'accueil, merci.",
    location="12 rue de l'Atelier\n14500 Vire",
    url="https://bourse.example/rencontres/3",
    geo=(48.8385, -0.00005),
)

DAYS = [(2026, 10, 15), (2026, 11, 12), (2027, 3, 28), (2026, 10, 25), (2028, 2, 29)]
HOSTILE = st.text(max_size=200) | st.text(alphabet="\\;,:\"'^nN\r\n\t\x00\x0b\x1c\x7f\x85\u2028é😀 a", max_size=200)
Write = Callable[[CalendarEntry, Attendee], bytes]
METHODS = pytest.mark.parametrize("write", [request, cancel])


def lines(data: bytes) -> list[str]:
    """The content lines, unfolded."""
    return data.decode().replace("\r\n ", "").split("\r\n")


def event_lines(data: bytes) -> list[str]:
    said = lines(data)
    return said[said.index("BEGIN:VEVENT") + 1 : said.index("END:VEVENT")]


def names(said: list[str]) -> list[str]:
    """The properties' names."""
    return [re.split("[;:]", line)[0] for line in said]


def common_name_written(data: bytes) -> str:
    attendee = next(line for line in lines(data) if line.startswith("ATTENDEE"))
    found = re.search('CN=(?:"([^"]*)"|([^";:]*))[;:]', attendee)
    assert found
    return found[1] or found[2]


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("reader", READERS)
def test_two_in_the_afternoon_in_paris_is_that_for_every_reader(reader: str, day: tuple[int, int, int]) -> None:
    starts_at, ends_at = datetime(*day, 14, tzinfo=PARIS), datetime(*day, 18, tzinfo=PARIS)
    read = READERS[reader](request(replace(MEETING, starts_at=starts_at, ends_at=ends_at), MARC))
    assert (read.starts_at, read.ends_at) == (starts_at, ends_at)


def test_two_in_the_afternoon_in_paris_is_that_for_thunderbird() -> None:
    starts = [datetime(*day, 14, tzinfo=PARIS) for day in DAYS]
    messages = [request(replace(MEETING, starts_at=at, ends_at=at.replace(hour=18)), MARC) for at in starts]
    assert [read.starts_at for read in by_ical_js(messages)] == starts


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_sees_the_same_meeting(reader: str) -> None:
    read = READERS[reader](request(MEETING, MARC))
    assert read == by_icalendar(request(MEETING, MARC))
    assert read.uid == MEETING.uid
    assert read.summary == "Rencontre du club"
    assert read.description == MEETING.description
    assert read.location == "12 rue de l'Atelier, 14500 Vire"
    assert (read.organizer, read.attendees) == ("rencontres@bourse.example", ("marc@bourse.example",))


def test_thunderbird_sees_the_same_meeting() -> None:
    both = [request(MEETING, MARC), cancel(MEETING, MARC)]
    assert by_ical_js(both) == [by_icalendar(message) for message in both]


def test_an_invitation_says_what_calendars_need_to_offer_their_buttons() -> None:
    said = lines(request(MEETING, MARC))
    for line in (
        'ATTENDEE;CN="Marc Lefèvre";CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT;RSVP=TRUE'
        ":mailto:marc@bourse.example",
        'ORGANIZER;CN="Claire Martin via Bourse":mailto:rencontres@bourse.example',
        "METHOD:REQUEST",
        "PRODID:-//Club Bourse//bourse//FR",
        "STATUS:CONFIRMED",
        "SEQUENCE:2",
        "DTSTAMP:20260901T083015Z",
        "LAST-MODIFIED:20260831T170000Z",
        "DTSTART;TZID=Europe/Paris:20261015T140000",
        "DTEND;TZID=Europe/Paris:20261015T180000",
        "GEO:48.838500;-0.000050",
    ):
        assert line in said


def test_another_time_may_be_proposed_since_it_is_heard() -> None:
    assert b"DISALLOW-COUNTER" not in request(MEETING, MARC) + cancel(MEETING, MARC)


def test_a_cancellation_keeps_what_identifies_the_meeting_and_tells_nothing_more() -> None:
    data = cancel(MEETING, MARC)
    kept = "ATTENDEE CREATED DTEND DTSTAMP DTSTART LAST-MODIFIED ORGANIZER SEQUENCE STATUS SUMMARY UID"
    assert " ".join(sorted(names(event_lines(data)))) == kept
    assert {"METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:2"} <= set(lines(data))


def test_an_answer_already_given_stays_on_an_update_and_can_still_be_changed() -> None:
    said = "".join(lines(request(MEETING, replace(MARC, partstat="ACCEPTED"))))
    assert "PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT;RSVP=TRUE" in said


def test_the_facilitator_is_invited_as_the_one_who_chairs() -> None:
    claire = Attendee("Claire Martin", "claire@bourse.example", chairs=True)
    assert "ROLE=CHAIR" in "".join(lines(request(MEETING, claire)))


def test_an_invitation_has_these_properties_and_no_others() -> None:
    """No repetition, alarm, duration, sharing of others, or word of what the reader's own program decides."""
    told = "ATTENDEE CREATED DESCRIPTION DTEND DTSTAMP DTSTART GEO LAST-MODIFIED LOCATION ORGANIZER SEQUENCE STATUS"
    assert " ".join(sorted(names(event_lines(request(MEETING, MARC))))) == f"{told} SUMMARY TRANSP UID URL"
    assert "TRANSP:OPAQUE" in lines(request(MEETING, MARC))


@METHODS
def test_the_calendar_says_its_method_once_and_outside_the_meeting(write: Write) -> None:
    said = lines(write(MEETING, MARC))
    head = said[: said.index("BEGIN:VTIMEZONE")]
    assert head == ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Club Bourse//bourse//FR", head[-1]]
    assert head[-1] == f"METHOD:{'REQUEST' if write is request else 'CANCEL'}"
    assert names(said).count("METHOD") == 1
    assert [line for line in said if line.startswith("BEGIN:V")] == [
        "BEGIN:VCALENDAR",
        "BEGIN:VTIMEZONE",
        "BEGIN:VEVENT",
    ]


@METHODS
@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Montreal", "Europe/Brussels", "UTC"])
def test_every_zone_that_is_named_is_told_and_none_else(write: Write, zone: str) -> None:
    said = lines(write(replace(MEETING, zone=zone), MARC))
    used = {found for line in said for found in re.findall(r"^DT(?:START|END);TZID=([^:]+):", line)}
    assert used == {line.removeprefix("TZID:") for line in said if line.startswith("TZID:")}
    assert used <= {"Europe/Paris"}
    moments = [line for line in event_lines(write(replace(MEETING, zone=zone), MARC)) if line.startswith("DT")]
    assert all(line.endswith("Z") or ";TZID=" in line for line in moments)  # never a time that floats


def test_texts_escape_what_they_must_and_nothing_else() -> None:
    typed = 'a\\b; c, d: "e"\nf'
    assert 'DESCRIPTION:a\\\\b\\; c\\, d: "e"\\nf' in lines(request(replace(MEETING, description=typed), MARC))


@METHODS
def test_the_zone_is_told_by_two_rules_before_the_meeting(write: Write) -> None:
    said = lines(write(MEETING, MARC))
    assert said.index("BEGIN:VTIMEZONE") < said.index("BEGIN:VEVENT")
    assert [line for line in said if line.startswith("RRULE")] == [
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
    ]
    assert "RDATE" not in "".join(said)


@METHODS
def test_a_club_in_another_zone_gets_universal_time_and_no_zone(write: Write) -> None:
    data = write(replace(MEETING, zone="America/Montreal"), MARC)
    assert "DTSTART:20261015T120000Z" in lines(data)
    assert b"VTIMEZONE" not in data
    assert by_vobject(data).starts_at == MEETING.starts_at


@METHODS
def test_the_same_meeting_gives_the_same_bytes(write: Write) -> None:
    in_utc = replace(MEETING, starts_at=MEETING.starts_at.astimezone(UTC), ends_at=MEETING.ends_at.astimezone(UTC))
    assert write(MEETING, MARC) == write(in_utc, MARC)


@METHODS
def test_no_reminder_no_privacy_mark_and_nothing_empty_is_written(write: Write) -> None:
    bare = replace(MEETING, description=" \n", location="", url="", geo=None)
    said = event_lines(write(bare, Attendee("", "marc@bourse.example")))
    assert not {"BEGIN", "CLASS", "DESCRIPTION", "LOCATION", "URL", "GEO"} & set(names(said))
    assert not [line for line in said if line.endswith(":")]


@METHODS
@settings(deadline=None)
@given(text=HOSTILE, name=HOSTILE)
def test_octets_follow_the_rules_whatever_is_typed(write: Write, text: str, name: str) -> None:
    entry = replace(MEETING, summary=text, description=text, location=text, organizer=Organizer(name, CLUB.address))
    data = write(entry, replace(MARC, name=name))
    assert data.startswith(b"BEGIN:VCALENDAR\r\n")  # no byte order mark
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert not data.endswith(b"\r\n\r\n")
    assert not re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]", data)
    assert data.count(b"\r") == data.count(b"\n") == data.count(b"\r\n")
    for line in data.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()  # no character is cut
        assert (len(line) - len(line.rstrip(b"\\"))) % 2 == 0, "an escape is cut"


@settings(deadline=None)
@given(text=HOSTILE, name=HOSTILE)
def test_whatever_is_typed_adds_no_property(text: str, name: str) -> None:
    entry = replace(MEETING, summary=f"a{text}", description=f"a{text}", location=f"a{text}")
    data = request(entry, replace(MARC, name=f"a{name}"))
    assert names(lines(data)) == names(lines(request(MEETING, MARC)))
    assert by_icalendar(data).attendees == ("marc@bourse.example",)
    assert common_name_written(data) == common_name(f"a{name}")


@pytest.mark.parametrize("reader", ["icalendar", "vobject", "ical"])
@settings(deadline=None)
@given(text=HOSTILE)
def test_what_is_typed_is_what_is_read(reader: str, text: str) -> None:
    read = READERS[reader](request(replace(MEETING, summary=f"a{text}b", description=f"a{text}b"), MARC))
    assert (read.summary, read.description) == (one_line(f"a{text}b"), plain(f"a{text}b"))


@settings(deadline=None, max_examples=5)
@given(texts=st.lists(HOSTILE, min_size=40, max_size=40))
def test_what_is_typed_is_what_thunderbird_reads(texts: list[str]) -> None:
    read = by_ical_js([request(replace(MEETING, description=f"a{text}b"), MARC) for text in texts])
    assert [one.description for one in read] == [plain(f"a{text}b") for text in texts]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("C:\\Notes\\n", "C:\\Notes\\n"),
        ("a\r\nb\rc\u2028d\x85e", "a\nb\nc\nd\ne"),
        ("  a\tb\x00\x07c\x7f ", "a bc"),
        ("été 😀 ; , : \" '", "été 😀 ; , : \" '"),
    ],
)
def test_text_is_kept_but_for_what_calendars_cannot_carry(typed: str, kept: str) -> None:
    assert plain(typed) == kept
    assert by_vobject(request(replace(MEETING, description=typed), MARC)).description == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ('Marc "le Grand" Lefèvre', "Marc le Grand Lefèvre"),
        ("Lefèvre, Marc\r\nX: y", "Lefèvre, Marc X: y"),
        ("a^nb\\", "a nb"),
    ],
)
def test_a_name_is_cleaned_of_what_other_programs_print_raw(typed: str, kept: str) -> None:
    assert common_name(typed) == kept
    assert common_name_written(request(MEETING, replace(MARC, name=typed))) == kept


@pytest.mark.parametrize(
    "address",
    ["", "marc", "marc@", "a b@bourse.example", "marc@bourse.example\r\nX:y", "<marc@bourse.example>", "a@b@c"],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        request(MEETING, replace(MARC, address=address))


def test_the_organizers_own_address_is_never_invited() -> None:
    with pytest.raises(ValueError, match="organizer"):
        request(MEETING, Attendee("Claire", "Rencontres@Bourse.example"))


def test_an_unknown_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="answer"):
        request(MEETING, replace(MARC, partstat="WAITING"))


def test_a_meeting_that_ends_before_it_starts_or_has_no_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="ends"):
        replace(MEETING, ends_at=MEETING.starts_at)
    with pytest.raises(ValueError, match="aware"):
        replace(MEETING, starts_at=datetime(2026, 10, 15, 14))  # noqa: DTZ001
