"""What people type to come in, and about themselves."""

from wtforms import BooleanField, SelectField, StringField, TelField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional

from bourse.db import LINE, SHORT
from bourse.forms import AddressField, AtMost, BourseForm, Required
from bourse.words import _l


class SignInForm(BourseForm):
    email = AddressField(
        _l("Votre adresse e-mail"),
        missing=_l("Indiquez votre adresse e-mail."),
        wrong=_l("Indiquez une adresse e-mail complète, comme prenom@entreprise.fr."),
    )


class CodeForm(BourseForm):
    code = StringField(
        _l("Ou recopiez le code reçu"), [Required(_l("Recopiez les huit signes du code reçu.")), AtMost(SHORT)]
    )


class AliasForm(BourseForm):
    address = AddressField(
        _l("Une autre adresse à vous"),
        missing=_l("Indiquez l'adresse à ajouter."),
        wrong=_l("Indiquez une adresse e-mail complète, comme prenom@entreprise.fr."),
    )


class EnterForm(BourseForm):
    keep = BooleanField(_l("Rester connecté sur cet appareil"))


class PersonForm(BourseForm):
    given_name = StringField(_l("Prénom"), [Required(_l("Indiquez votre prénom.")), AtMost(LINE)])
    family_name = StringField(_l("Nom"), [Required(_l("Indiquez votre nom.")), AtMost(LINE)])
    mobile = TelField(_l("Téléphone mobile"), [Optional(), AtMost(SHORT)])
    language = SelectField(_l("Langue"), choices=[SelectChoice("fr", "Français"), SelectChoice("en", "English")])
