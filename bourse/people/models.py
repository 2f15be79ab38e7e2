"""Person, the ways in, the doors that stand open, and the audit trail."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from flask_login import UserMixin
from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, backref, column_property, mapped_column, relationship, validates

from bourse.clock import now
from bourse.db import Line, Short, db

SUSPENDED_FROM = 2  # letters that did not arrive at an address


class Language(StrEnum):
    fr = "fr"
    en = "en"


class Person(UserMixin, db.Model):
    """Somebody the cluster knows. `email` is stored in lower case."""

    given_name: Mapped[Line]
    family_name: Mapped[Line]
    email: Mapped[Line] = mapped_column(unique=True)
    mobile: Mapped[Short | None]
    language: Mapped[Language] = mapped_column(default=Language.fr)
    is_closed: Mapped[bool] = mapped_column(default=False)  # the account is shut: nobody comes in with it
    tells_calendar: Mapped[bool] = mapped_column(default=True)  # what he answers here is sent to his calendar
    address_failed_at: Mapped[datetime | None]  # since when letters to `email` do not arrive, and what was said
    address_failure: Mapped[Line | None]
    address_failures: Mapped[int] = mapped_column(default=0, server_default="0")  # letters that said so

    @validates("email")
    def _trust_new_address(self, _name: str, email: str) -> str:
        if email != self.email:
            self.trust_address()
        return email

    def distrust_address(self, at: datetime, reason: str) -> None:
        """Letters do not arrive any more: whoever facilitates is told."""
        self.address_failed_at, self.address_failure = self.address_failed_at or at, reason[:200]
        self.address_failures = (self.address_failures or 0) + 1

    def trust_address(self) -> None:
        self.address_failed_at = self.address_failure = None
        self.address_failures = 0

    @property
    def is_suspended(self) -> bool:
        """Whether so many letters did not arrive that no other is tried, until somebody corrects or confirms it."""
        return self.address_failures >= SUSPENDED_FROM

    @property
    def other_addresses(self) -> list[str]:
        """Those besides `email` that he writes from for sure; one that is somebody's own is that person's alone."""
        return [alias.address for alias in self.aliases if alias.is_confirmed and not alias.is_somebodys_own]

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def recipient(self) -> tuple[str, str]:
        return self.name, self.email


class Alias(db.Model):
    """Another address from which a person writes; it counts once somebody has confirmed from its own mailbox."""

    __table_args__ = (UniqueConstraint("person_id", "address"),)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    address: Mapped[Line] = mapped_column(index=True)  # in lower case
    asked_at: Mapped[datetime | None]  # when the last link left
    confirmed_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(backref=backref("aliases", order_by="Alias.id"))
    is_somebodys_own: Mapped[bool] = column_property(  # somebody signs in with it
        db.exists().where(Person.email == address).correlate_except(Person)
    )

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None


def person_at(address: str) -> Person | None:
    """Who writes from an address: his own, or another that he has confirmed."""
    if not address:
        return None
    own = db.session.scalar(db.select(Person).where(Person.email == address))
    confirmed = db.select(Alias).where(Alias.address == address, Alias.confirmed_at.is_not(None)).order_by(Alias.id)
    alias = None if own else db.session.scalar(confirmed.limit(1))
    return alias.person if alias else own


def is_anybody_known() -> bool:
    """Whether the house has people; before, it waits to be founded."""
    return bool(db.session.scalar(db.select(db.exists().select_from(Person))))


class WayIn(db.Model):
    """A link and a code mailed to somebody who asked to sign in. Only their SHA-256 is kept."""

    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)  # none: nobody has that address
    token_hash: Mapped[Line] = mapped_column(unique=True)
    code_hash: Mapped[Line | None]
    browser_hash: Mapped[Line | None] = mapped_column(index=True)  # of the browser that asked
    asked_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    spent_at: Mapped[datetime | None]
    wrong_codes: Mapped[int] = mapped_column(default=0)
    is_reusable: Mapped[bool] = mapped_column(default=False)  # development only
    person: Mapped[Person | None] = relationship()


class SignIn(db.Model):
    """An open session on one device, known by the SHA-256 of the key in its cookie."""

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    key_hash: Mapped[Line] = mapped_column(unique=True)
    device: Mapped[Line]
    opened_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    is_kept: Mapped[bool]  # « rester connecté » : the long limits
    ended_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(backref="sign_ins")


class AuditEvent(db.Model):
    """Who did what to which object, when. Rows are only ever added; no content is kept."""

    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    act: Mapped[Short]
    about: Mapped[Short | None] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    address: Mapped[Short | None]
    person: Mapped[Person | None] = relationship()


def note(act: str, *, by: Any = None, about: Any = None, address: str | None = None) -> None:
    """Adds to the audit trail that `by` did `act` to `about` (a row), from a network address."""
    subject = f"{about.__tablename__}:{about.id}" if about is not None else None
    db.session.add(AuditEvent(act=act, person_id=by.id if by is not None else None, about=subject, address=address))
