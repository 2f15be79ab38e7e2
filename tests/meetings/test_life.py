"""The life of an invitation, as the mails of one club tell it from the "go" to the day."""

import re
from datetime import datetime, timedelta
from email.utils import parseaddr

import pytest
import time_machine

from bourse.clock import now
from bourse.db import db
from bourse.meetings.due import write_calendar_letters
from bourse.meetings.models import Answer, Meeting, Via
from bourse.people.models import Person
from tests.cast import a_meeting, a_member, a_person, in_days, invitation_of
from tests.meetings.parsers import by_icalendar
from tests.meetings.test_views import calendar_of, carry, meeting_form

NOBODY: dict[str, tuple[str, ...]] = {}


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


def text_of(mail):
    return calendar_of(mail).replace("\r\n ", "")


def value(name, mail):
    (found,) = re.findall(rf"^{name}(?:;[^:]*)?:(.*?)\r?$", text_of(mail).partition("BEGIN:VEVENT")[2], re.MULTILINE)
    return found


def partstat(mail):
    return re.findall("PARTSTAT=([A-Z-]+)", text_of(mail))[0]


def reader(mail):
    return mail["To"].addresses[0].username


class Post:
    """What the worker carries, and every mail that each person has had."""

    def __init__(self, app, smtp):
        self.app, self.smtp = app, smtp
        self.threads = {}

    def news(self):
        """Who gets what now: METHOD, SEQUENCE and the answer that stands in it."""
        mails = carry(self.app, self.smtp)
        for mail in mails:
            self.threads.setdefault(reader(mail), []).append(mail)
        method = re.compile("^METHOD:(.*?)\r?$", re.MULTILINE)
        return {
            reader(mail): (method.findall(text_of(mail))[0], value("SEQUENCE", mail), partstat(mail)) for mail in mails
        }


@pytest.fixture
def post(app, club, smtp):
    return Post(app, smtp)


@pytest.fixture
def lived(app, club, client, visit, post):
    """All that can happen to a meeting, in turn; what each person got each time."""
    visit(client, "claire")
    told = []

    def change(**form):
        everybody = {"invited": [club.hugo, club.marc, club.nadia, club.claire]}
        client.post(f"/meetings/{club.meeting}/change", data=meeting_form(app, club, **everybody | form))
        told.append(post.news())

    told.append(post.news())
    with app.app_context():
        invitation_of(club.meeting, club.hugo).give(
            Answer.declined, at=now() + timedelta(seconds=1), via=Via.calendar, by=None
        )
        for copy in invitation_of(club.meeting, club.hugo).copies:
            copy.partstat = "DECLINED"
        db.session.commit()
    change()
    change(practical="Parking au nord")
    later = {"day": in_days(17).date().isoformat(), "practical": "Parking au nord"}
    change(**later)
    change(**later, invited=[club.hugo, club.marc, club.claire])
    change(**later)
    for act in ("cancel", "restore"):
        client.post(f"/meetings/{club.meeting}/cancel", data={"act": act})
        told.append(post.news())
    told.append(post.news())
    return told


def test_each_person_is_told_what_changes_for_him_and_nothing_else(lived):
    to_confirm = ("REQUEST", "1", "NEEDS-ACTION")
    assert lived == [
        {
            "hugo": ("REQUEST", "0", "ACCEPTED"),
            "marc": ("REQUEST", "0", "ACCEPTED"),
            "nadia": ("REQUEST", "0", "NEEDS-ACTION"),
        },
        {"claire": ("REQUEST", "0", "NEEDS-ACTION")},  # added: the others hear nothing
        {  # a text: not to hugo, who declined
            "marc": ("REQUEST", "0", "ACCEPTED"),
            "nadia": ("REQUEST", "0", "NEEDS-ACTION"),
            "claire": ("REQUEST", "0", "NEEDS-ACTION"),
        },
        dict.fromkeys(("hugo", "marc", "nadia", "claire"), to_confirm),  # another day: to him as well
        {"nadia": ("CANCEL", "2", "NEEDS-ACTION")},  # removed
        {"nadia": ("REQUEST", "3", "NEEDS-ACTION")},  # back
        dict.fromkeys(("hugo", "marc", "claire"), ("CANCEL", "2", "NEEDS-ACTION"))
        | {"nadia": ("CANCEL", "4", "NEEDS-ACTION")},
        dict.fromkeys(("hugo", "marc", "claire"), ("REQUEST", "3", "NEEDS-ACTION"))
        | {"nadia": ("REQUEST", "5", "NEEDS-ACTION")},
        NOBODY,
    ]


def test_in_each_calendar_every_message_outranks_the_one_before(lived, post):
    for thread in post.threads.values():
        assert len({value("UID", mail) for mail in thread}) == 1
        ranks = [(int(value("SEQUENCE", mail)), value("DTSTAMP", mail)) for mail in thread]
        assert ranks == sorted(set(ranks))
        stamps = [stamp for _, stamp in ranks]
        assert stamps == sorted(set(stamps))


