"""Letters by rule: asks every room what is due, puts together what one person is to read, and writes it down once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from flask_babel import force_locale
from sqlalchemy.exc import IntegrityError, OperationalError

from bourse.clock import club_time
from bourse.clubs.models import Club
from bourse.clubs.rules import Rule
from bourse.db import db
from bourse.home.due_facts import (
    Almanac,
    aftermath_of,
    day_of,
    host_of,
    is_told_of,
    occasion_of,
    task_of,
    tells_his_story,
)
from bourse.home.told_models import Told
from bourse.mailroom.compose import Parts
from bourse.mailroom.models import SUPERSEDED, Letter, LetterState, write
from bourse.mailroom.paper import on_one_paper
from bourse.mailroom.rules import Due, Look, Matter
from bourse.mailroom.working_days import is_open, openings
from bourse.meetings import remind as meetings
from bourse.meetings import rule_letters as meeting_letters
from bourse.meetings.letters import facilitator_of
from bourse.meetings.models import Meeting
from bourse.outcomes import letters as outcome_letters
from bourse.outcomes import remind as outcomes
from bourse.people.models import Person
from bourse.problems import letters as problem_letters
from bourse.problems import remind as problems
from bourse.words import on_the_clock_of

log = structlog.get_logger()

WORDS = meeting_letters.WORDS | problem_letters.WORDS | outcome_letters.WORDS
DAYS_FORESEEN = 14
BY_RULE = "by_rule:"  # with this their keys begin


# Written


def write_reminders(now: datetime) -> None:
    """Adds the letters that are due by rule at `now`, at most one a day for each person; the worker commits.

    What was written and has not left is looked at again: who has answered since is not asked, and nobody reads of a
    title or a place that no longer holds.
    """
    waiting = _waiting()
    wanted = _by_letter(_untold(list(_due_now(now)), waiting), now)
    for letter, keys in waiting.items():
        if _is_same(letter, keys, wanted.get(letter.key, ())):
            del wanted[letter.key]
        else:
            _take_back(letter, now)
    for key in _written(wanted):
        del wanted[key]
    for key, dues in wanted.items():
        _write_whatever_happens(key, dues, now)


def _is_same(letter: Letter, keys: set[str], dues: Sequence[Due]) -> bool:
    """Whether the letter, written now, would tell the same person the same in the same words."""
    if keys != {key_of(each) for each in dues} or letter.to_address != dues[0].person.email:
        return False
    parts = letter_of(dues, letter.written_at)
    return (parts.text, parts.html) == (letter.text, letter.html)


def _due_now(now: datetime) -> Iterator[Due]:
    clubs = [club for club in db.session.scalars(db.select(Club)) if is_open(now, club.timezone)]
    if clubs:
        yield from _due_in(Almanac.of(clubs, now, now), now)


def _due_in(almanac: Almanac, now: datetime) -> Iterator[Due]:
    """What the rooms say of each meeting. On the day of the "go" nothing: the invitation has just left."""
    for meeting in almanac.meetings:
        club = meeting.club
        look = Look(now, club.timezone, frozenset(club.rules_off))
        if is_told_of(meeting, look):
            yield from _due_about(almanac, meeting, look)


def _due_about(almanac: Almanac, meeting: Meeting, look: Look) -> Iterator[Due]:
    if meeting.is_over(look.now):
        yield from outcomes.due(aftermath_of(meeting), look)
    elif not meeting.has_begun(look.now):
        yield from meetings.due(occasion_of(almanac, meeting), look)
        yield from problems.due(task_of(meeting, look), look)
        before = almanac.before(meeting, look.now)
        if before and tells_his_story(before, meeting):
            yield from outcomes.story(host_of(before), before, meeting, day_of(meeting), look)


def key_of(due: Due) -> str:
    """Names what is told, so that it is told once: another day of the meeting is another matter."""
    return f"{due.step.rule}:{due.meeting.id}:{due.step.on}:{due.person.id}"


def _untold(dues: Sequence[Due], waiting: Iterable[Letter] = ()) -> list[Due]:
    """Those that no letter has told, but for the letters that have not left."""
    keys = [key_of(each) for each in dues]
    aside = [letter.id for letter in waiting]
    is_told = db.or_(Told.letter_id.is_(None), Told.letter_id.not_in(aside))
    told = set(db.session.scalars(db.select(Told.key).where(Told.key.in_(keys), is_told))) if keys else set()
    return [due for due, key in zip(dues, keys, strict=True) if key not in told]


def _by_letter(dues: Iterable[Due], now: datetime) -> dict[str, list[Due]]:
    """What each person is to read today, the most pressing first, under the key of the day's letter."""
    by_person: dict[Person, list[Due]] = {}
    for each in sorted(dues, key=lambda due: (due.person.id, due.step.until)):
        by_person.setdefault(each.person, []).append(each)
    return {_letter_key(mine, now): mine for mine in by_person.values()}


