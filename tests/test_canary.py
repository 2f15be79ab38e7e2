"""Words that must not be read: a draft problem's, a private card's, and all of a meeting by whom its host keeps out."""

import json
import re

import pytest
import time_machine

from bourse.board.models import Board, Idea, IdeaState, Phase
from bourse.clock import now
from bourse.db import db
from bourse.home.due import write_reminders
from bourse.mailroom.models import Letter
from bourse.meetings.due import write_calendar_letters
from bourse.meetings.models import CalendarCopy, Meeting
from bourse.outcomes.models import Commitment, Outcome
from bourse.outcomes.read import Readers
from bourse.people.models import Person
from bourse.planning.models import HostWish
from bourse.problems.attachment_models import Attachment
from bourse.problems.models import Problem, ProblemState
from bourse.problems.read import Readers as ProblemReaders
from bourse.problems.version_models import ReviewNote
from tests.cast import in_days, invitation_of
from tests.test_personas import SHORT, places, rules, url_of  # noqa: F401 - places is a fixture

DRAFT, CARD, SYNTHESIS = "canari-brouillon", "canari-carte", "canari-synthese"
KEPT, FILE = "canari-version", "canari-fichier"  # of the same draft
MAIL = "canari-lettre"
WISH = "canari-souhait"
ANSWERS = ("question", "why_now", "context", "tried", "options", "out_of_bounds", "expected", "to_look_at")


@pytest.fixture
def canaries(app, club, places):  # noqa: F811
    with app.app_context():
        meeting = db.session.get_one(Meeting, club.meeting)
        answers = {name: f"{DRAFT}-{name}" for name in ANSWERS}
        problem = db.session.scalars(db.select(Problem).filter_by(meeting_id=meeting.id)).one()
        problem.state = ProblemState.draft
        for name, text in answers.items():
            setattr(problem, name, text)
        version = db.session.scalars(problem.versions.select()).one()
        version.question = KEPT
        version.notes = [ReviewNote(question="tried", text=KEPT)]
        attachment = db.session.scalars(db.select(Attachment).filter_by(problem_id=problem.id)).one()
        attachment.name, attachment.content = f"{FILE}.pdf", FILE.encode()
        board = db.session.scalars(db.select(Board).filter_by(meeting_id=meeting.id)).one()
        board.phase = Phase.writing
        board.ideas.append(Idea(author_id=club.marc, client_key="c", text=CARD, revision=2))
        outcome = db.session.scalars(db.select(Outcome).filter_by(meeting_id=meeting.id)).one()
        outcome.synthesis = SYNTHESIS
        outcome.commitments.append(Commitment(person_id=club.hugo, text=SYNTHESIS, due_on=now().date()))
        letter = db.session.get_one(Letter, places["letter"])
        letter.subject = letter.text = letter.html = MAIL
        db.session.scalars(db.select(HostWish)).one().theme = WISH
        db.session.commit()
    return places


def pages_of(app, client, places):  # noqa: F811
    for endpoint, method, _rule in rules(app):
        if method == "GET":
            yield endpoint, client.get(url_of(app, endpoint, places), follow_redirects=True).text


def readers_of(app, visit, canaries, words):
    """Who finds each word on some page."""
    found: dict[str, set[str]] = {word: set() for word in words}
    for name in SHORT:
        client = visit(app.test_client(), name) if name != "nobody" else app.test_client()
        for _endpoint, page in pages_of(app, client, canaries):
            for word in words:
                found[word] |= {name} if word in page else set()
    return found


def test_the_words_reach_nobody_else(app, canaries, visit):
    readers = {
        DRAFT: {"hugo", "claire"},
        KEPT: {"hugo", "claire"},
        FILE: {"hugo", "claire"},
        CARD: {"marc"},
        SYNTHESIS: {"hugo", "claire"},
        MAIL: {"claire"},
        WISH: {"nadia", "claire"},
    }
    assert readers_of(app, visit, canaries, readers) == readers


