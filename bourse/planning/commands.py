"""The commands that plan a season: from a file, or as somebody asked on a page."""

import json
import os
import signal
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from math import isfinite
from threading import Event
from time import monotonic, sleep
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError

from bourse.clock import now
from bourse.db import db
from bourse.planning import proposal_models
from bourse.planning.adjust import only
from bourse.planning.document import Malformed
from bourse.planning.explain import Difference
from bourse.planning.freeze import thaw
from bourse.planning.instance import Instance, Placed
from bourse.planning.propose import fall_apart, joined, parts_to_weigh
from bourse.planning.read import read
from bourse.planning.relax import Change, Relaxation
from bourse.planning.rotate import FOR_REASONS, SECONDS, Found, Progress, Status, next_best, relax, rotate
from bourse.planning.search_models import LEASE, Asked, JointPlan, Taken, beat, take, waiting
from bourse.planning.solve import SECONDS_TOGETHER, Teller, kept, key, search, status, ways_out, worth
from bourse.planning.states import ProposalState
from bourse.planning.write import document

INFEASIBLE, NOT_FOUND = 2, 3
LONGEST = 24 * 3600.0
AWAY = 15.0  # seconds without the database, less than a lease
PAUSE = 0.2


def _seconds(context: click.Context, option: click.Parameter, given: str) -> float:
    """Refused with exit code 1: a wrong call must not look like an impossible season, which is 2."""
    try:
        seconds = float(given)
    except ValueError:
        raise click.ClickException(f"--seconds is a number, not {given}.") from None
    if not isfinite(seconds) or not 0 < seconds <= LONGEST:
        raise click.ClickException("--seconds is more than 0, and a day at most.")
    return seconds


@click.command()
@click.argument("instance")
@click.option(
    "-o", "--output", default="-", metavar="PLAN.json", help="Where the plan goes; standard output if not said."
)
@click.option("--seconds", default=str(SECONDS), callback=_seconds, help="How long to look for a better plan.")
@click.option("--explain", is_flag=True, help="Also what doing without each meeting would cost: a search for each.")
def plan(instance: str, output: str, seconds: float, explain: bool) -> None:
    """Plans the season in the file INSTANCE (- for standard input).

    Exit code 0: a plan; 1: the file cannot be read; 2: no plan is possible, and the core says why; 3: none was found
    in time.
    """
    season = _read(instance)
    until = monotonic() + seconds
    with _interrupted() as should_stop:
        found = rotate(season, seconds, _tell, should_stop)
    stuck = only(season, next(iter(found.cores))) if found.cores else season
    relaxations = relax(stuck, found.core, max(0.0, until - monotonic())) if found.core else ()
    worth = _worth(season, found, seconds) if explain else {}
    _write(output, document(season, found, relaxations, worth))
    click.echo(_sentence(found, relaxations), err=True)
    sys.exit({Status.infeasible: INFEASIBLE, Status.unknown: NOT_FOUND}.get(found.status, 0))


@contextmanager
def _interrupted() -> Iterator[Callable[[], bool]]:
    """Whether somebody pressed Ctrl-C: the best plan so far is then written, and a second time ends it all."""
    pressed = Event()

    def press(*_: Any) -> None:
        pressed.set()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, press)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)


def _read(name: str) -> Instance:
    try:
        with click.open_file(name, "rb") as file:
            return read(file.read())
    except OSError as refusal:
        raise click.ClickException(f"{name}: {refusal.strerror}.") from None
    except Malformed as refusal:
        raise click.ClickException(f"{refusal}.") from None


def _write(name: str, plan: dict[str, Any]) -> None:
    try:
        with click.open_file(name, "w", encoding="utf-8") as file:
            file.write(json.dumps(plan, ensure_ascii=False, indent=1) + "\n")
    except OSError as refusal:
        raise click.ClickException(f"{name}: {refusal.strerror}.") from None


def _worth(season: Instance, found: Found, seconds: float) -> dict[Placed, Difference]:
    searched = {placed: next_best(season, found.meetings, placed, seconds) for placed in found.meetings}
    return {placed: difference for placed, difference in searched.items() if difference}


def _tell(progress: Progress) -> None:
    """One line that changes, for somebody who watches."""
    if sys.stderr.isatty():
        click.echo(
            f"\r{progress.seconds:6.1f} s  {progress.objective or '–'}  ≥ {progress.bound or '–'}  ", nl=False, err=True
        )