def test_one_mailbox_invites_from_first_to_last(app, lived, post):
    """Who invites, who writes and who reads the answers are one, and nobody is to answer elsewhere."""
    ours = parseaddr(app.config["SETTINGS"].mail_from)[1]
    for mail in (mail for thread in post.threads.values() for mail in thread):
        assert value("ORGANIZER", mail) == f"mailto:{ours}"
        assert mail["From"].addresses[0].addr_spec == ours
        assert not re.search(r"no-?reply", ours)
        assert {"Reply-To", "Sender", "List-Id", "List-Unsubscribe", "Precedence"}.isdisjoint(mail.keys())


def test_each_mail_names_its_reader_and_no_other_address(lived, post):
    everybody = {"hugo", "marc", "nadia", "claire"}
    for name, thread in post.threads.items():
        for mail in thread:
            assert [len(mail.get_all(header, [])) for header in ("To", "Cc", "Bcc")] == [1, 0, 0]
            said = text_of(mail) + mail.get_body(("html",)).get_content() + mail.get_body(("plain",)).get_content()
            others = everybody - {name, "claire"}  # claire may be written to: she answers questions
            assert not [other for other in others if f"{other}@bourse.example" in said]
            assert text_of(mail).count("\nATTENDEE") == 1


def test_the_mails_of_a_meeting_are_one_thread(lived, post):
    ids = [str(mail["Message-ID"]) for thread in post.threads.values() for mail in thread]
    assert len(set(ids)) == len(ids)
    for first, *later in post.threads.values():
        assert first["References"] is None
        assert {str(mail["References"]) for mail in later} == {str(first["Message-ID"])}


def test_a_cancellation_keeps_the_time_and_the_name_by_which_it_is_known(lived, post):
    cancelled, back = post.threads["marc"][-2:]
    assert value("STATUS", cancelled) == "CANCELLED"
    assert value("STATUS", back) == "CONFIRMED"
    for name in ("UID", "DTSTART", "DTEND", "SUMMARY", "ORGANIZER"):
        assert value(name, cancelled) == value(name, back)


def test_its_subject_tells_an_update_from_an_invitation_at_a_glance(lived, post):
    words = [str(mail["Subject"]).replace("\xa0", " ").partition(" :")[0] for mail in post.threads["marc"]]
    assert words == ["Invitation", "Modifié", "Modifié", "Annulé", "Invitation"]


def test_a_day_that_is_far_away_is_told_with_its_year(app, club, post):
    post.news()
    with app.app_context():
        meeting = db.session.get_one(Meeting, club.meeting)
        meeting.move(meeting.starts_at + timedelta(days=300), meeting.ends_at + timedelta(days=300))
        db.session.commit()
        year = str(meeting.starts_at.year)
    post.news()
    near, far = (str(mail["Subject"]) for mail in post.threads["marc"])
    assert year in far
    assert "20" not in near


def test_who_declined_by_a_former_date_is_asked_about_the_new_one(app, club, lived):
    with app.app_context():
        hugo = invitation_of(club.meeting, club.hugo)
        assert (hugo.current_answer, hugo.is_to_confirm) == (Answer.none, True)


def test_no_calendar_hears_of_a_meeting_that_is_over(app, club, client, visit, post):
    post.news()
    with app.app_context():
        over = db.session.get_one(Meeting, club.meeting).ends_at
    with time_machine.travel(over + timedelta(minutes=1)):
        visit(client, "claire")
        with app.app_context():
            meeting = db.session.get_one(Meeting, club.meeting)
            meeting.company.street = "1 quai de l'Arve"
            meeting.cancel()
            invitation_of(club.meeting, club.nadia).withdraw(now())
            db.session.get_one(Person, club.marc).email = "marc@ailleurs.example"
            db.session.commit()
        assert post.news() == {}


# The number and the name of a meeting


def test_the_number_rises_with_time_place_and_state_and_with_nothing_else(app, club):
    meeting = db.session.get_one(Meeting, club.meeting)
    (marc,) = db.session.get_one(Person, club.marc).memberships
    start, end = meeting.starts_at, meeting.ends_at
    acts = [
        (lambda: meeting.move(start + timedelta(1), end + timedelta(1)), 1),
        (lambda: meeting.move(start + timedelta(1), end + timedelta(1)), 0),
        (lambda: meeting.move(start, end + timedelta(hours=1)), 1),
        (lambda: meeting.change_host(marc), 1),
        (lambda: meeting.change_host(marc), 0),
        (meeting.note_new_place, 1),
        (meeting.cancel, 1),
        (meeting.restore, 1),
        (lambda: meeting.release(now()), 0),
        (lambda: meeting.invite(a_person("paul")), 0),
        (lambda: meeting.invitations[0].withdraw(now()), 0),
        (lambda: meeting.invitations[1].give(Answer.declined, at=now(), via=Via.web, by=None), 0),
        (lambda: meeting.exclude(marc.company_id or 0, by=marc.person, at=now()), 0),
    ]
    uid = meeting.uid
    for act, rise in acts:
        before = meeting.sequence
        act()
        db.session.flush()
        assert meeting.sequence == before + rise
    assert meeting.uid == uid