def _letter_key(dues: Sequence[Due], now: datetime) -> str:
    """One letter a day: the person's day, on the clocks of the first of the clubs that have something to say."""
    club = min((each.meeting.club for each in dues), key=lambda club: int(club.id))
    return f"{BY_RULE}{dues[0].person.id}:{club_time(now, club.timezone).date()}"


def _waiting() -> dict[Letter, set[str]]:
    """The letters by rule that wait to leave, each with what it tells; not those that somebody holds, or let go."""
    query = db.select(Letter, Told.key).join(Told, Told.letter_id == Letter.id).where(~Told.is_by_hand)
    query = query.where(Letter.state == LetterState.planned, Letter.lease_until.is_(None))
    waiting: dict[Letter, set[str]] = {}
    for letter, key in db.session.execute(query.order_by(Letter.id).with_for_update(of=Letter)):
        waiting.setdefault(letter, set()).add(key)
    return waiting


def _take_back(letter: Letter, now: datetime) -> None:
    letter.recall(now, SUPERSEDED)
    forget(letter)


def _written(keys: Iterable[str]) -> Sequence[str]:
    """Those under which a letter stands already, whatever has become of it."""
    keys = list(keys)
    return db.session.scalars(db.select(Letter.key).where(Letter.key.in_(keys))).all() if keys else []


def _write_whatever_happens(key: str, dues: Sequence[Due], now: datetime) -> None:
    """A letter that cannot be written keeps no other from being written."""
    try:
        with db.session.begin_nested():
            _write(key, dues, now)
    except (IntegrityError, OperationalError):
        raise  # another worker was faster, or the database is away: the worker knows what to do
    except Exception:
        log.exception("letter by rule not written", key=key)


def _write(key: str, dues: Sequence[Due], now: datetime) -> None:
    person, first = dues[0].person, dues[0].meeting
    facilitator = facilitator_of(first)
    letter = write(
        letter_of(dues, now),
        key=key,
        kind=dues[0].step.rule,
        to=person.recipient,
        language=person.language,
        about=f"meeting:{first.id}" if _is_of_one_club(dues) else f"person:{person.id}",
        reply_to=facilitator.email if facilitator and facilitator is not person else None,
        not_after=min(each.step.until for each in dues),
    )
    db.session.add_all(Told(key=key_of(each), letter=letter) for each in dues)


def _is_of_one_club(dues: Sequence[Due]) -> bool:
    """Else no facilitator looks into the letter: half of it, and perhaps its subject, is another club's business."""
    return len({each.meeting.club_id for each in dues}) == 1


def letter_of(dues: Sequence[Due], now: datetime) -> Parts:
    """All that is due to one person as one letter, in his language."""
    person = dues[0].person
    with force_locale(person.language):
        return on_one_paper(person.given_name, [_matter(each, now) for each in dues])


def _matter(due: Due, now: datetime) -> Matter:
    with on_the_clock_of(due.meeting.club.timezone):
        return WORDS[due.step.rule](due, now)


# By hand


def is_by_rule(letter: Letter) -> bool:
    return letter.key.startswith(BY_RULE)


def still_says(letter: Letter, now: datetime) -> bool:
    """Whether a letter by rule is as true as when it was written, of each meeting that it tells of, at any hour."""
    keys = set(db.session.scalars(db.select(Told.key).filter_by(letter_id=letter.id)))
    meetings = {int(key.split(":")[1]) for key in keys}
    clubs = db.session.scalars(db.select(Club).where(Club.meetings.any(Meeting.id.in_(meetings)))).all()
    dues = (each for each in _due_in(Almanac.of(clubs, now, now), now) if key_of(each) in keys)
    return any(_is_same(letter, keys, mine) for mine in _by_letter(dues, now).values())


def hand_over(letter: Letter) -> None:
    """Whoever lets the letter go decides when it leaves: it is not taken back any more."""
    db.session.execute(db.update(Told).where(Told.letter_id == letter.id).values(is_by_hand=True))


def forget(letter: Letter) -> None:
    """What the letter was to tell is untold."""
    db.session.execute(db.delete(Told).where(Told.letter_id == letter.id))


# Foreseen


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a rule will say if nothing changes until then; `subject` in its reader's language."""

    at: datetime
    person: Person
    rule: Rule
    meeting: Meeting
    subject: str


def foreseen(club: Club, now: datetime, days: int = DAYS_FORESEEN) -> list[Foreseen]:
    """The letters by rule of the club's next days, in order, as things stand: computed, not written."""
    mornings = list(openings(now, days, club.timezone))
    almanac = Almanac.of([club], now, mornings[-1]) if mornings else Almanac()
    first: dict[str, tuple[datetime, Due]] = {}
    for at in mornings:
        for each in _due_in(almanac, at):
            first.setdefault(key_of(each), (at, each))
    in_order = sorted(first.values(), key=lambda pair: (pair[0], pair[1].step.until))
    untold = _untold([due for _at, due in in_order])
    return [_foreseen(first[key_of(due)][0], due) for due in untold]


def _foreseen(at: datetime, due: Due) -> Foreseen:
    with force_locale(due.person.language):
        return Foreseen(at, due.person, Rule(due.step.rule), due.meeting, _matter(due, at).subject)
