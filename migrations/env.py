"""Runs the migrations on the app's own database, one process at a time."""

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import text
from sqlalchemy.engine import Connection

from bourse.db import db

LOCK = 7_062_531  # an arbitrary number of ours


def run() -> None:
    """One transaction for all: a crash half-way leaves nothing, a second process waits and finds nothing to do."""
    with db.engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        _migrate(connection)


def _migrate(connection: Connection) -> None:
    options: dict[str, Any] = current_app.extensions["migrate"].configure_args
    context.configure(connection=connection, target_metadata=db.metadata, render_item=_render_item, **options)
    with context.begin_transaction():
        context.run_migrations()


def _render_item(kind: str, item: Any, _: Any) -> str | bool:
    """In migrations the house's own column type stands as the database's."""
    if kind == "type" and type(item).__name__ == "UTCDateTime":
        return "sa.DateTime(timezone=True)"
    return False


run()