def test_every_meeting_has_a_name_of_its_own_that_no_number_of_ours_makes(app, club):
    meeting = db.session.get_one(Meeting, club.meeting)
    uids = {a_meeting(meeting.club, meeting.host, [], days=20 + number).uid for number in range(50)}
    db.session.flush()
    uids = {each.uid for each in meeting.club.meetings}
    assert len(uids) == 51
    for uid in uids:
        name, _, domain = uid.partition("@")
        assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", name)
        assert domain == "bourse.example"


def test_a_new_text_is_a_later_revision_wherever_it_was_written(app, club, client, visit, post):
    """In the meeting, or on the sheet of the company that receives: programs compare LAST-MODIFIED."""

    def revision():
        return datetime.fromisoformat(value("LAST-MODIFIED", post.threads["marc"][-1]))

    with time_machine.travel(now()) as clock:
        post.news()
        first = revision()
        clock.shift(timedelta(hours=1))
        with app.app_context():
            db.session.get_one(Meeting, club.meeting).company.parking = "Portail C"
            db.session.commit()
        assert post.news()["marc"] == ("REQUEST", "0", "ACCEPTED")
        second = revision()
        clock.shift(timedelta(hours=1))
        form = meeting_form(app, club, practical="Covoiturage")
        visit(client, "claire").post(f"/meetings/{club.meeting}/change", data=form)
        assert post.news()["marc"] == ("REQUEST", "0", "ACCEPTED")
        assert first < second < revision()
        assert post.news() == {}


def test_who_comes_after_a_text_was_told_makes_no_revision(app, club, post):
    post.news()
    with app.app_context():
        meeting = db.session.get_one(Meeting, club.meeting)
        meeting.company.parking = "Portail C"
        db.session.commit()
        write_calendar_letters(now())
        db.session.commit()
        told_at = meeting.changed_at
        meeting.invite(a_member(meeting.club, a_person("paul"), meeting.company).person)
        write_calendar_letters(now() + timedelta(minutes=5))
        assert meeting.changed_at == told_at


# What a reader needs


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_the_words_alone_are_enough(app, club, post, kind):
    """Outlook may show the mail's own words as the meeting's text, and some read plain text alone."""
    post.news()
    mail = post.threads["nadia"][0]
    said = re.sub(r"<[^>]+>", " ", mail.get_body((kind,)).get_content()).replace("\xa0", " ")
    said = re.sub(r"\s+", " ", said.replace("\u202f", " ").replace("\u2060", ""))
    with app.app_context():
        day = db.session.get_one(Meeting, club.meeting).starts_at
    weekday = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"][day.weekday()]
    for words in (weekday, "14 h – 18 h", "(heure de Paris)", "Décolletage Bouquetin", "12 rue des Tourneurs"):
        assert words.lower() in said.lower()
    for words in ("74300 Cluses", "Portail B", "Chaussures de sécurité", "Hugo", "Claire Exemple", "S’il le faut"):
        assert words in said
    assert "Pour ne plus en recevoir" in said
    assert "club@bourse.example à vos contacts" in said  # or some programs leave it out of the calendar
    links = re.findall(r"http://localhost\S+?(?=[\"\s<])", mail.get_body((kind,)).get_content())
    assert len([link for link in links if "/meetings/answers/" in link]) >= 3
    assert f"http://localhost/meetings/{club.meeting}" in links


def test_the_calendar_entry_leads_to_the_page_and_holds_no_key(app, club, post):
    """Calendars are shared with assistants: what answers for somebody stands in his mail alone."""
    post.news()
    for thread in post.threads.values():
        assert value("URL", thread[0]) == f"http://localhost/meetings/{club.meeting}"
        assert "/answers/" not in text_of(thread[0])


def test_what_is_told_of_the_day_is_plain_text(app, club, client, visit, post):
    form = meeting_form(app, club, practical="Venez <b>tôt</b> & à l'heure")
    visit(client, "claire").post(f"/meetings/{club.meeting}/change", data=form)
    post.news()
    read = by_icalendar(calendar_of(post.threads["nadia"][0]).encode())
    assert "Venez <b>tôt</b> & à l'heure" in read.description.replace("’", "'")
    assert "&lt;b&gt;" in post.threads["nadia"][0].get_body(("html",)).get_content()
