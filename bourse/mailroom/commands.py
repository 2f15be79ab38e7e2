"""Commands about letters."""

import json
import threading
from datetime import timedelta
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from bourse.db import db
from bourse.mailroom.collect import Collector
from bourse.mailroom.models import Letter
from bourse.mailroom.send import development_url
from bourse.mailroom.worker import PROBE, Worker
from bourse.settings import Settings


@click.command()
@click.option("--once", is_flag=True, help="Until nothing is due.")
@with_appcontext
def worker(once: bool) -> None:
    """Writes the letters that fall due, carries the outbox, collects the answers, and has seasons planned."""
    settings: Settings = current_app.config["SETTINGS"]
    carrier = Worker(
        sender=settings.mail_from,
        find_url=lambda: settings.smtp_url or development_url(settings.data_dir),
        write_due=current_app.config["WRITE_DUE"],
        probe=PROBE if settings.in_production else timedelta(seconds=2),
        key=settings.secret_key,
        when_refused=current_app.config["WHEN_REFUSED"],
        write_each_minute=current_app.config["WRITE_EACH_MINUTE"],
        keep_back=current_app.config["KEEP_BACK"],
        beside=[begin() for begin in current_app.config["BESIDE"]],
    )
    carrier.stop_on_signals()
    if settings.imap_url:
        collector = Collector(settings.imap_url, current_app.config["HEAR"], carrier.stopped)
        if once:
            collector.run(once)
        else:
            _start_beside(collector)
    try:
        carrier.run(once)
    finally:
        carrier.stopped.set()


def _start_beside(collector: Collector) -> None:
    """Runs the collector in a thread, which knows the house and that it is a command: only these write on SQLite."""
    command, app = click.get_current_context(), current_app._get_current_object()  # type: ignore[attr-defined]

    def run() -> None:
        with command.scope(cleanup=False), app.app_context():
            collector.run()

    threading.Thread(target=run, daemon=True).start()


@click.group()
def letters() -> None:
    """The outbox."""


@letters.command("list")
@click.option("--json", "as_json", is_flag=True)
@with_appcontext
def list_letters(as_json: bool) -> None:
    """Every letter and where it stands."""
    rows = [describe(letter) for letter in db.session.scalars(db.select(Letter).order_by(Letter.id))]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo(f"{row['id']:>5}  {row['state']:8}  {row['kind']:14}  {row['to']:40}  {row['reason'] or ''}")


def describe(letter: Letter) -> dict[str, Any]:
    """A letter as `letters list --json` tells it."""
    room, _, number = (letter.about or "").partition(":")
    return {
        "id": letter.id,
        "to": letter.to_address,
        "kind": letter.kind,
        "meeting": int(number) if room == "meeting" else None,
        "state": letter.state.value,
        "message_id": letter.message_id,
        "attempts": letter.attempts,
        "due_at": letter.due_at.isoformat(),
        "sent_at": letter.sent_at.isoformat() if letter.sent_at else None,
        "reason": letter.reason,
    }
