"""What a change sends: seen beforehand, with a word or quietly, and once however often one changes one's mind."""

import re
from datetime import timedelta

import pytest
import time_machine

from bourse.clock import now
from bourse.db import db
from bourse.mailroom.models import Letter, LetterState
from bourse.meetings.due import write_calendar_letters
from bourse.meetings.models import Answer, CalendarCopy, Meeting
from tests.cast import invitation_of
from tests.meetings.test_views import answer_of, calendar_of, carry, meeting_form

IN_A_WEEK_MORE = timedelta(days=17)


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


@pytest.fixture
def claire(app, club, client, visit, smtp):
    """Claire, once everybody has the invitation."""
    carry(app, smtp)
    return visit(client, "claire")


def later(app, club, **changes):
    return meeting_form(app, club, day=(now() + IN_A_WEEK_MORE).date().isoformat(), **changes)


def read(mail):
    return mail.get_body(("plain",)).get_content()


def planned(app):
    with app.app_context():
        return db.session.scalars(db.select(Letter).filter_by(state=LetterState.planned)).all()


def write_down(app):
    """What the worker does while no mail server answers."""
    with app.app_context():
        write_calendar_letters(now())
        db.session.commit()


def test_the_facilitator_sees_who_will_get_what_before_anything_is_saved(app, club, claire, smtp):
    page = claire.post(f"/meetings/{club.meeting}/change", data=later(app, club, step="look")).text
    assert page.count("Nouvelle date") == 3
    assert "marc<wbr>@bourse.example" in page
    assert "Sans prévenir" not in page  # a new date is told
    assert carry(app, smtp) == []
    assert answer_of(app, club, "marc")[0] is Answer.accepted


def test_what_was_typed_goes_on_from_the_look_to_the_saving(app, club, claire, smtp):
    form = later(app, club, practical="Venez à <trois>", step="look")
    page = claire.post(f"/meetings/{club.meeting}/change", data=form).text
    shown = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    assert {name for name, _value in shown} == {*form, "csrf_token"} - {"step"}
    assert ("practical", "Venez à &lt;trois&gt;") in shown
    assert "Venez à" in claire.post(f"/meetings/{club.meeting}/change", data=form | {"step": "back"}).text
    claire.post(f"/meetings/{club.meeting}/change", data={**form, "step": ""})
    assert len(carry(app, smtp)) == 3


def test_a_change_that_nobody_hears_of_needs_no_look(app, club, claire, smtp):
    form = meeting_form(app, club, agenda="short", step="look")
    assert claire.post(f"/meetings/{club.meeting}/change", data=form).status_code == 302
    assert carry(app, smtp) == []


def test_a_new_text_alone_may_be_kept_quiet(app, club, claire, smtp):
    form = meeting_form(app, club, practical="Parking au nord", step="look")
    assert "Sans prévenir" in claire.post(f"/meetings/{club.meeting}/change", data=form).text
    claire.post(f"/meetings/{club.meeting}/change", data=form | {"step": "", "is_quiet": "y"})
    assert carry(app, smtp) == []
    assert "Parking au nord" in claire.get(f"/meetings/{club.meeting}").text
    claire.post(f"/meetings/{club.meeting}/change", data=meeting_form(app, club, practical="Parking au sud"))
    assert all("Parking au sud" in read(mail) for mail in carry(app, smtp))


def test_a_new_date_is_never_kept_quiet(app, club, claire, smtp):
    claire.post(f"/meetings/{club.meeting}/change", data=later(app, club, is_quiet="y"))
    assert len(carry(app, smtp)) == 3


def test_a_word_goes_with_the_letters_of_its_change_and_with_no_other(app, club, claire, smtp):
    word = "La presse est en panne, pardon."
    claire.post(f"/meetings/{club.meeting}/change", data=later(app, club, word=word))
    told = carry(app, smtp)
    assert len(told) == 3
    assert all(read(mail).count(word) == 1 for mail in told)
    assert all(word in mail.get_body(("html",)).get_content() for mail in told)
    assert not any(word in calendar_of(mail) for mail in told)
    with app.app_context():
        everybody = [invitation.person_id for invitation in db.session.get_one(Meeting, club.meeting).invited]
    form = later(app, club, invited=[*everybody, club.claire], practical="Parking au nord")
    claire.post(f"/meetings/{club.meeting}/change", data=form)
    assert not any(word in mail.as_string() for mail in carry(app, smtp))


