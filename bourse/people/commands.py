"""Commands about people."""

import click
from flask import current_app
from flask.cli import with_appcontext

from bourse.clock import club_time, now
from bourse.db import db
from bourse.links import link_to
from bourse.people.enter import PRINTED_LINK_LASTS, fingerprint, fresh_secrets
from bourse.people.models import Person, WayIn, note

HOME_ZONE = "Europe/Paris"


@click.command("link")
@click.argument("email")
@with_appcontext
def link(email: str) -> None:
    """Prints one sign-in URL for a person, and nothing else."""
    person = db.session.scalar(db.select(Person).where(Person.email == email.strip().lower()))
    if person is None or person.is_closed:
        raise click.ClickException(f"Nobody signs in as {email}.")
    in_development = not current_app.config["SETTINGS"].in_production
    midnight = club_time(now(), HOME_ZONE).replace(hour=23, minute=59, second=59)
    token = fresh_secrets().token
    db.session.add(
        WayIn(
            person=person,
            token_hash=fingerprint(token),
            expires_at=midnight if in_development else now() + PRINTED_LINK_LASTS,
            is_reusable=in_development,
        )
    )
    note("link", about=person)
    db.session.commit()
    click.echo(link_to("people.enter", token=token))
