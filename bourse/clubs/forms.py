"""What is typed about a club: its charter, its members, its companies, its lists."""

from collections.abc import Sequence
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.fields import Field, SelectChoice
from wtforms.validators import NumberRange, Optional, ValidationError

from bourse.clubs import tidy
from bourse.clubs.compare import MOST_KNOW_HOW, PERSON_FIELDS
from bourse.clubs.models import Company, Membership, MembershipState, Role
from bourse.db import LINE, PROSE, SHORT
from bourse.forms import AddressField, AtMost, BourseForm, Required
from bourse.people.models import Language, Person
from bourse.words import _, _l, language

ROLES = [SelectChoice(Role.member, _l("Membre")), SelectChoice(Role.facilitator, _l("Animatrice ou animateur"))]
LANGUAGES = [SelectChoice("fr", "Français"), SelectChoice("en", "English")]
STATES = [
    SelectChoice(MembershipState.invited, _l("Invité")),
    SelectChoice(MembershipState.active, _l("Membre")),
    SelectChoice(MembershipState.paused, _l("En pause")),
    SelectChoice(MembershipState.left, _l("A quitté le club")),
]


class CharterForm(BourseForm):
    """`version` is the one that was read."""

    version = HiddenField()
    next = HiddenField()


class AdoptForm(BourseForm):
    version = HiddenField()
    text = TextAreaField(_l("Texte de la charte"), [Required(_l("Écrivez le texte de la charte.")), AtMost(PROSE)])
    confirm = BooleanField(
        _l("Chaque membre accepte cette version avant de lire la suite"),
        [Required(_l("Cochez la case : chaque membre devra accepter cette version."))],
    )


def _as_number(text: str | None) -> str | None:
    return tidy.phone(text or "") or text


class MemberForm(BourseForm):
    """A person and what he is in the club. The company is one of the cluster's, or a new one."""

    given_name = StringField(_l("Prénom"), [Required(_l("Indiquez le prénom.")), AtMost(LINE)])
    family_name = StringField(_l("Nom"), [Required(_l("Indiquez le nom.")), AtMost(LINE)])
    mobile = TelField(_l("Téléphone mobile"), [Optional(), AtMost(SHORT)], filters=[_as_number])
    language = SelectField(_l("Langue"), choices=LANGUAGES)
    company = SelectField(_l("Entreprise"), coerce=int)
    new_company = StringField(_l("Ou une nouvelle entreprise"), [AtMost(LINE)])
    job_title = StringField(_l("Fonction"), [AtMost(LINE)])
    role = RadioField(_l("Rôle"), choices=ROLES, default=Role.member)

    def offer(self, companies: Sequence[Company]) -> None:
        """Fills the list of companies."""
        named = [SelectChoice(company.id, company.name) for company in companies]
        self.company.choices = [SelectChoice(0, _("Aucune")), *named]

    def fill(self, membership: Membership) -> None:
        """What was typed goes into the membership and perhaps a new company; none takes the company away."""
        membership.job_title, membership.role = self.job_title.data or "", Role(self.role.data)
        if self.new_company.data:
            membership.company = Company(organisation=membership.club.organisation, name=self.new_company.data)
        elif self.company.data:
            membership.company_id = self.company.data

    def person(self) -> dict[str, Any]:
        """What was typed about the person, as the columns take it."""
        typed = {name: self[name].data for name in PERSON_FIELDS}
        return {**typed, "mobile": self.mobile.data or None, "language": Language(self.language.data)}

    def validate_mobile(self, field: Field) -> None:
        if tidy.phone(field.data or "") is None:
            raise ValidationError(_("Indiquez un numéro complet, comme 06 12 34 56 78."))

    def validate_company(self, field: Field) -> None:
        if field.data or self.new_company.data:
            return
        if self.role.data == Role.member:
            raise ValidationError(_("Choisissez l'entreprise du membre, ou écrivez le nom d'une nouvelle."))
        if field.object_data:  # meetings may have been held there
            raise ValidationError(_("Choisissez une entreprise."))


class NewMemberForm(MemberForm):
    email = AddressField(
        _l("Adresse e-mail"),
        missing=_l("Indiquez l'adresse e-mail."),
        wrong=_l("Indiquez une adresse e-mail complète, comme prenom@entreprise.fr."),
    )

    def fill(self, membership: Membership) -> None:
        """Somebody known already keeps what is known: only what is missing is taken."""
        super().fill(membership)
        for name, typed in self.person().items():
            setattr(membership.person, name, getattr(membership.person, name) or typed)


class KnownMemberForm(MemberForm):
    """Asks nothing about the person when the club has no say in it: see `Membership.speaks_for_person`."""

    state = RadioField(_l("Présence au club"), choices=STATES)

    @classmethod
    def about(cls, membership: Membership) -> "KnownMemberForm":
        """Shows what is known, or what was typed over it."""
        person = {name: getattr(membership.person, name) for name in PERSON_FIELDS}
        facts = {name: getattr(membership, name) for name in ("job_title", "role", "state")}
        form = cls(data={**person, **facts, "company": membership.company_id or 0})
        for name in () if membership.speaks_for_person else PERSON_FIELDS:
            del form[name]
        return form

    def fill(self, membership: Membership) -> None:
        super().fill(membership)
        person = self.person() if "given_name" in self else {}
        for name, typed in person.items():
            setattr(membership.person, name, typed)
        membership.state = MembershipState(self.state.data)


class CompanyForm(BourseForm):
    """A company and its site, as visitors need it."""

    name = StringField(_l("Raison sociale"), [Required(_l("Indiquez le nom de l'entreprise.")), AtMost(LINE)])
    know_how = StringField(_l("Savoir-faire"), [AtMost(MOST_KNOW_HOW)], description=_l("Séparez-les par des virgules."))
    street = StringField(_l("Rue"), [AtMost(LINE)])
    postcode = StringField(_l("Code postal"), [AtMost(SHORT)])
    commune = StringField(_l("Commune"), [AtMost(LINE)])
    parking = StringField(_l("Où se garer"), [AtMost(LINE)])
    reception = StringField(_l("À l'arrivée, demander"), [AtMost(LINE)])
    visitors = IntegerField(
        _l("Visiteurs au plus"), [Optional(), NumberRange(1, 500, _l("Indiquez un nombre entre 1 et 500."))]
    )
    protective_equipment = StringField(_l("Équipement de protection"), [AtMost(LINE)])
    photo_rule = StringField(_l("Photos"), [AtMost(LINE)])
    safety = TextAreaField(_l("Consignes de sécurité"), [AtMost(PROSE)])


class BringForm(BourseForm):
    file = FileField(_l("La liste, au format .xlsx ou .csv"), [FileRequired(_l("Choisissez un fichier."))])


class WriteForm(BourseForm):
    skip_refused = BooleanField()


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


class ClubForm(BourseForm):
    """A further club. Call `offer` before anything else."""

    name = StringField(_l("Nom du club"), [Required(_l("Donnez un nom au club.")), AtMost(LINE)])
    facilitator = SelectField(_l("Qui l'anime ?"), coerce=int, invalid_choice_message=_l("Choisissez qui l'anime."))

    def offer(self, facilitators: Sequence[Person], founder: Person) -> None:
        """Fills the choice with the cluster's facilitators; one who founds is chosen unless she says otherwise."""
        self.facilitator.choices = [SelectChoice(each.id, each.name) for each in facilitators]
        if not self.is_submitted() and any(each.id == founder.id for each in facilitators):
            self.facilitator.data = founder.id
