"""What is typed about a club: its charter, its members, its companies, its lists."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.fields import Field, SelectChoice
from wtforms.validators import Optional, ValidationError

from bourse.clubs import tidy
from bourse.clubs.compare import MOST_KNOW_HOW, PERSON_FIELDS
from bourse.clubs.models import Agenda, Company, Membership, MembershipState, Role
from bourse.clubs.relate import LinkKind
from bourse.clubs.rule_forms import RulesForm
from bourse.db import LINE, PROSE, SHORT
from bourse.forms import AddressField, AtMost, Between, BourseForm, Required, VersionedForm, is_address
from bourse.people.models import Language
from bourse.words import _, _l

ROLES = [SelectChoice(Role.member, _l("Membre")), SelectChoice(Role.facilitator, _l("Animatrice ou animateur"))]
LANGUAGES = [SelectChoice("fr", "Français"), SelectChoice("en", "English")]
STATES = [
    SelectChoice(MembershipState.invited, _l("Invité")),
    SelectChoice(MembershipState.active, _l("Membre")),
    SelectChoice(MembershipState.paused, _l("En pause")),
    SelectChoice(MembershipState.left, _l("A quitté le club")),
]
KINDS = [
    SelectChoice(LinkKind.competitor, _l("Concurrent")),
    SelectChoice(LinkKind.customer, _l("Client")),
    SelectChoice(LinkKind.supplier, _l("Fournisseur")),
    SelectChoice(LinkKind.same_group, _l("Même groupe")),
]
AGENDAS = [
    SelectChoice(Agenda.bourse, _l("Club Bourse, 4 h")),
    SelectChoice(Agenda.short, _l("Forme courte, 2 h 30")),
    SelectChoice(Agenda.codevelopment, _l("Codéveloppement, 1 h 40")),
    SelectChoice(Agenda.workshop, _l("Atelier thématique, 2 h 30")),
]
REGIONS = {
    "Europe": _l("Europe"),
    "Africa": _l("Afrique"),
    "America": _l("Amérique"),
    "Asia": _l("Asie"),
    "Atlantic": _l("Atlantique"),
    "Australia": _l("Australie"),
    "Indian": _l("Océan Indien"),
    "Pacific": _l("Pacifique"),
}
MOST_SAID = 500  # characters, for what somebody brings: a line of the directory


@cache
def _zones() -> list[SelectChoice]:
    """The time zones of the inhabited world by region, home first."""
    named = [(zone, *zone.split("/", 1)) for zone in sorted(available_timezones()) if "/" in zone]
    return [
        SelectChoice(zone, place.replace("_", " "), optgroup=label)
        for key, label in REGIONS.items()
        for zone, region, place in named
        if region == key
    ]


class ClubForm(RulesForm):
    """What a club is set to."""

    name = StringField(_l("Nom du club"), [Required(_l("Indiquez le nom du club.")), AtMost(LINE)])
    capacity = IntegerField(
        _l("Places"),
        [Required(_l("Indiquez le nombre de places.")), Between(2, 500, _l("Indiquez un nombre entre 2 et 500."))],
    )
    quorum = IntegerField(
        _l("Quorum"),
        [Required(_l("Indiquez le quorum.")), Between(1, 500, _l("Indiquez un nombre entre 1 et 500."))],
    )
    agenda = RadioField(
        _l("Ordre du jour habituel"), choices=AGENDAS, invalid_choice_message=_l("Choisissez un ordre du jour.")
    )
    timezone = SelectField(
        _l("Fuseau horaire"), choices=_zones, invalid_choice_message=_l("Choisissez un fuseau horaire.")
    )
    competition_reminder = TextAreaField(_l("Rappel du droit de la concurrence"), [AtMost(PROSE)])

    def validate_quorum(self, field: Field) -> None:
        if self.capacity.data and field.data > self.capacity.data:
            raise ValidationError(_("Indiquez un quorum qui ne dépasse pas le nombre de places."))


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

    email = AddressField(
        _l("Adresse e-mail"),
        missing=_l("Indiquez l'adresse e-mail."),
        wrong=_l("Indiquez une adresse e-mail complète, comme prenom@entreprise.fr."),
    )
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
    """Asks for all that is to be known of somebody new."""

    def fill(self, membership: Membership) -> None:
        """Somebody known already keeps what is known: only what is missing is taken."""
        super().fill(membership)
        for name, typed in self.person().items():
            setattr(membership.person, name, getattr(membership.person, name) or typed)


class KnownMemberForm(MemberForm):
    """Asks nothing about the person when the club has no say in it: see `Membership.speaks_for_person`."""

    state = RadioField(
        _l("Présence au club"), choices=STATES, invalid_choice_message=_l("Choisissez sa présence au club.")
    )

    @classmethod
    def about(cls, membership: Membership) -> "KnownMemberForm":
        """Shows what is known, or what was typed over it."""
        person = {name: getattr(membership.person, name) for name in ("email", *PERSON_FIELDS)}
        facts = {name: getattr(membership, name) for name in ("job_title", "role", "state")}
        form = cls(data={**person, **facts, "company": membership.company_id or 0})
        if membership.state is not MembershipState.left:  # leaving is an act of its own
            form.state.choices = STATES[:-1]
        for name in () if membership.speaks_for_person else PERSON_FIELDS:
            del form[name]
        if not membership.speaks_for_address:
            del form.email
        return form

    def fill(self, membership: Membership) -> None:
        super().fill(membership)
        person = self.person() if "given_name" in self else {}
        for name, typed in person.items():
            setattr(membership.person, name, typed)
        membership.state = MembershipState(self.state.data)


class LeaveForm(BourseForm):
    """Nothing but a button."""


def _in_small_letters(text: str | None) -> str:
    return (text or "").lower()


class IntroductionForm(BourseForm):
    """What a member says of himself to his club."""

    job_title = StringField(_l("Fonction"), [AtMost(LINE)])
    brings = TextAreaField(_l("Ce que j'apporte"), [AtMost(MOST_SAID)])
    looks_for = TextAreaField(_l("Ce que je cherche"), [AtMost(MOST_SAID)])
    substitute_given_name = StringField(_l("Prénom de mon remplaçant"), [AtMost(LINE)])
    substitute_family_name = StringField(_l("Nom de mon remplaçant"), [AtMost(LINE)])
    substitute_email = EmailField(_l("Adresse e-mail de mon remplaçant"), [AtMost(LINE)], filters=[_in_small_letters])

    def validate_substitute_email(self, field: Field) -> None:
        is_named = self.substitute_given_name.data or self.substitute_family_name.data
        if (field.data or is_named) and not is_address(field.data or ""):
            raise ValidationError(_("Indiquez une adresse e-mail complète, comme prenom@entreprise.fr."))


class CompanyForm(VersionedForm):
    """A company and its site, as visitors need it."""

    name = StringField(_l("Raison sociale"), [Required(_l("Indiquez le nom de l'entreprise.")), AtMost(LINE)])
    know_how = StringField(_l("Savoir-faire"), [AtMost(MOST_KNOW_HOW)], description=_l("Séparez-les par des virgules."))
    street = StringField(_l("Rue"), [AtMost(LINE)])
    postcode = StringField(_l("Code postal"), [AtMost(SHORT)])
    commune = StringField(_l("Commune"), [AtMost(LINE)])
    parking = StringField(
        _l("Où se garer"), [AtMost(LINE)], description=_l("Par exemple : parking visiteurs, portail B.")
    )
    reception = StringField(
        _l("À l'arrivée, demander"), [AtMost(LINE)], description=_l("Un nom et un numéro qui répond ce jour-là.")
    )
    visitors = IntegerField(
        _l("Visiteurs au plus"),
        [Optional(), Between(1, 500, _l("Indiquez un nombre entre 1 et 500."))],
        description=_l("Laissez vide s'il n'y a pas de limite."),
    )
    protective_equipment = StringField(
        _l("Équipement de protection"),
        [AtMost(LINE)],
        description=_l("Par exemple : chaussures de sécurité, lunettes. Dites ce que vous prêtez."),
    )
    photo_rule = StringField(_l("Photos"), [AtMost(LINE)], description=_l("Permises, interdites, ou à quel endroit."))
    safety = TextAreaField(
        _l("Consignes de sécurité"), [AtMost(PROSE)], description=_l("Ce que chacun doit savoir avant d'entrer.")
    )

    FACTS = (
        *("name", "know_how", "street", "postcode", "commune", "parking", "reception"),
        *("visitors", "protective_equipment", "photo_rule", "safety"),
    )

    def differences(self, company: Company) -> dict[str, str]:
        """What is known of the company where something else was typed."""
        known = {name: getattr(company, name) for name in self.FACTS}
        return {name: str(fact or "") for name, fact in known.items() if fact != self[name].data}

    def fill(self, company: Company) -> None:
        for name in self.FACTS:
            setattr(company, name, self[name].data)


class LinkForm(BourseForm):
    """Another company, and what it is to this one."""

    other = SelectField(_l("Entreprise"), coerce=int, invalid_choice_message=_l("Choisissez une entreprise."))
    kind = RadioField(choices=KINDS, invalid_choice_message=_l("Dites ce qu'elle est."))

    def offer(self, company: Company, companies: Sequence[Company]) -> None:
        """Asks about `company`, and fills the list of the others."""
        self.kind.label.text = _("Ce qu'elle est pour %(company)s", company=company.name)
        named = [SelectChoice(each.id, each.name) for each in companies]
        self.other.choices = [SelectChoice(0, _("Choisissez")), *named]

    def validate_other(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(_("Choisissez une entreprise."))
