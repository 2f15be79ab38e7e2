"""Another address for somebody, when whoever is responsible for it corrects it."""

from datetime import datetime

from bourse.db import db
from bourse.mailroom.models import SUPERSEDED, UNSENT, Letter
from bourse.people.models import Person, WayIn, person_at
from bourse.words import _


def why_not_at(person: Person, address: str) -> str | None:
    """Why somebody cannot have an address; it is not told whose it is."""
    if person_at(address) in (None, person):
        return None
    return _("Cette adresse est déjà celle de quelqu'un : indiquez-en une autre.")


def change_address(person: Person, address: str, at: datetime) -> None:
    """From now on he is written to there; whoever reads the old address gets nothing more, and no way in.

    Calendar letters are compared anew by their own room.
    """
    for letter in _letters_waiting_for(person):
        if letter.is_secret:
            letter.recall(at, SUPERSEDED)
        else:
            letter.to_address = address
    unspent = db.update(WayIn).where(WayIn.person_id == person.id, WayIn.spent_at.is_(None))
    db.session.execute(unspent.values(spent_at=at))
    person.email = address


def _letters_waiting_for(person: Person) -> list[Letter]:
    waiting = db.select(Letter).where(Letter.to_address == person.email, Letter.state.in_(UNSENT))
    free = waiting.where(Letter.method.is_(None), Letter.lease_token.is_(None))
    return list(db.session.scalars(free.order_by(Letter.id).with_for_update()))
