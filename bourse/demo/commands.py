"""The command that loads the fictional cluster."""

import click
from flask.cli import with_appcontext

from bourse.clock import now
from bourse.clubs.models import Organisation
from bourse.db import db
from bourse.demo.found import ORGANISATION
from bourse.demo.tell import tell
from bourse.people.models import note


@click.command()
@with_appcontext
def demo() -> None:
    """Loads the fictional cluster into an empty database."""
    if db.session.scalars(db.select(Organisation.name)).all() == [ORGANISATION]:
        click.echo(f"{ORGANISATION} is already here: nothing has changed.")
        return
    if not _is_empty():
        raise click.ClickException("This database holds something else: the demo wants an empty one.")
    organisation = tell(now())
    note("demo", about=organisation)
    db.session.commit()
    click.echo(f"{ORGANISATION} is here: {', '.join(club.name for club in organisation.clubs)}.")


def _is_empty() -> bool:
    return not any(db.session.scalar(db.select(db.exists().select_from(table))) for table in db.metadata.sorted_tables)
