"""The database object, constraint names, UTC column type."""

import enum
from datetime import UTC, datetime
from typing import Annotated, Any

import click
from flask import Flask, has_request_context, request
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, Enum, Integer, MetaData, String, Text, TypeDecorator, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

from bourse import house

SHORT, LINE, PROSE = 40, 200, 10_000  # characters

Short = Annotated[str, SHORT]  # a code, a number as text
Line = Annotated[str, LINE]  # one line that a person writes
Prose = Annotated[str, PROSE]  # several lines; the form caps it


class UTCDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC; naive datetimes are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime is no instant")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _values(members: type[enum.Enum]) -> list[str]:
    return [member.value for member in members]


METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
TYPES: dict[Any, Any] = {
    datetime: UTCDateTime,
    Short: String(SHORT),
    Line: String(LINE),
    Prose: Text,
    enum.Enum: Enum(enum.Enum, native_enum=False, length=SHORT, values_callable=_values),
}


class Base(DeclarativeBase):
    metadata = METADATA
    registry = registry(metadata=METADATA, type_annotation_map=TYPES)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, sort_order=-1)


db = SQLAlchemy(model_class=Base)
migrate = Migrate()


def open_database(app: Flask) -> None:
    """Ties the database to the app and sets SQLite up for several writers."""
    db.init_app(app)
    migrate.init_app(app, db, directory=str(house.folder("migrations")), render_as_batch=True, compare_type=True)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _set_up_sqlite)
            event.listen(db.engine, "begin", _begin_sqlite)


def _set_up_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turns writer half-way is refused at once, whatever the timeout: who may write queues at the start.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _may_write() else "BEGIN")


def _may_write() -> bool:
    if has_request_context():
        return request.method not in {"GET", "HEAD", "OPTIONS"}
    return click.get_current_context(silent=True) is not None
