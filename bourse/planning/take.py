"""Takes what a member says of a season or of a few days, by whichever door it comes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import selectinload

from bourse.clubs.models import Membership
from bourse.db import db
from bourse.meetings.models import Season
from bourse.people.models import Person
from bourse.planning.forms import SeenForm
from bourse.planning.models import Availability, DateOption, HostWish
from bourse.planning.states import Can, How
from bourse.planning.wish_forms import DaysAnswersForm, WishForm


@dataclass(frozen=True)
class Said:
    """Who says it for whom, how and when."""

    membership: Membership
    via: How
    by: Person
    at: datetime


def mark_of(answer: Any) -> str:
    """Marks an answer as it stands: a row that says when it was given, or none."""
    return answer.given_at.isoformat() if answer else ""


def is_overtaken(form: SeenForm, answer: Any, said: Said) -> bool:
    """Whether somebody else has answered since the page was drawn; then the form knows what, and has seen it."""
    if answer is None or answer.by_id == said.by.id or form.seen.data == mark_of(answer):
        return False
    form.overtaken, form.seen.data = answer, mark_of(answer)
    return True


def wish_of(season: Season, membership: Membership) -> HostWish | None:
    """What the member wished so far."""
    query = db.select(HostWish).filter_by(season_id=season.id, membership_id=membership.id)
    return db.session.scalar(query.options(selectinload(HostWish.closures)))


def said_by(membership: Membership, dates: Iterable[DateOption]) -> dict[int, Availability]:
    """What the member said to these dates, by date."""
    of_dates = Availability.option_id.in_([each.id for each in dates])
    rows = db.session.scalars(db.select(Availability).where(of_dates, Availability.membership_id == membership.id))
    return {row.option_id: row for row in rows}


def answers_in(rows: Mapping[int, Availability]) -> dict[int, Can]:
    return {number: row.answer for number, row in rows.items()}


def take_wish(form: WishForm, season: Season, said: Said) -> HostWish | None:
    """A member's wishes, and of the dates those that differ from his weekdays; none when somebody was faster."""
    lock(said.membership)
    former, rows = wish_of(season, said.membership), said_by(said.membership, form.dates)
    if former and is_overtaken(form, former, said) and form.differences(former, answers_in(rows)):
        return None
    form.overtaken = None
    wish = former or HostWish(season=season, membership=said.membership)
    form.fill(wish)
    wish.via, wish.by, wish.given_at = said.via, said.by, said.at
    db.session.add(wish)
    answers = form.differing(answers_in(rows))
    for number in rows.keys() - answers.keys():
        db.session.delete(rows[number])
    _keep(answers, rows, said)
    db.session.flush()
    form.seen.data = mark_of(wish)
    return wish


def take_days(form: DaysAnswersForm, said: Said) -> bool:
    """A member's answers to a few days; one without answer stays as it was. False when somebody was faster."""
    lock(said.membership)
    rows = said_by(said.membership, form.dates)
    if is_overtaken(form, last_of(rows), said) and form.days_differing(answers_in(rows)):
        return False
    form.overtaken = None
    answers = {number: answer for number, answer in form.typed.items() if answer}
    _keep(answers, rows, said)
    db.session.flush()
    form.seen.data = mark_of(last_of(said_by(said.membership, form.dates)))
    return True


def last_of(rows: Mapping[int, Availability]) -> Availability | None:
    """The answer that was given last."""
    return max(rows.values(), key=lambda row: row.given_at, default=None)


def lock(membership: Membership) -> None:
    """Two answers of one member that come at once are taken one after the other."""
    db.session.execute(db.select(Membership.id).filter_by(id=membership.id).with_for_update())


def _keep(answers: Mapping[int, Can], rows: Mapping[int, Availability], said: Said) -> None:
    for number, answer in answers.items():
        row = rows.get(number) or Availability(option_id=number, membership=said.membership)
        if row.answer is not answer:
            row.give(answer, via=said.via, by=said.by, at=said.at)
        db.session.add(row)
