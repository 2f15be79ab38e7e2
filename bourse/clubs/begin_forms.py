"""What is typed to found a house, or a further club."""

from collections.abc import Sequence

from wtforms import SelectField, StringField
from wtforms.fields import SelectChoice

from bourse.clubs.forms import LANGUAGES
from bourse.db import LINE
from bourse.forms import AddressField, AtMost, BourseForm, Required
from bourse.people.models import Person
from bourse.words import _l, language


class FoundForm(BourseForm):
    """Who founds the house, and its first club."""

    given_name = StringField(_l("Votre prénom"), [Required(_l("Indiquez votre prénom.")), AtMost(LINE)])
    family_name = StringField(_l("Votre nom"), [Required(_l("Indiquez votre nom.")), AtMost(LINE)])
    email = AddressField(
        _l("Votre adresse e-mail"),
        missing=_l("Indiquez votre adresse e-mail."),
        wrong=_l("Indiquez une adresse e-mail complète, comme prenom@entreprise.fr."),
    )
    language = SelectField(_l("Langue"), choices=LANGUAGES, default=language)
    organisation = StringField(_l("Nom du pôle"), [Required(_l("Indiquez le nom du pôle.")), AtMost(LINE)])
    club = StringField(_l("Nom du club"), [Required(_l("Donnez un nom au club.")), AtMost(LINE)])


class FurtherClubForm(BourseForm):
    """A further club. Call `offer` before anything else."""

    name = StringField(_l("Nom du club"), [Required(_l("Donnez un nom au club.")), AtMost(LINE)])
    facilitator = SelectField(_l("Qui l'anime ?"), coerce=int, invalid_choice_message=_l("Choisissez qui l'anime."))

    def offer(self, facilitators: Sequence[Person], founder: Person) -> None:
        """Fills the choice with the cluster's facilitators; one who founds is chosen unless she says otherwise."""
        self.facilitator.choices = [SelectChoice(each.id, each.name) for each in facilitators]
        if not self.is_submitted() and any(each.id == founder.id for each in facilitators):
            self.facilitator.data = founder.id