def test_a_word_that_is_too_long_gets_a_sentence_and_saves_nothing(app, club, claire, smtp):
    answer = claire.post(f"/meetings/{club.meeting}/change", data=later(app, club, word="a" * 501))
    assert "Écrivez au plus 500" in answer.text
    assert "<title>Erreur" in answer.text
    assert carry(app, smtp) == []


def test_a_cancellation_is_seen_beforehand_and_takes_a_word_along(app, club, claire, smtp):
    assert claire.get(f"/meetings/{club.meeting}/cancel").text.count("Annulation") == 3
    claire.post(f"/meetings/{club.meeting}/cancel", data={"act": "cancel", "word": "Hugo est souffrant."})
    told = carry(app, smtp)
    assert len(told) == 3
    assert all("Hugo est souffrant." in read(mail) for mail in told)
    assert claire.get(f"/meetings/{club.meeting}/cancel").text.count('<td data-th="Message">Invitation') == 3


def test_two_edits_while_no_mail_leaves_become_one_letter_with_the_last_version(app, club, claire, smtp):
    claire.post(f"/meetings/{club.meeting}/change", data=later(app, club, word="Pardon."))
    write_down(app)
    claire.post(f"/meetings/{club.meeting}/change", data=later(app, club, practical="Parking au nord"))
    write_down(app)
    told = carry(app, smtp)
    assert len(told) == 3
    for mail in told:
        assert "Parking au nord" in read(mail)
        assert mail["Subject"].startswith("Modifié")
        assert "Pardon." in read(mail)  # no letter had told it yet
    assert carry(app, smtp) == []


def test_a_move_that_is_taken_back_while_no_mail_leaves_is_told_to_nobody(app, club, claire, smtp):
    former = meeting_form(app, club)
    claire.post(f"/meetings/{club.meeting}/change", data=later(app, club))
    write_down(app)
    assert len(planned(app)) == 3
    claire.post(f"/meetings/{club.meeting}/change", data=former)
    assert carry(app, smtp) == []
    with app.app_context():
        recalled = db.session.scalars(db.select(Letter).filter_by(state=LetterState.skipped)).all()
        assert [letter.reason for letter in recalled] == ["superseded"] * 3
        assert db.session.scalar(db.select(db.func.count(CalendarCopy.id))) == 3


def test_a_meeting_cancelled_before_its_invitations_left_was_never_announced(app, club, client, visit, smtp):
    write_down(app)
    visit(client, "claire").post(f"/meetings/{club.meeting}/cancel", data={"act": "cancel"})
    assert carry(app, smtp) == []
    client.post(f"/meetings/{club.meeting}/cancel", data={"act": "restore"})
    assert [mail["Subject"].split()[0] for mail in carry(app, smtp)] == ["Invitation"] * 3


def test_a_letter_that_was_tried_is_recalled_but_counts_as_arrived(app, club, claire, smtp):
    claire.post(f"/meetings/{club.meeting}/change", data=later(app, club))
    write_down(app)
    with app.app_context():
        db.session.execute(db.update(Letter).where(Letter.state == LetterState.planned).values(attempts=1))
        db.session.commit()
    claire.post(f"/meetings/{club.meeting}/cancel", data={"act": "cancel"})
    told = carry(app, smtp)
    assert len(told) == 3
    assert all("METHOD:CANCEL" in calendar_of(mail) and "SEQUENCE:2" in calendar_of(mail) for mail in told)


def test_nothing_is_told_of_a_meeting_that_is_over(app, club, claire, smtp):
    with time_machine.travel(now() + timedelta(days=12)):
        with app.app_context():
            db.session.get_one(Meeting, club.meeting).company.street = "1 quai de l'Arve"
            invitation_of(club.meeting, club.nadia).withdraw(now())
            db.session.commit()
        assert claire.get(f"/meetings/{club.meeting}/change").status_code == 302  # her session is over too
        assert carry(app, smtp) == []
