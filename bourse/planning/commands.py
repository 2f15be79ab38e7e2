"""The commands that plan a season: from a file, or as somebody asked on a page."""

import json
import os
import signal
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
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
from bourse.planning.adjust import only
from bourse.planning.document import Malformed
from bourse.planning.explain import Difference
from bourse.planning.freeze import thaw
from bourse.planning.instance import Instance, Placed
from bourse.planning.proposal_models import LEASE, Taken, beat, take, waiting
from bourse.planning.read import read
from bourse.planning.relax import Change, Relaxation
from bourse.planning.rotate import FOR_REASONS, SECONDS, Progress, Proposal, Status, next_best, relax, rotate
from bourse.planning.solve import Teller, kept, key, search, status, ways_out, worth
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
        proposal = rotate(season, seconds, _tell, should_stop)
    stuck = only(season, next(iter(proposal.cores))) if proposal.cores else season
    relaxations = relax(stuck, proposal.core, max(0.0, until - monotonic())) if proposal.core else ()
    worth = _worth(season, proposal, seconds) if explain else {}
    _write(output, document(season, proposal, relaxations, worth))
    click.echo(_sentence(proposal, relaxations), err=True)
    sys.exit({Status.infeasible: INFEASIBLE, Status.unknown: NOT_FOUND}.get(proposal.status, 0))


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


def _worth(season: Instance, proposal: Proposal, seconds: float) -> dict[Placed, Difference]:
    searched = {placed: next_best(season, proposal.meetings, placed, seconds) for placed in proposal.meetings}
    return {placed: difference for placed, difference in searched.items() if difference}


def _tell(progress: Progress) -> None:
    """One line that changes, for somebody who watches."""
    if sys.stderr.isatty():
        click.echo(
            f"\r{progress.seconds:6.1f} s  {progress.objective or '–'}  ≥ {progress.bound or '–'}  ", nl=False, err=True
        )


def _sentence(proposal: Proposal, relaxations: Collection[Relaxation]) -> str:
    """How it went, for a log."""
    took = f"in {proposal.seconds:.1f} s"
    died = " The solver ended before its time." if proposal.has_died else ""
    if proposal.status == Status.infeasible:
        ways = "; or ".join(" and ".join(map(_way, relaxation)) for relaxation in relaxations)
        return f"No plan is possible ({took}): {', '.join(proposal.core)}." + (
            f" It works with {ways}." if ways else ""
        )
    if proposal.status == Status.unknown:
        return f"No plan was found {took}.{died}"
    if proposal.status == Status.optimal:
        return f"The best plan there is, {took}: {proposal.objective}."
    return f"A plan {took}: {proposal.objective}; none is below {proposal.bound or 'anything that is known'}.{died}"


def _way(change: Change) -> str:
    return f"{change.group} at {change.value}" if change.value is not None else f"{change.group} lifted"


# As somebody asked on a page


@click.command(hidden=True)
@click.argument("id", type=int)
@click.argument("token")
@with_appcontext
def solve(id: int, token: str) -> None:
    """Solves a proposal of the web app: the worker starts this in a process of its own, and knows it by its token."""
    taken = take(id, token, now())
    db.session.commit()
    if taken:
        _solve(taken)


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


def _solve(taken: Taken) -> None:
    """Finds the plan and says so; what each meeting is worth comes after, while nobody else waits."""

    worker = os.getppid()

    def tell(lease: timedelta = LEASE, **found: object) -> bool:
        if os.getppid() != worker:
            sys.exit(1)  # it was killed; the next one goes on
        return patiently(lambda: _beat(taken, lease, found))

    season, teller = thaw(taken.document), Teller(tell, taken.objective)
    found = search(season, teller)
    has_to_stop = teller.has_to_stop
    if found.core:
        teller.speak(lease=timedelta(seconds=FOR_REASONS) + LEASE)
    reasons = ways_out(season, found.core)
    state = ProposalState.stopped if has_to_stop else ProposalState.done
    teller.speak(state=state, status=status(found, teller.best), reasons=kept(reasons))
    reasons["worth"] = {}
    for placed in found.meetings:
        if teller.has_to_stop or _somebody_waits():
            return
        reasons["worth"][key(placed)] = worth(season, found.meetings, placed, teller)
        teller.speak(reasons=kept(reasons))


def _somebody_waits() -> bool:
    """A look that holds nobody up: on SQLite, a transaction left open here would keep everybody from writing."""
    try:
        return waiting(now()) is not None
    finally:
        db.session.rollback()
