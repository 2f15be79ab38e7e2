"""Commands about the people of clubs."""

from collections.abc import Sequence
from pathlib import Path

import click
from flask.cli import with_appcontext
from flask_babel import force_locale

from bourse.clock import now
from bourse.clubs import tell_list
from bourse.clubs.compare import Verdict
from bourse.clubs.models import BroughtList, Club
from bourse.clubs.read_list import MemberList, UnreadableList, read_list
from bourse.clubs.write_list import judge, write
from bourse.db import LINE, db
from bourse.forms import tidy
from bourse.people.models import note


@click.group()
def people() -> None:
    """Members and companies."""


@people.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--club", "slug", required=True, metavar="SLUG", help="The club that the list is of.")
@click.option("--dry-run", is_flag=True, help="Writes nothing; ends as the import would.")
@click.option("--skip-refused", is_flag=True, help="Leaves refused rows out instead of writing nothing.")
@with_appcontext
def bring(file: Path, slug: str, dry_run: bool, skip_refused: bool) -> None:
    """Brings the members and companies of an .xlsx or .csv FILE into a club."""
    with force_locale("en"):
        club = db.session.scalar(db.select(Club).filter_by(slug=slug))
        if club is None:
            raise click.ClickException(f"No club is called {slug}.")
        members = _read(file)
        verdicts = judge(club, members.rows)
        _show(members, verdicts)
        refused = sum(verdict.standing == "refused" for verdict in verdicts)
        if refused and not skip_refused:
            raise click.ClickException(f"Nothing is written: {refused} refused. Correct them, or use --skip-refused.")
    if dry_run:
        click.echo("Nothing is written: this was a dry run.")
        return
    brought = BroughtList(club=club, file_name=tidy(file.name)[-LINE:])
    db.session.add(brought)
    db.session.flush()
    write(brought, verdicts)
    brought.mark_written(len(verdicts), by=None, at=now())
    note("import", about=brought)
    db.session.commit()
    click.echo("Written.")


def _read(file: Path) -> MemberList:
    try:
        return read_list(file.read_bytes(), file.name)
    except UnreadableList as refusal:
        raise click.ClickException(tell_list.unreadable(refusal)) from None


def _show(members: MemberList, verdicts: Sequence[Verdict]) -> None:
    """A table with a line for each row, then the remarks on the whole list."""
    table = [("line", "person", "company", "", "what to know, and what changes"), *map(_cells, verdicts)]
    widths = [max(len(cells[place]) for cells in table) for place in range(4)]
    for cells in table:
        columns = [cell.ljust(width) for cell, width in zip(cells, widths, strict=False)]
        click.echo("  ".join([*columns, cells[-1]]).rstrip())
    for column in members.unknown:
        click.echo(f"Column {column.letter} is not read: {column.heading}")
    for sentence in tell_list.reasons(members.remarks):
        click.echo(sentence)


def _cells(verdict: Verdict) -> tuple[str, ...]:
    said = [*tell_list.reasons(verdict.remarks), *map(tell_list.change, verdict.changes)]
    company = verdict.company.name if verdict.company else verdict.row.company
    return str(verdict.row.line), tell_list.who(verdict), company or "–", verdict.standing, "; ".join(said)
