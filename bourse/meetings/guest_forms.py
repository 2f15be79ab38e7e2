"""What is typed of somebody from outside: a member's substitute, or a guest."""

from wtforms import BooleanField, SelectField, StringField

from bourse.clubs.forms import LANGUAGES
from bourse.db import LINE
from bourse.forms import AddressField, AtMost, BourseForm, Required
from bourse.meetings.guest_models import Guest
from bourse.people.models import Language, Person
from bourse.words import _l


class SubstituteForm(BourseForm):
    """Who comes in a member's seat."""

    given_name = StringField(_l("Prénom"), [Required(_l("Indiquez le prénom.")), AtMost(LINE)])
    family_name = StringField(_l("Nom"), [Required(_l("Indiquez le nom.")), AtMost(LINE)])
    email = AddressField(
        _l("Adresse e-mail"),
        missing=_l("Indiquez l'adresse e-mail."),
        wrong=_l("Indiquez une adresse e-mail complète, comme prenom@entreprise.fr."),
    )
    language = SelectField(_l("Langue"), choices=LANGUAGES, default=Language.fr)

    @property
    def address(self) -> str:
        return str(self.email.data).lower()

    @property
    def typed_name(self) -> str:
        """To say back: whoever types an address is not told whose it is."""
        return f"{self.given_name.data} {self.family_name.data}"

    def person(self) -> Person:
        """Somebody whom nobody knew until now."""
        person = Person(given_name=self.given_name.data or "", family_name=self.family_name.data or "")
        person.email, person.language = self.address, Language(self.language.data)
        return person


class TicksForm(BourseForm):
    """What a guest is invited for, and what he may read beyond date, place and title."""

    company = StringField(_l("Entreprise"), [AtMost(LINE)])
    why = StringField(_l("À quel titre"), [AtMost(LINE)])
    sees_problem = BooleanField(_l("Lit le problème partagé"))
    sees_cards = BooleanField(_l("Lit les cartes, une fois dévoilées"))

    FACTS = ("company", "why", "sees_problem", "sees_cards")

    def fill(self, guest: Guest) -> None:
        for name in self.FACTS:
            setattr(guest, name, self[name].data)


class KnownGuestForm(TicksForm):
    """The same of somebody invited already, with the address that he is written to."""

    email = AddressField(
        _l("Adresse e-mail"),
        missing=_l("Indiquez l'adresse e-mail."),
        wrong=_l("Indiquez une adresse e-mail complète, comme prenom@entreprise.fr."),
    )


class GuestForm(SubstituteForm, TicksForm):
    """Somebody whom the club wants to hear at one meeting."""

    why = StringField(_l("À quel titre"), [Required(_l("Dites à quel titre vous l'invitez.")), AtMost(LINE)])
