"""What nobody was invited to by mail: the feed and the file to take away, read by readers that did not write them."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bourse.meetings.invite import CalendarEntry, Organizer
from bourse.meetings.publish import Published, feed, single
from tests.meetings.parsers import ALL_READERS, all_by_icalendar
from tests.meetings.test_invite import DAYS, MEETING, PARIS, event_lines, lines, names

MONTREAL = ZoneInfo("America/Montreal")


def in_the_feed(number: int, zone: ZoneInfo) -> CalendarEntry:
    """At two in the afternoon of a day on which clocks may change."""
    starts_at = datetime(*DAYS[number], 14, tzinfo=zone)
    ends_at = starts_at.replace(hour=18)
    uid = f"{number}-{MEETING.uid}"
    return replace(MEETING, uid=uid, starts_at=starts_at, ends_at=ends_at, zone=zone.key, organizer=None)


SEASON = sorted((in_the_feed(number, PARIS) for number in range(len(DAYS))), key=lambda entry: entry.starts_at)
BOTH = sorted(
    [*SEASON, replace(in_the_feed(0, MONTREAL), uid="montreal@bourse.example")], key=lambda each: each.starts_at
)


@pytest.mark.parametrize("reader", ALL_READERS)
@pytest.mark.parametrize("season", [SEASON, BOTH], ids=["paris", "paris and montreal"])
def test_every_reader_sees_the_same_season(reader: str, season: list[CalendarEntry]) -> None:
    data = feed("Club Bourse", "Europe/Paris", [Published(entry) for entry in season])
    read = ALL_READERS[reader](data)
    assert read == all_by_icalendar(data)
    assert [(each.uid, each.starts_at, each.ends_at) for each in read] == [
        (entry.uid, entry.starts_at, entry.ends_at) for entry in season
    ]
    assert {(each.organizer, each.attendees) for each in read} == {("", ())}
    assert {each.location for each in read} == {"12 rue de l'Atelier, 14500 Vire"}


@pytest.mark.parametrize("reader", ALL_READERS)
@pytest.mark.parametrize("zone", [PARIS, MONTREAL], ids=str)
def test_every_reader_sees_the_meeting_that_was_taken_away(reader: str, zone: ZoneInfo) -> None:
    entry = replace(in_the_feed(1, zone), organizer=Organizer("Club Bourse", "club@bourse.example"))
    (read,) = ALL_READERS[reader](single(Published(entry)))
    assert (read.uid, read.starts_at, read.summary) == (entry.uid, entry.starts_at, entry.summary)
    assert (read.organizer, read.attendees) == ("club@bourse.example", ())


def test_a_feed_has_no_method_and_nobody_in_it() -> None:
    said = lines(feed("Club, le nôtre", "Europe/Paris", [Published(SEASON[0])]))
    assert not {"METHOD", "ORGANIZER", "ATTENDEE", "UID;"} & set(names(said))
    for line in (
        "NAME:Club\\, le nôtre",
        "X-WR-CALNAME:Club\\, le nôtre",
        "X-WR-TIMEZONE:Europe/Paris",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
    ):
        assert line in said
    assert names(said).count("UID") == 1  # the calendar draws none of its own


def test_what_is_taken_away_is_published_and_asks_for_nothing() -> None:
    data = single(Published(MEETING))
    assert "METHOD:PUBLISH" in lines(data)
    assert "ATTENDEE" not in names(lines(data))
    assert {"STATUS:CONFIRMED", "TRANSP:OPAQUE", "SEQUENCE:2"} <= set(event_lines(data))


@pytest.mark.parametrize(("season", "zones"), [(SEASON, 1), (BOTH, 1), ([in_the_feed(0, MONTREAL)], 0), ([], 1)])
def test_the_zone_is_told_where_it_is_used_and_once(season: list[CalendarEntry], zones: int) -> None:
    """A calendar must hold something: an empty one holds the zone."""
    data = feed("Club", "Europe/Paris", [Published(entry) for entry in season])
    assert data.count(b"BEGIN:VTIMEZONE") == zones


def test_a_club_elsewhere_is_told_in_universal_time() -> None:
    data = feed("Club", "America/Montreal", [Published(in_the_feed(0, MONTREAL))])
    assert "DTSTART:20261015T180000Z" in lines(data)


def test_the_same_season_gives_the_same_bytes() -> None:
    in_utc = [replace(entry, starts_at=entry.starts_at.astimezone(UTC)) for entry in SEASON]
    texts = {feed("Club", "Europe/Paris", [Published(each) for each in season]) for season in (SEASON, in_utc)}
    assert len(texts) == 1