def _sentence(found: Found, relaxations: Collection[Relaxation]) -> str:
    """How it went, for a log."""
    took = f"in {found.seconds:.1f} s"
    died = " The solver ended before its time." if found.has_died else ""
    if found.status == Status.infeasible:
        ways = "; or ".join(" and ".join(map(_way, relaxation)) for relaxation in relaxations)
        return f"No plan is possible ({took}): {', '.join(found.core)}." + (f" It works with {ways}." if ways else "")
    if found.status == Status.unknown:
        return f"No plan was found {took}.{died}"
    if found.status == Status.optimal:
        return f"The best plan there is, {took}: {found.objective}."
    return f"A plan {took}: {found.objective}; none is below {found.bound or 'anything that is known'}.{died}"


def _way(change: Change) -> str:
    return f"{change.group} at {change.value}" if change.value is not None else f"{change.group} lifted"


# As somebody asked on a page


@click.command(hidden=True)
@click.argument("id", type=int)
@click.argument("token")
@click.option("--together", is_flag=True, help="It is a plan for several clubs.")
@with_appcontext
def solve(id: int, token: str, together: bool) -> None:
    """Solves what was asked for in the web app: the worker starts this in a process of its own, known by its token."""
    asked = Asked(JointPlan if together else proposal_models.Proposal, id)
    taken = take(asked, token, now())
    if together and taken is None:
        fall_apart(db.session.get_one(JointPlan, id))  # stopped or given up, with the best plan so far
    db.session.commit()
    if taken:
        solver = _solve_together if together else _solve
        solver(taken, _teller(taken))


def patiently(act: Callable[[], bool], seconds: float = AWAY) -> bool:
    """Does it, again when the database was away for a moment: a search is not lost for that."""
    until = monotonic() + seconds
    while True:
        try:
            return act()
        except OperationalError:
            db.session.rollback()
            if monotonic() > until:
                raise
            sleep(PAUSE)


def _beat(taken: Taken, lease: timedelta, found: Mapping[str, object]) -> bool:
    goes_on = beat(taken, now() + lease, **found)
    db.session.commit()
    return goes_on


def _teller(taken: Taken) -> Teller:
    worker = os.getppid()

    def tell(lease: timedelta = LEASE, **found: object) -> bool:
        if os.getppid() != worker:
            sys.exit(1)  # it was killed; the next one goes on
        return patiently(lambda: _beat(taken, lease, found))

    return Teller(tell, taken.objective)


def _solve(taken: Taken, teller: Teller) -> None:
    """Finds the plan and says so; what each meeting is worth comes after, while nobody else waits."""
    season = thaw(taken.document)
    found = search(season, teller)
    state = _ended(teller)
    if found.core:
        teller.speak(lease=timedelta(seconds=FOR_REASONS) + LEASE)
    reasons = ways_out(season, found.core)
    teller.speak(state=state, status=status(found, teller.best), reasons=kept(reasons))
    for worths in _worths(season, found.meetings, teller):
        teller.speak(reasons=kept(reasons | {"worth": worths}))


def _ended(teller: Teller) -> ProposalState:
    return ProposalState.stopped if teller.has_to_stop else ProposalState.done


def _worths(season: Instance, plan: Sequence[Placed], teller: Teller) -> Iterator[dict[str, Any]]:
    """What each meeting is worth, one more each time, as long as nobody else waits."""
    found: dict[str, Any] = {}
    for placed in plan:
        if teller.has_to_stop or _somebody_waits():
            return
        found[key(placed)] = worth(season, plan, placed, teller)
        yield found


def _solve_together(taken: Taken, teller: Teller) -> None:
    """The same for several clubs: at the end each club gets its part."""
    found = search(joined(taken.document), teller, SECONDS_TOGETHER)
    state = _ended(teller)
    teller.speak()
    reasons = {"core": found.core, "cores": dict(found.cores)}
    ended = {"state": state, "status": status(found, teller.best), "reasons": kept(reasons)}
    patiently(lambda: _end_together(taken, ended))
    for part, season, meetings in list(parts_to_weigh(db.session.get_one(JointPlan, taken.asked.id))):
        for worths in _worths(season, meetings, teller):
            part.reasons = kept({"worth": worths})
            teller.speak()


def _end_together(taken: Taken, ended: Mapping[str, object]) -> bool:
    """All clubs get their parts, or none does yet."""
    goes_on = beat(taken, now() + LEASE, **ended)
    fall_apart(db.session.get_one(JointPlan, taken.asked.id))
    db.session.commit()
    return goes_on


def _somebody_waits() -> bool:
    """A look that holds nobody up: on SQLite, a transaction left open here would keep everybody from writing."""
    try:
        return waiting(now()) is not None
    finally:
        db.session.rollback()
