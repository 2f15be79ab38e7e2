"""What the feed costs beside bare programs that do the same; run `python -m bench.feed`."""

import tempfile
import time
from collections.abc import Callable
from datetime import time as wall
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from flask import Flask, Response
from icalendar import Calendar, Event, Timezone

from bench.club import DAYS, Grown, grow
from bench.pages import WARM_UP, Ratio
from bourse.app import create_app
from bourse.clock import club_time, instant, now
from bourse.clubs.models import Club
from bourse.db import db
from bourse.home import feed_views, reading_models
from bourse.home.models import Feed
from bourse.meetings.invite import VTIMEZONE_PARIS
from bourse.meetings.models import Invitation, Meeting
from bourse.people.enter import fingerprint
from bourse.people.models import Person
from bourse.settings import Settings

MEETINGS, MEMBERS, WRITTEN, ASKED = 12, 12, 100, 300
TOKEN = "a-token"
ADDRESS = f"/feed/{TOKEN}.ics"
AIMS = {"written anew": 2.0, "known, whole": 2.0, "not modified": 1.5}


def main() -> None:
    """Prints the ratios and the verdict."""
    with tempfile.TemporaryDirectory() as folder:
        house = create_app(Settings.from_environment({"BOURSE_DATA_DIR": folder}))
        with house.app_context():
            db.create_all()
            _fill(grow(MEMBERS))
        ratios = _measure(house)
    for name, ratio in ratios.items():
        print(f"  {name:14}{ratio.median:5.1f}   (half of the rounds: {ratio.lower:.1f} to {ratio.upper:.1f})")
    beyond = [name for name, ratio in ratios.items() if ratio.median > AIMS[name]]
    print(f"Beyond the aim: {', '.join(beyond)}." if beyond else "All are within their aims.")


def _measure(house: Flask) -> dict[str, Ratio]:
    ask = house.test_client(use_cookies=False).get
    first = ask(ADDRESS)
    bare = create_bare(first.data).test_client(use_cookies=False).get
    known = {"If-None-Match": first.headers["ETag"]}

    def anew() -> None:
        feed_views._text.cache_clear()
        assert ask(ADDRESS).status_code == 200

    def not_modified() -> None:
        assert ask(ADDRESS, headers=known).status_code == 304

    with patch.object(reading_models, "READS_AN_HOUR", 10**9):
        return {
            "written anew": _compare(anew, lambda: bare("/feed"), WRITTEN),
            "known, whole": _compare(lambda: ask(ADDRESS), lambda: bare("/feed"), WRITTEN),
            "not modified": _compare(not_modified, lambda: bare("/hello"), ASKED),
        }


def _compare(ours: Callable[[], Any], theirs: Callable[[], Any], rounds: int) -> Ratio:
    """In turn, in processor time, so that a busy machine hardly matters."""
    times = [(_timed(ours), _timed(theirs)) for _ in range(WARM_UP + rounds)]
    return Ratio.of(*map(list, zip(*times[WARM_UP:], strict=True)))


def _timed(ask: Callable[[], Any]) -> float:
    start = time.process_time()
    ask()
    return time.process_time() - start


def create_bare(text: bytes) -> Flask:
    """Answers `/feed` with the same meetings, written by icalendar alone from values at hand, and `/hello`."""
    app, events = Flask(__name__), [_values(event) for event in Calendar.from_ical(text).events]

    @app.get("/feed")
    def feed() -> Response:
        calendar = Calendar()
        calendar.add("prodid", "-//bare//")
        calendar.add("version", "2.0")
        calendar.add_component(Timezone.from_ical(VTIMEZONE_PARIS))
        for values in events:
            event = Event()
            for name, value in values:
                event.add(name, value)
            calendar.add_component(event)
        return Response(calendar.to_ical(), mimetype="text/calendar")

    @app.get("/hello")
    def hello() -> str:
        return "hello"

    return app


def _values(event: Event) -> list[tuple[str, Any]]:
    """What a program would have at hand: plain numbers, times and texts."""
    properties = event.property_items(recursive=False)[1:-1]  # without BEGIN and END
    return [(name, value.dt if hasattr(value, "dt") else value) for name, value in properties]


def _fill(club: Grown) -> None:
    """A season of a dozen released meetings, and marc's feed."""
    db.session.expire_all()
    ours = db.session.scalars(db.select(Club).filter_by(slug=club.slug)).one()
    marc = db.session.scalars(db.select(Person).filter_by(email=f"{club.person('marc')}@bourse.example")).one()
    today = club_time(now(), ours.timezone).date()
    for number in range(len(DAYS), MEETINGS):
        starts_at, ends_at = (instant(today + timedelta(30 * number), wall(hour), ours.timezone) for hour in (14, 18))
        host = db.session.scalars(db.select(Meeting)).all()[number - len(DAYS)].host
        db.session.add(Meeting(club=ours, host=host, number=number, starts_at=starts_at, ends_at=ends_at))
    db.session.flush()
    for meeting in db.session.scalars(db.select(Meeting)):
        meeting.release(now())
        if not meeting.invitation_of(marc):
            meeting.invitations.append(Invitation(person=marc))
    db.session.add(Feed(person=marc, token_hash=fingerprint(TOKEN)))
    db.session.commit()


if __name__ == "__main__":
    main()
