"""Mon agenda: the secret address, and what a calendar reads there."""

import re
from datetime import timedelta

import pytest
import time_machine

from bourse.clock import now
from bourse.clubs.models import Club, MembershipState
from bourse.db import db
from bourse.home import feed_views, reading_models
from bourse.home.models import Feed
from bourse.mailroom.models import Letter
from bourse.meetings.due import write_calendar_letters
from bourse.meetings.letters import answer_url
from bourse.meetings.models import Answer, Meeting, SeasonState, Via
from bourse.people.models import Language, Person
from bourse.planning.states import Can
from tests.cast import a_club, a_company, a_meeting, a_member, a_person, invitation_of
from tests.meetings.parsers import ALL_READERS, all_by_icalendar
from tests.planning.season import a_poll, a_season_asked, a_wish, says
from tests.test_queries import counted

AGO = timedelta(days=1)


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


@pytest.fixture
def subscribe(app, visit):
    """Has somebody ask for an address, and returns its path."""

    def ask(name, **chosen):
        page = visit(app.test_client(), name).post("/feed/", data=chosen, follow_redirects=True).text
        return path_in(page)

    return ask


def path_in(page):
    (path,) = set(re.findall(r'value="http://localhost(/feed/[^"]+\.ics)"', page))
    return path


def text_of(data):
    return data.decode().replace("\r\n ", "")


