"""Which rows of the whole house point at a person, a membership or a company: its foreign keys tell, whatever the room.

A list keeps its horizon: the highest id that each table had once the list was written. What stands beyond came later.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Select, Table

from bourse.clubs.models import BroughtList, Company, Membership, WrittenRow
from bourse.clubs.take_back import Noun, Pointer
from bourse.db import db
from bourse.people.models import Person

TABLES: dict[Noun, Any] = {"person": Person.__table__, "membership": Membership.__table__, "company": Company.__table__}


def highest_ids() -> dict[str, int]:
    """The highest id of each table that points at people."""
    places = {column.table.name: column.table for column in pointing_columns(TABLES["person"])}
    queries = [db.select(db.literal(name), db.func.max(table.c.id)) for name, table in places.items()]
    return {name: highest or 0 for name, highest in db.session.execute(db.union_all(*queries))}


def pointers(brought: BroughtList) -> list[Pointer]:
    """All that points at what the list made, and what has come to point since at the other people of its lines."""
    found = db.session.execute(db.union_all(*_queries(brought)))
    return [Pointer(*row) for row in found]


def _queries(brought: BroughtList) -> Iterator[Select[Any]]:
    horizon = brought.horizon or {}
    for noun, table in TABLES.items():
        for column in pointing_columns(table):
            is_aimed = column.in_(ids_written(brought, noun, made=True))
            if noun == "person":
                is_later = column.table.c.id > horizon.get(column.table.name, 0)
                is_aimed |= db.and_(column.in_(people_of_memberships(brought)), is_later)
            yield db.select(db.literal(column.table.name), column.table.c.id, db.literal(noun), column).where(is_aimed)


def pointing_columns(table: Table) -> list[Column[int]]:
    """The foreign keys that name rows of the table."""
    keys = (key for other in db.metadata.sorted_tables for key in other.foreign_keys)
    return [key.parent for key in keys if key.references(table)]


def ids_written(brought: BroughtList, noun: Noun, made: bool = False) -> Select[Any]:
    """The ids of what the list made or changed, or only of what it made."""
    query = db.select(WrittenRow.row_id).filter_by(brought_id=brought.id, noun=noun)
    return query.where(WrittenRow.before.is_(db.null())) if made else query


def people_of_memberships(brought: BroughtList) -> Select[Any]:
    """The ids of those whose membership the list made or changed."""
    return db.select(Membership.person_id).where(Membership.id.in_(ids_written(brought, "membership")))
