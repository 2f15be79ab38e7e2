"""A letter that the facilitator holds while a worker takes it: one of the two has it, never both."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bourse.db import db
from bourse.mailroom.compose import Parts
from bourse.mailroom.models import Letter, LetterState, write
from bourse.meetings.models import Meeting

LETTERS = 24  # more than a worker takes at once


@pytest.fixture
def letters(app, club):
    db.session.get_one(Meeting, club.meeting).released_at = None  # these letters and no other
    for number in range(LETTERS):
        write(
            Parts("Objet", "Texte", "<p>Texte</p>"),
            key=f"race:{number}",
            kind="test",
            to=("Marc Exemple", "marc@bourse.example"),
            language="fr",
            about=f"meeting:{club.meeting}",
        )
    db.session.commit()
    return list(db.session.scalars(db.select(Letter.id).order_by(Letter.id)))


@pytest.mark.parametrize("one_by_one", [True, False])
def test_a_letter_is_either_held_or_sent(app, club, visit, runner, smtp, letters, one_by_one):
    ways = (
        [f"/outbox/{id}/hold" for id in reversed(letters)] if one_by_one else [f"/outbox/meetings/{club.meeting}/hold"]
    )
    claire = visit(app.test_client(), "claire")
    with ThreadPoolExecutor(1) as meanwhile:
        answers = meanwhile.submit(lambda: [claire.post(way).status_code for way in ways])
        assert runner.invoke(args=["worker", "--once"], catch_exceptions=False).exit_code == 0
        assert set(answers.result()) == {302}
    db.session.expire_all()
    rows = db.session.scalars(db.select(Letter)).all()
    held = {row.message_id for row in rows if row.state is LetterState.held}
    sent = {row.message_id for row in rows if row.state is LetterState.sent}
    assert (len(held) + len(sent), held & sent) == (LETTERS, set())
    assert sorted(mail.message["Message-ID"] for mail in smtp.received) == sorted(sent)