def entries(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return all_by_icalendar(answer.data)


def meeting_of(club):
    return db.session.get_one(Meeting, club.meeting)


def test_the_address_is_shown_once_and_only_its_mark_is_kept(app, club, client, visit):
    visit(client, "marc")
    page = client.post("/feed/", follow_redirects=True).text
    path = path_in(page)
    assert f'href="webcal://localhost{path}"' in page
    token = path.removeprefix("/feed/").removesuffix(".ics")
    assert len(token) >= 43
    assert token not in client.get("/feed/").text
    with app.app_context():
        assert token not in str(db.session.execute(db.select(Feed.__table__)).all())


def test_a_calendar_reads_the_meetings_of_its_person(club, client, subscribe):
    answer = client.get(subscribe("nadia"))
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "Content-Disposition" not in answer.headers
    (read,) = all_by_icalendar(answer.data)
    assert read.summary.endswith("(à confirmer)")
    assert "STATUS:TENTATIVE" in text_of(answer.data)
    assert "NAME:Club d'essai" in text_of(answer.data)


@pytest.mark.parametrize("reader", ALL_READERS)
def test_every_reader_sees_what_stands_in_the_feed(club, client, subscribe, reader):
    data = client.get(subscribe("marc")).data
    assert ALL_READERS[reader](data) == all_by_icalendar(data)


def test_it_is_the_entry_of_the_invitation(app, club, client, subscribe):
    with app.app_context():
        write_calendar_letters(now())
        invitation_of(club.meeting, club.marc).copies[0].sequence = 4  # his thread ran ahead
        db.session.commit()
        uid = meeting_of(club).uid
    text = text_of(client.get(subscribe("marc")).data)
    assert f"UID:{uid}\r\n" in text
    assert "SEQUENCE:4\r\n" in text
    assert not re.search("METHOD|ORGANIZER|ATTENDEE", text)


def test_answers_moves_and_cancellations_follow(app, club, client, subscribe):
    path = subscribe("marc")
    with app.app_context():
        marc = db.session.get_one(Person, club.marc)
        invitation_of(club.meeting, club.marc).give(Answer.declined, at=now(), via=Via.web, by=marc)
        db.session.commit()
    assert entries(client, path) == []
    with app.app_context():
        meeting = meeting_of(club)
        meeting.move(meeting.starts_at + AGO, meeting.ends_at + AGO)
        db.session.commit()
    assert entries(client, path)[0].summary.endswith("(à confirmer)")
    with app.app_context():
        meeting_of(club).cancel()
        db.session.commit()
    assert entries(client, path)[0].summary.startswith("Annulé :")
    with time_machine.travel(now() + timedelta(days=31)):
        assert entries(client, path) == []


def test_it_shows_half_a_year_back_and_no_meeting_before_its_go(app, club, client, subscribe):
    with app.app_context():
        first = meeting_of(club)
        for days, is_released in ((-170, True), (-200, True), (40, False), (500, True), (560, True)):
            a_meeting(first.club, first.host, [], days=days, is_released=is_released)
        db.session.commit()
    assert len(entries(client, subscribe("marc"))) == 3


def test_a_person_chooses_not_to_see_twice_what_he_accepted_by_mail(app, club, client, visit, subscribe):
    path = subscribe("marc", mode="unaccepted")
    assert len(entries(client, path)) == 1
    with app.app_context():
        marc = db.session.get_one(Person, club.marc)
        invitation_of(club.meeting, club.marc).give(Answer.accepted, at=now(), via=Via.calendar, by=marc)
        db.session.commit()
    assert entries(client, path) == []
    visit(app.test_client(), "marc").post("/feed/mode", data={"mode": "all"})
    assert len(entries(client, path)) == 1


def test_a_new_address_kills_the_former_and_an_end_kills_both(app, club, client, visit, subscribe):
    former, present = subscribe("marc"), subscribe("marc")
    assert [client.get(path).status_code for path in (former, present)] == [404, 200]
    visit(app.test_client(), "marc").post("/feed/end")
    assert client.get(present).status_code == 404


@pytest.mark.parametrize("ending", ["left", "paused", "closed"])
def test_the_feed_ends_with_the_membership(app, club, client, subscribe, ending):
    path = subscribe("marc")
    with app.app_context():
        marc = db.session.get_one(Person, club.marc)
        if ending == "closed":
            marc.is_closed = True
        else:
            marc.memberships[0].state = MembershipState(ending)
        db.session.commit()
    answer = client.get(path)
    assert (answer.status_code, answer.data) == (404, b"")


def test_a_wrong_address_is_no_calendar_and_no_way_in(club, client):
    answer = client.get("/feed/x.ics")
    assert (answer.status_code, answer.data) == (404, b"")
    assert not {"Location", "Set-Cookie"} & set(answer.headers.keys())


def test_no_cookie_is_read_or_set_and_nobody_keeps_the_address(app, club, client, visit, subscribe):
    path = subscribe("marc")
    entries(client, path)
    visit(client, "claire")
    with counted() as sent:
        answer = client.get(path)
    assert answer.data == app.test_client().get(path).data
    assert not [statement for statement in sent if "sign_in" in statement]
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "private, max-age=900"


def test_who_has_it_gets_304_until_something_changes(app, club, client, subscribe):
    path = subscribe("nadia")
    first = client.get(path)
    known = {"If-None-Match": first.headers["ETag"]}, {"If-Modified-Since": first.headers["Last-Modified"]}
    for headers in known:
        answer = client.get(path, headers=headers)
        assert (answer.status_code, answer.data) == (304, b"")
    assert client.get(path).data == first.data
    head = client.head(path)
    assert (head.data, head.headers["ETag"]) == (b"", first.headers["ETag"])
    with app.app_context():
        meeting_of(club).company.parking = "Portail C"
        db.session.commit()
    for headers in known:
        assert client.get(path, headers=headers).status_code == 200


def test_reading_writes_at_most_once_an_hour_for_who_has_it(app, club, client, subscribe):
    path = subscribe("marc")
    known = {"If-None-Match": client.get(path).headers["ETag"]}
    with counted() as sent:
        client.get(path, headers=known)
    assert [statement for statement in sent if not statement.startswith("SELECT")] == []
    with time_machine.travel(now() + timedelta(hours=2)), counted() as sent:
        client.get(path, headers=known)
    assert len([statement for statement in sent if statement.startswith("UPDATE")]) == 1


def test_a_calendar_that_reads_without_end_is_asked_to_wait(club, client, subscribe, monkeypatch):
    monkeypatch.setattr(reading_models, "READS_AN_HOUR", 3)
    path = subscribe("marc")
    answers = [client.get(path) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "3600"
    assert client.get(path, headers={"If-None-Match": answers[0].headers["ETag"]}).status_code == 304
    with time_machine.travel(now() + timedelta(hours=1, minutes=1)):
        assert client.get(path).status_code == 200


def test_it_speaks_its_persons_language_whatever_the_calendar_asks_for(app, club, client, subscribe):
    with app.app_context():
        db.session.get_one(Person, club.nadia).language = Language.en
        db.session.commit()
    answer = client.get(subscribe("nadia"), headers={"Accept-Language": "fr"})
    assert all_by_icalendar(answer.data)[0].summary.endswith("(to be confirmed)")


def test_a_club_elsewhere_is_told_on_its_own_clocks(app, club, client, subscribe):
    with app.app_context():
        db.session.get_one(Club, club.club).timezone = "America/Montreal"
        db.session.commit()
        starts_at = meeting_of(club).starts_at
    (read,) = entries(client, path := subscribe("marc"))
    assert read.starts_at == starts_at
    assert "8\u00a0h\u00a0–\u2060\u00a012\u00a0h" in read.description
    assert "X-WR-TIMEZONE:America/Montreal" in text_of(client.get(path).data)


def test_its_entry_is_revised_as_the_invitation_is(app, club, client, subscribe):
    """DTSTAMP and LAST-MODIFIED are one (RFC 5545 §3.8.7.2), the same as in the mail, and rise with a text."""

    def revisions(text):
        return re.findall(r"^(?:DTSTAMP|LAST-MODIFIED):(\S+)", text.partition("BEGIN:VEVENT")[2], re.MULTILINE)

    path = subscribe("nadia")
    with time_machine.travel(now() + timedelta(hours=1)), app.app_context():
        meeting_of(club).company.parking = "Portail C"
        db.session.flush()
        write_calendar_letters(now())
        db.session.commit()
    with time_machine.travel(now() + timedelta(hours=2)), app.app_context():
        meeting_of(club).company.parking = "Portail D"
        db.session.flush()
        write_calendar_letters(now())
        db.session.commit()
        hers = db.select(Letter).filter_by(to_address="nadia@bourse.example").order_by(Letter.id.desc()).limit(1)
        letter = db.session.scalars(hers).one()
        assert letter.calendar
        _stamp, modified = revisions(letter.calendar.decode())
    assert revisions(text_of(client.get(path).data)) == [modified, modified]


def test_it_reads_the_same_to_the_byte_whenever_it_is_read(club, client, subscribe):
    path = subscribe("marc")
    first = client.get(path)
    assert not first.headers["ETag"].startswith("W/")
    with time_machine.travel(now() + timedelta(hours=5)):
        feed_views._text.cache_clear()
        again = client.get(path)
    for header in ("ETag", "Last-Modified"):
        assert again.headers[header] == first.headers[header]
    assert again.data == first.data


def test_nothing_in_the_address_makes_it_tell_more(app, club, client, subscribe):
    """One address, one reader: whatever else is asked for, it tells what he may know."""
    with app.app_context():
        other = a_club("autre-club")
        host = a_member(other, a_person("paula"), a_company(other.organisation, "Fraisage Arolle"))
        a_meeting(other, host, [host.person], days=12)
        db.session.commit()
    path = subscribe("marc")
    told = client.get(path).data
    assert b"Arolle" not in told
    for asked in ("?club=autre-club", "?person=1", "?mode=all&reader=1", "?email=paula@bourse.example"):
        assert client.get(path + asked).data == told


def test_the_page_says_when_it_was_made_and_last_read(club, client, visit, subscribe):
    path = subscribe("marc")
    visit(client, "marc")
    assert "Aucun agenda ne l’a encore lue" in client.get("/feed/").text
    entries(client, path)
    assert "Lue pour la dernière fois" in client.get("/feed/").text


def test_the_page_says_how_often_and_that_one_may_see_a_meeting_twice(club, client, visit):
    page = visit(client, "marc").get("/feed/").text
    for words in ("toutes les quelques heures", "elle y serait deux fois", "club<wbr>@bourse.example à vos contacts"):
        assert words in page.replace("club@bourse", "club<wbr>@bourse")


def test_no_log_holds_the_address(club, client, subscribe, capfd):
    path = subscribe("marc")
    client.get(path)
    client.get(path + "x")
    assert path[6:40] not in "".join(capfd.readouterr())


def test_only_who_is_of_a_club_subscribes(club, client, visit):
    assert visit(client, "stranger").get("/feed/").status_code == 404
    assert client.post("/feed/").status_code == 404


def test_a_meeting_is_taken_away_as_the_invitation_has_it(app, club, client, visit):
    visit(client, "nadia")
    assert f'href="/meetings/{club.meeting}/rencontre.ics"' in client.get(f"/meetings/{club.meeting}").text
    answer = client.get(f"/meetings/{club.meeting}/rencontre.ics")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="rencontre-6.ics"'
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    (read,) = all_by_icalendar(answer.data)
    with app.app_context():
        assert (read.uid, read.starts_at) == (meeting_of(club).uid, meeting_of(club).starts_at)
    assert read.attendees == ()


def test_whom_the_host_keeps_out_reads_full_and_nothing_else(app, club, client, subscribe):
    path = subscribe("nadia")
    assert "Portail B" in text_of(client.get(path).data)
    with app.app_context():
        (nadia,) = db.session.get_one(Person, club.nadia).memberships
        meeting_of(club).exclude(nadia.company_id, by=meeting_of(club).host.person, at=now())
        db.session.commit()
    text = text_of(client.get(path).data)
    (read,) = all_by_icalendar(client.get(path).data)
    assert (read.summary, read.description, read.location) == ("Club d'essai : complet", "", "Décolletage Bouquetin")
    assert not re.search("Portail|Hugo|meetings/|GEO", text)


def test_each_token_opens_its_own_door_only(app, club, client, subscribe):
    feed_token = subscribe("marc").removeprefix("/feed/").removesuffix(".ics")
    with app.app_context():
        answer_token = answer_url(invitation_of(club.meeting, club.marc)).rpartition("/")[2]
    assert client.get(f"/feed/{answer_token}.ics").status_code == 404
    assert client.get(f"/meetings/answers/{feed_token}").status_code == 404
    assert client.get(f"/people/sign-in/{feed_token}").status_code == 410


# Options


def options_in(client, path):
    return [each for each in entries(client, path) if each.summary.startswith("(option)")]


def test_days_that_are_only_possible_are_shown_to_who_wishes_it(app, club, client, subscribe):
    with app.app_context():
        ours = db.session.get_one(Club, club.club)
        season = a_season_asked(ours, days=30)
        asked = len(season.options)
        marc = next(each for each in ours.memberships if each.person_id == club.marc)
        a_wish(season, marc, weekdays="UNUYUUU")  # never on a Tuesday
        thursdays = [each.starts_at for each in season.options if each.day.weekday() == 3]
        a_poll(meeting_of(club))
        db.session.commit()
    assert options_in(client, subscribe("nadia")) == []
    path = subscribe("marc", shows_options="y")
    shown = options_in(client, path)
    assert [each.starts_at for each in shown[3:]] == thursdays  # and the three days of the meeting that has to move
    assert (shown[0].summary, shown[3].summary) == (
        "(option) Club d'essai : rencontre 6",
        "(option) Club d'essai : rencontre possible",
    )
    text = text_of(client.get(path).data)
    assert text.count("STATUS:TENTATIVE") == text.count("TRANSP:TRANSPARENT") == len(shown)
    assert len(set(re.findall(r"UID:(poll-[0-9a-f-]{36}-\d+)\r\n", text))) == len(shown)
    assert len(options_in(client, subscribe("claire", shows_options="y"))) == asked  # she is not asked for days


@pytest.mark.parametrize("reader", ALL_READERS)
def test_every_reader_sees_the_options_alike(app, club, client, subscribe, reader):
    with app.app_context():
        a_season_asked(db.session.get_one(Club, club.club), days=20)
        db.session.commit()
    data = client.get(subscribe("marc", shows_options="y")).data
    assert ALL_READERS[reader](data) == all_by_icalendar(data)


def test_an_option_goes_with_the_question(app, club, client, subscribe):
    """Each change is told to a calendar that knew all there was."""
    with app.app_context():
        ours = db.session.get_one(Club, club.club)
        season, meeting = a_season_asked(ours, days=30), meeting_of(club)
        asked, days = season.options, a_poll(meeting)
        marc = next(each for each in ours.memberships if each.person_id == club.marc)
        db.session.commit()
        path = subscribe("marc", shows_options="y")
        most = len(asked) + len(days)

        def change_and_count(change):
            known = {"If-None-Match": client.get(path).headers["ETag"]}
            assert [client.get(path, headers=known).status_code for _ in range(2)] == [304, 304]
            change()
            db.session.commit()
            assert client.get(path, headers=known).status_code == 200
            return len(options_in(client, path))

        def no_tuesday():
            a_wish(season, marc, weekdays="UNUUUUU")

        def publish():
            season.state = SeasonState.published

        tuesdays = sum(each.day.weekday() == 1 for each in asked)
        first = next(each for each in asked if each.day.weekday() == 3)
        tuesday = next(each for each in asked if each.day.weekday() == 1)
        says(marc, tuesday, Can.maybe)  # that one suits if need be, and stays
        assert change_and_count(no_tuesday) == most - tuesdays + 1
        rest = len(options_in(client, path))
        assert change_and_count(lambda: first.keep(False, now())) == rest - 1
        assert change_and_count(lambda: says(marc, days[0], Can.no)) == rest - 2
        assert change_and_count(lambda: setattr(meeting.poll, "closed_at", now())) == rest - 4
        assert change_and_count(publish) == 0


def test_options_cost_one_question_more_and_none_to_who_does_not_wish_them(app, club, client, subscribe):
    with app.app_context():
        a_season_asked(db.session.get_one(Club, club.club))
        db.session.commit()
    path, wishes_none = subscribe("marc", shows_options="y"), subscribe("nadia")
    client.get(path), client.get(wishes_none)
    with counted() as sent:
        client.get(wishes_none)
    without = len([statement for statement in sent if statement.startswith("SELECT")])
    with counted() as sent:
        client.get(path)
    assert len([statement for statement in sent if statement.startswith("SELECT")]) == without + 1
