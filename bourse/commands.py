"""Commands that set the house up and open it."""

import contextlib
import os
import sys

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy.exc import DBAPIError


@click.command()
@with_appcontext
def init() -> None:
    """Brings the database to the newest migration; in an empty one, prints where the first club is founded."""
    upgrade()
    _tell_the_way_in()


def _tell_the_way_in() -> None:
    """One line on the terminal of a house where nobody is known yet."""
    if address := current_app.config["WAY_TO_FOUND"]():
        click.echo(f"Nobody is here yet. Found the first club at {address}", err=True)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=1, show_default=True)
@with_appcontext
def serve(host: str, port: int, workers: int) -> None:
    """Opens the web app under gunicorn."""
    with contextlib.suppress(DBAPIError):  # not set up, or away for now: the web app says so to whoever comes
        _tell_the_way_in()
    grace = 3 if current_app.config["SETTINGS"].in_production else 1
    options = {
        "bind": f"{host}:{port}",
        "workers": workers,
        "worker-class": "gthread",
        "threads": 8,
        "graceful-timeout": grace,
        "timeout": 60,
        "log-level": "warning",
    }
    words = [f"--{name}={value}" for name, value in options.items()]
    command = [sys.executable, "-m", "gunicorn", *words, "--no-control-socket", "bourse.app:create_app()"]
    os.execv(sys.executable, command)
