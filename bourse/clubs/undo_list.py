"""Asks what undoing a written list takes back, and takes it back; nothing is committed here."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

from bourse.clubs.compare import Change
from bourse.clubs.models import BroughtList, Company, Membership, WrittenRow
from bourse.clubs.pointers import ids_written, people_of_memberships, pointers
from bourse.clubs.take_back import Fate, Noun, Reason, Trace, by_subject, decide
from bourse.clubs.write_list import POINT, columns_of
from bourse.db import db
from bourse.people.models import Person

MODELS: dict[Noun, Any] = {"membership": Membership, "person": Person, "company": Company}  # in the order they go


def fates(brought: BroughtList) -> tuple[Fate, ...]:
    """What undoing takes back and what stays; of a list that was undone, what stayed, with the reasons of that day."""
    return _decided(brought, _Today(brought)) if brought.undone_at is None else _kept(brought, _Today(brought))


def undo(brought: BroughtList) -> tuple[Fate, ...]:
    """Puts back what the list changed and removes what it made, but for what has been used since."""
    today = _Today(brought, is_locked=True)
    decided = _decided(brought, today)
    taken = [trace for fate in decided if fate.reason is None for trace in fate.traces]
    for trace in taken:
        today.put_back(trace)
    for fate in decided:
        today.keep(fate)
    db.session.flush()
    _remove(taken)
    db.session.execute(db.delete(WrittenRow).filter_by(brought_id=brought.id, kept_for=None))
    return decided


def _decided(brought: BroughtList, today: "_Today") -> tuple[Fate, ...]:
    return decide(today.traces(), pointers(brought), today.rows["company"])


def _kept(brought: BroughtList, today: "_Today") -> tuple[Fate, ...]:
    subjects = by_subject(today.traces())
    return tuple(Fate(each, Reason.of(today.written[each[0].noun, each[0].id].kept_for or "")) for each in subjects)


def _remove(taken: Iterable[Trace]) -> None:
    made = [trace for trace in taken if trace.is_made]
    for noun, model in MODELS.items():
        ids = [trace.id for trace in made if trace.noun == noun]
        db.session.execute(db.delete(model).where(model.id.in_(ids)))


class _Today:
    """What a list wrote, and the rows as they are today. Of a row that is gone, nothing is told."""

    def __init__(self, brought: BroughtList, is_locked: bool = False):
        conditions: dict[Noun, Any] = {
            "membership": Membership.id.in_(ids_written(brought, "membership")),
            "person": Person.id.in_(ids_written(brought, "person")) | Person.id.in_(people_of_memberships(brought)),
            "company": Company.organisation_id == brought.club.organisation_id,
        }
        self.rows = {noun: _by_id(MODELS[noun], condition, is_locked) for noun, condition in conditions.items()}
        self.written = {(row.noun, row.row_id): row for row in brought.rows if row.row_id in self.rows[row.noun]}

    def traces(self) -> Iterator[Trace]:
        for (noun, id), written in self.written.items():
            row = self.rows[noun][id]
            about = row if noun == "company" else self._person_of(row)
            yield Trace(
                noun=noun,
                id=id,
                line=written.line,
                before=written.before,
                after=written.after,
                present=columns_of(row),
                person=0 if noun == "company" else about.id,
                name=about.name,
                detail=about.commune if noun == "company" else about.email,
                changes=tuple(self._changes(written)) if written.before else (),
            )

    def _person_of(self, row: Person | Membership) -> Person:
        return self.rows["person"][row.person_id] if isinstance(row, Membership) else row

    def _changes(self, written: WrittenRow) -> Iterator[Change]:
        for name, after in written.after.items():
            before = (written.before or {})[name]
            if name in POINT:
                continue
            if name == "company_id":
                yield Change("membership", "company", self._company_name(before), self._company_name(after))
            else:
                yield Change(written.noun, name, before, after)

    def _company_name(self, id: int | None) -> str:
        company = self.rows["company"].get(id or 0)
        return company.name if company else ""

    def put_back(self, trace: Trace) -> None:
        row = self.rows[trace.noun][trace.id]
        for name, value in (trace.before or {}).items():
            present = getattr(row, name)
            setattr(row, name, type(present)(value) if isinstance(present, StrEnum) else value)

    def keep(self, fate: Fate) -> None:
        for trace in fate.traces if fate.reason else ():
            self.written[trace.noun, trace.id].kept_for = str(fate.reason)


def _by_id(model: Any, condition: Any, is_locked: bool) -> dict[int, Any]:
    query = db.select(model).where(condition).order_by(model.id)
    if is_locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    return {row.id: row for row in db.session.scalars(query)}
