"""A calendar that knows everything is answered before the house is asked: never of what has changed since."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.exc import OperationalError

from bourse.clock import now
from bourse.clubs.models import Club, MembershipState
from bourse.db import db
from bourse.home.know_already import KnowAlready
from bourse.home.models import Feed, FeedMode
from bourse.meetings.due import write_calendar_letters
from bourse.meetings.models import Answer, Meeting, Via
from bourse.people.enter import fingerprint
from bourse.people.models import Language, Person
from tests.cast import a_meeting, invitation_of

TOKEN = "nadia-s-own"
PATH = f"/feed/{TOKEN}.ics"


@pytest.fixture
def nadia(app, club):
    db.session.add(Feed(person_id=club.nadia, token_hash=fingerprint(TOKEN)))
    db.session.commit()
    return db.session.get_one(Person, club.nadia)


def known_to(client):
    """What a calendar holds that has read, and asked twice more."""
    known = {"If-None-Match": client.get(PATH).headers["ETag"]}
    for _ in range(2):
        assert client.get(PATH, headers=known).status_code == 304
    return known


def changes(club, nadia):
    """All that its text is made of."""
    meeting = db.session.get_one(Meeting, club.meeting)
    ours, host = meeting.club, meeting.host
    (membership,) = nadia.memberships

    def rename():
        host.person.family_name = "Autrement"

    yield "the meeting moves", lambda: meeting.move(meeting.starts_at + timedelta(1), meeting.ends_at + timedelta(1))
    yield "the company's sheet", lambda: setattr(meeting.company, "parking", "Portail C")
    yield "the host's name", rename
    yield "the title", lambda: setattr(meeting, "title", "Recruter")
    yield "the club's name", lambda: setattr(ours, "name", "Club renommé")
    yield "the club's clocks", lambda: setattr(ours, "timezone", "America/Montreal")
    yield "her language", lambda: setattr(nadia, "language", Language.en)
    yield (
        "her answer",
        lambda: invitation_of(club.meeting, club.nadia).give(Answer.tentative, at=now(), via=Via.web, by=nadia),
    )
    yield "a letter's number", lambda: setattr(invitation_of(club.meeting, club.nadia).copies[0], "sequence", 9)
    yield "another meeting", lambda: a_meeting(ours, host, [nadia], days=30)
    yield "it is cancelled", meeting.cancel
    yield "it is restored", meeting.restore
    yield "her company is kept out", lambda: meeting.exclude(membership.company_id, by=host.person, at=now())
    yield "and let in", lambda: meeting.let_in(meeting.exclusions[0])
    yield "her invitation is withdrawn", lambda: invitation_of(club.meeting, club.nadia).withdraw(now())


def test_whatever_changes_is_told_at_once(app, club, client, nadia):
    write_calendar_letters(now())
    db.session.commit()
    unseen = []
    for name, change in changes(club, nadia):
        known = known_to(client)
        change()
        db.session.commit()
        if client.get(PATH, headers=known).status_code != 200:
            unseen.append(name)
    assert unseen == []


@pytest.mark.parametrize("end", ["left", "paused", "closed", "another address"])
def test_whose_feed_has_ended_is_told_so_at_once(app, club, client, nadia, end):
    known = known_to(client)
    if end == "closed":
        nadia.is_closed = True
    elif end == "another address":
        db.session.scalars(db.select(Feed)).one().draw("other", now())
    else:
        nadia.memberships[0].state = MembershipState(end)
    db.session.commit()
    assert client.get(PATH, headers=known).status_code == 404


def test_what_time_changes_is_told_too(app, club, client, nadia):
    """A cancelled meeting goes after a month, an old one after half a year."""
    db.session.get_one(Meeting, club.meeting).cancel()
    db.session.commit()
    known = known_to(client)
    with time_machine.travel(now() + timedelta(days=31)):
        assert client.get(PATH, headers=known).status_code == 200


def test_the_mode_is_part_of_it_and_another_etag_is_not_known(app, club, client, nadia):
    invitation_of(club.meeting, club.nadia).give(Answer.accepted, at=now(), via=Via.calendar, by=nadia)
    db.session.commit()
    known = known_to(client)
    assert client.get(PATH, headers={"If-None-Match": '"other"'}).status_code == 200
    assert client.get(PATH).status_code == 200
    assert client.get(PATH, headers={"If-None-Match": f'"other", W/{known["If-None-Match"]}'}).status_code == 304
    db.session.scalars(db.select(Feed)).one().mode = FeedMode.unaccepted
    db.session.commit()
    assert client.get(PATH, headers=known).status_code == 200


def test_two_readers_of_one_club_know_each_their_own(app, club, client, nadia):
    db.session.add(Feed(person_id=club.marc, token_hash=fingerprint("marc-s-own")))
    db.session.commit()
    known = known_to(client)
    theirs = client.get("/feed/marc-s-own.ics", headers=known)
    assert theirs.status_code == 200
    assert client.get("/feed/marc-s-own.ics", headers={"If-None-Match": theirs.headers["ETag"]}).status_code == 304


def test_it_is_noted_once_an_hour_that_somebody_reads(app, club, client, nadia):
    known = known_to(client)
    with time_machine.travel(now() + timedelta(hours=2)):
        assert client.get(PATH, headers=known).status_code == 304
        assert now() - db.session.scalars(db.select(Feed)).one().read_at < timedelta(minutes=1)


def test_it_says_what_who_has_the_text_needs(app, club, client, nadia):
    first = client.get(PATH)
    known = known_to(client)
    answer = client.get(PATH, headers=known)
    for header in ("ETag", "Cache-Control"):
        assert answer.headers[header] == first.headers[header]
    assert "Set-Cookie" not in answer.headers


def test_it_carries_all_that_the_house_s_own_answer_carries(app, club, client, nadia):
    house = app.wsgi_app.house
    known = known_to(client)
    quick = client.get(PATH, headers=known)
    app.wsgi_app = house
    own = client.get(PATH, headers=known)
    assert quick.headers["X-Robots-Tag"] == "noindex"
    assert "Date" not in quick.headers  # the server's: that of the answer before would be an old one
    assert sorted(quick.headers) == sorted((name, value) for name, value in own.headers if name != "Date")


def test_another_host_name_is_refused_like_anywhere(app, club, client, nadia):
    known = known_to(client)
    assert client.get(PATH, headers={**known, "Host": "evil.example"}).status_code == 400


def test_a_fault_before_the_house_is_the_house_s_to_tell(app, club, nadia):
    def away(_token):
        raise OperationalError("", {}, Exception("away"))

    house = app.wsgi_app.house
    app.wsgi_app = KnowAlready(house, away)
    assert app.test_client().get(PATH, headers={"If-None-Match": '"x"'}).status_code == 200
    assert db.session.get_one(Club, club.club).name.encode() in app.test_client().get(PATH).data
