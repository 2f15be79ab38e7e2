"""Commands that set the house up and open it."""

import os
import sys

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade


@click.command()
@with_appcontext
def init() -> None:
    """Brings the database to the newest migration."""
    upgrade()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=1, show_default=True)
@with_appcontext
def serve(host: str, port: int, workers: int) -> None:
    """Opens the web app under gunicorn."""
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