def test_the_words_are_in_no_letter_no_list_and_no_log(app, club, canaries, runner, capfd):
    with app.app_context():
        write_calendar_letters(now())
        db.session.commit()
        for days in range(1, 24):
            with time_machine.travel(in_days(days, hour=9)):
                write_reminders(now())
                db.session.commit()
        letters = db.session.scalars(db.select(Letter)).all()
        written = "".join(f"{each.subject}{each.text}{each.html}{each.calendar!r}" for each in letters)
    told = runner.invoke(args=["meetings", "show", str(club.meeting), "--json"]).stdout
    told += runner.invoke(args=["letters", "list", "--json"]).stdout
    assert {letter.kind for letter in letters} >= {"invitation", "get_ready"}
    assert json.loads(runner.invoke(args=["meetings", "list", "--json"]).stdout)
    for word in (DRAFT, CARD, SYNTHESIS, KEPT, FILE, WISH):
        assert word not in written + told + "".join(capfd.readouterr())


# The most that a meeting ever tells the club, and one member whose company its host keeps out.

TOLD = "canari-dit"
REASONS = r"écart|concurren|exclu|kept out|competitor"


@pytest.fixture
def told(app, club, places):  # noqa: F811
    meeting = db.session.get_one(Meeting, club.meeting)
    meeting.title = meeting.practical = TOLD
    answers = {name: f"{TOLD}-{name}" for name in ANSWERS}
    problem = meeting.problem
    problem.state, problem.readers = ProblemState.approved, ProblemReaders.club
    for name, text in answers.items():
        setattr(problem, name, text)
    board = db.session.scalars(db.select(Board).filter_by(meeting_id=meeting.id)).one()
    board.ideas.append(Idea(author_id=club.marc, client_key="c", text=TOLD, revision=2, state=IdeaState.revealed))
    outcome = db.session.scalars(db.select(Outcome).filter_by(meeting_id=meeting.id)).one()
    outcome.synthesis, outcome.readers, outcome.closed_at = TOLD, Readers.club, now()
    xavier = db.session.scalars(db.select(Person).filter_by(given_name="Xavier")).one()
    outcome.commitments.append(Commitment(person=xavier, text=TOLD, due_on=now().date()))
    db.session.commit()
    return places


@pytest.mark.parametrize("days", [3, -1])
def test_whom_the_host_keeps_out_reads_nothing_on_any_page(app, club, told, visit, days):
    meeting = db.session.get_one(Meeting, club.meeting)
    meeting.starts_at, meeting.ends_at = in_days(days), in_days(days, 18)
    db.session.commit()
    assert any(TOLD in page for _endpoint, page in pages_of(app, visit(app.test_client(), "nadia"), told))
    pages = dict(pages_of(app, visit(app.test_client(), "xavier"), told))
    assert {endpoint for endpoint, page in pages.items() if TOLD in page} == set()
    seasons = pages["home.show"] + pages["meetings.index"]
    assert seasons.count("Complet") == 2
    for endpoint, page in pages.items():
        if not endpoint.startswith(
            ("clubs.", "catcher.", "home.explain", "planning.opinion")
        ):  # pages of the club at large
            words = re.sub(r"<head>.*?</head>", "", page, flags=re.DOTALL)
            assert not re.search(rf"{REASONS}|attendu|viennent|présents? not|Marc|Nadia", words), endpoint


def test_all_that_he_gets_by_mail_is_a_plain_cancellation(app, club, told):
    xavier = db.session.scalars(db.select(Person).filter_by(given_name="Xavier")).one()
    copy = CalendarCopy(address=xavier.email, method="REQUEST", sequence=0, fingerprint="", stamp=now())
    copy.first_message_id = "<m@bourse.example>"
    invitation = invitation_of(club.meeting, xavier.id)
    invitation.copies.append(copy)
    write_calendar_letters(now())
    db.session.commit()
    (letter,) = db.session.scalars(db.select(Letter).filter_by(to_address=xavier.email))
    words = f"{letter.subject}{letter.text}{letter.html}{(letter.calendar or b'').decode()}"
    assert "METHOD:CANCEL" in words
    assert not re.search(rf"{TOLD}|{REASONS}|complet", words)
