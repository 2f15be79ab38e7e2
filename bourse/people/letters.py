"""The letters about signing in."""

from flask_babel import force_locale

from bourse.links import link_to
from bourse.mailroom.compose import Parts
from bourse.mailroom.paper import on_paper
from bourse.people.enter import Secrets
from bourse.people.models import Person
from bourse.words import _


def way_in(person: Person, secrets: Secrets) -> Parts:
    """The link and the code to sign in."""
    url = link_to("people.enter", token=secrets.token)
    code = f"{secrets.code[:4]} {secrets.code[4:]}"
    with force_locale(person.language):
        return on_paper("people/letters/way_in", _("Entrez dans le Club Bourse"), person=person, url=url, code=code)


def new_device(person: Person, device: str) -> Parts:
    """Tells that a link was used in another browser than the one that asked for it."""
    url = link_to("people.me")
    with force_locale(person.language):
        subject = _("Vérifiez une nouvelle connexion")
        return on_paper("people/letters/new_device", subject, person=person, url=url, device=device)


def confirm_alias(person: Person, url: str) -> Parts:
    """Asks, at another address, whether it is the person's too."""
    with force_locale(person.language):
        subject = _("Confirmez que cette adresse est la vôtre")
        return on_paper("people/letters/confirm_alias", subject, person=person, url=url)
