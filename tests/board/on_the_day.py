"""A meeting that is being held: what the tests of its day share."""

from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bourse.board.models import Idea
from bourse.clock import now
from bourse.db import db
from bourse.meetings.models import Answer, Meeting, Via
from tests.cast import Cast, invitation_of


def hold(club: Cast) -> None:
    """The meeting began an hour ago, and nadia is there too."""
    meeting = db.session.get_one(Meeting, club.meeting)
    meeting.starts_at, meeting.ends_at = now() - timedelta(hours=1), now() + timedelta(hours=3)
    nadia = invitation_of(club.meeting, club.nadia)
    nadia.give(Answer.accepted, at=now(), via=Via.phone, by=None)
    db.session.commit()


def jot(client: FlaskClient, club: Cast, text: str, key: str = "", **more: Any) -> TestResponse:
    card = {"text": text, "kind": "idea", "client_key": key or f"key of {text}", **more}
    return client.post(f"/board/{club.meeting}", data=card)


def idea_of(text: str) -> Idea:
    return db.session.scalars(db.select(Idea).filter_by(text=text)).one()
