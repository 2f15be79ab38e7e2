"""Commands about meetings."""

import json
import os
import sys
from typing import Any

import click
import structlog
from flask.cli import with_appcontext
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from bourse.clock import club_time, now
from bourse.clubs.models import Membership
from bourse.db import db
from bourse.mailroom.unpack import MOST_BYTES
from bourse.meetings.heard_models import Heard
from bourse.meetings.models import Invitation, Meeting
from bourse.meetings.take import take

log = structlog.get_logger()


@click.group()
def meetings() -> None:
    """Meetings, for scripts."""


@meetings.command("list")
@click.option("--json", "as_json", is_flag=True)
@with_appcontext
def list_meetings(as_json: bool) -> None:
    """Every meeting."""
    host = joinedload(Meeting.host).options(joinedload(Membership.person), joinedload(Membership.company))
    query = db.select(Meeting).order_by(Meeting.starts_at).options(host, joinedload(Meeting.club))
    rows = [describe(meeting) for meeting in db.session.scalars(query)]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo(f"{row['id']:>5}  {row['starts_at']}  {row['state']:10}  {row['club']}  {row['host']['company']}")


@meetings.command("show")
@click.argument("id", type=int)
@click.option("--json", "as_json", is_flag=True)
@with_appcontext
def show(id: int, as_json: bool) -> None:
    """One meeting with its answers."""
    meeting = db.session.get(Meeting, id)
    if meeting is None:
        raise click.ClickException(f"There is no meeting {id}.")
    row = describe(meeting) | describe_more(meeting)
    if as_json:
        click.echo(json.dumps(row, ensure_ascii=False, indent=2))
        return
    click.echo(f"{row['starts_at']}  {row['state']}  {row['club']}  {row['host']['company']}")
    for invitation in row["invitations"]:
        click.echo(f"  {invitation['answer']:10}  {invitation['name']} <{invitation['email']}>")


def describe(meeting: Meeting) -> dict[str, Any]:
    """A meeting as `meetings list --json` tells it."""
    zone = meeting.club.timezone
    host = meeting.host
    return {
        "id": meeting.id,
        "club": meeting.club.slug,
        "number": meeting.number,
        "title": meeting.title,
        "state": meeting.state.value,
        "starts_at": club_time(meeting.starts_at, zone).isoformat(),
        "ends_at": club_time(meeting.ends_at, zone).isoformat(),
        "uid": meeting.uid,
        "sequence": meeting.sequence,
        "host": {"name": host.person.name, "email": host.person.email, "company": meeting.company.name},
    }


def describe_more(meeting: Meeting) -> dict[str, Any]:
    """What `meetings show --json` adds; what outer rooms hang on a meeting is reached by its backrefs."""
    problem, board, outcome = (getattr(meeting, name) for name in ("problem", "board", "outcome"))
    return {
        "invitations": [_describe_invitation(invitation) for invitation in meeting.invited],
        "problem": {"state": problem.state.value if problem else "to_write"},
        "ideas": len(board.ideas) if board else 0,
        "commitments": len(outcome.commitments) if outcome else 0,
    }


def _describe_invitation(invitation: Invitation) -> dict[str, Any]:
    zone = invitation.meeting.club.timezone
    return {
        "name": invitation.person.name,
        "email": invitation.person.email,
        "answer": invitation.current_answer.value,
        "answered_at": club_time(invitation.answered_at, zone).isoformat() if invitation.answered_at else None,
        "via": invitation.via.value if invitation.via else None,
    }


@click.command()
@with_appcontext
def hear() -> None:
    """Takes one mail from standard input, as a mail server hands it over; exit code 75: try again later."""
    raw = sys.stdin.buffer.read(MOST_BYTES)
    try:
        heard = take(raw, now())
        sentence = tell(heard)
        db.session.commit()
    except IntegrityError:  # the same mail came in by another door meanwhile
        db.session.rollback()
        sentence = "Heard before."
    except Exception:  # the database is away, or the fault is ours: the mail server keeps the mail
        db.session.rollback()
        log.exception("mail not heard")
        sys.exit(os.EX_TEMPFAIL)
    click.echo(sentence)


def tell(heard: Heard) -> str:
    """What was made of a mail, in one sentence for a log: neither names nor what it said."""
    about = f" about meeting {heard.meeting_id}" if heard.meeting_id else ""
    return f"{heard.kind.capitalize()}{about}: {heard.verdict.value} ({heard.reason})."
