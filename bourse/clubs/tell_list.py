"""Tells in words what a members' list holds and what becomes of it: the page and the command say the same."""

from collections.abc import Iterable

from bourse.clubs.compare import Change, Verdict
from bourse.clubs.read_list import Remark, UnreadableList
from bourse.clubs.take_back import Fate, Reason
from bourse.words import _, _l, _n

STANDINGS = {"new": _l("nouvelle"), "changed": _l("modifiée"), "same": _l("inchangée"), "refused": _l("refusée")}

FIELDS = {
    "company": _l("entreprise"),
    "name": _l("raison sociale"),
    "siren": _l("SIREN"),
    "activity_code": _l("code NAF"),
    "headcount": _l("effectif"),
    "street": _l("rue"),
    "postcode": _l("code postal"),
    "commune": _l("commune"),
    "civility": _l("civilité"),
    "family_name": _l("nom"),
    "given_name": _l("prénom"),
    "family_given": _l("nom et prénom"),
    "given_family": _l("prénom et nom"),
    "job_title": _l("fonction"),
    "email": _l("adresse e-mail"),
    "mobile": _l("mobile"),
    "phone": _l("téléphone"),
    "know_how": _l("savoir-faire"),
    "language": _l("langue"),
    "state": _l("présence au club"),
}

STATES = {
    "invited": _l("invité"),
    "active": _l("membre"),
    "paused": _l("en pause"),
    "left": _l("parti"),
}

REASONS = {
    "no_company": _l("Indiquez l'entreprise."),
    "no_name": _l("Indiquez le nom et le prénom (il manque : %(field)s)."),
    "no_email": _l("Indiquez une adresse e-mail."),
    "bad_email": _l("« %(value)s » n'est pas une adresse complète, comme prenom@entreprise.fr."),
    "bad_siren": _l("« %(value)s » n'est pas un SIREN : écrivez ses neuf chiffres."),
    "too_long": _l("Raccourcissez ce texte (%(field)s) : « %(value)s… »"),
    "contradicts": _l("La ligne %(value)s dit autre chose de la même personne (%(field)s)."),
    "bad_mobile": _l("Le numéro « %(value)s » est laissé de côté : il n'est pas complet."),
    "bad_postcode": _l("Le code postal « %(value)s » est laissé de côté : il en faut cinq chiffres."),
    "bad_activity_code": _l("Le code NAF « %(value)s » est laissé de côté : il s'écrit comme 25.62A."),
    "bad_headcount": _l("L'effectif « %(value)s » est laissé de côté : écrivez un seul nombre."),
    "bad_language": _l("La langue « %(value)s » est laissée de côté : écrivez français ou anglais."),
    "siren_checksum": _l("Le SIREN %(value)s a une faute : sa clé n'est pas juste. Vérifiez-le."),
    "landline": _l("Le numéro %(value)s n'est pas un mobile."),
    "names_guessed": _l("« %(value)s » : le nom et le prénom sont séparés d'après leur ordre."),
    "twice": _l("La même personne est déjà à la ligne %(value)s."),
    "company_conflict": _l("L'entreprise est décrite autrement plus haut (%(field)s) : « %(value)s » n'est pas pris."),
    "company_namesake": _l("Une autre entreprise porte le même nom, avec un autre SIREN."),
    "company_unclear": _l("Plusieurs entreprises portent le nom « %(value)s » : la première est prise."),
    "know_how_full": _l("La fiche de l'entreprise est pleine ; n'est pas repris : %(value)s."),
    "person_namesake": _l("Quelqu'un porte déjà ce nom, avec l'adresse %(value)s."),
    "other_name": _l("Cette adresse est connue sous un autre nom : %(value)s."),
    "known_elsewhere": _l("Cette personne est connue hors de ce club : ce qui est déjà enregistré reste tel quel."),
    "other_sheet": _l("La feuille « %(value)s » n'est pas lue."),
    "line_skipped": _l("La ligne %(field)s n'est pas lue : « %(value)s »."),
    "missing_column": _l("Aucune colonne ne donne : %(field)s."),
}

LIST_STATES = {
    "waiting": _l("à relire"),
    "written": _l("écrite"),
    "undone": _l("annulée"),
    "dropped": _l("abandonnée"),
}

USED = {  # by a row of the table of that name
    "person": {
        "sign_in": _l("Cette personne est entrée sur le site depuis."),
        "invitation": _l("Cette personne est invitée à une rencontre."),
        "meeting": _l("Cette personne reçoit une rencontre."),
        "membership": _l("Cette personne est aussi d'un autre club."),
        "": _l("Cette personne figure ailleurs sur le site depuis."),
    },
    "company": {
        "membership": _l("Quelqu'un qui reste y travaille."),
        "": _l("Cette entreprise figure ailleurs sur le site depuis."),
    },
}

UNREADABLE = {
    "empty": _l("Ce fichier ne contient aucune personne."),
    "too_large": _l("Ce fichier est trop lourd : envoyez une liste de moins de 5 Mo."),
    "locked": _l("Ce fichier est protégé par un mot de passe : enlevez-le, puis recommencez."),
    "other_format": _l("Enregistrez la liste au format .xlsx ou .csv, puis recommencez."),
    "not_a_workbook": _l("Ce fichier n'est pas un tableau : envoyez une liste au format .xlsx ou .csv."),
    "corrupt": _l("Ce fichier est abîmé : ouvrez-le, enregistrez-le de nouveau, puis recommencez."),
    "no_header": _l("Aucune ligne ne nomme les colonnes : ajoutez par exemple Entreprise, Nom, Prénom, E-mail."),
}


def counted(standing: str, n: int) -> str:
    """How many lines: « 13 nouvelles »."""
    return {
        "new": _n("%(num)s nouvelle", "%(num)s nouvelles", n),
        "changed": _n("%(num)s modifiée", "%(num)s modifiées", n),
        "same": _n("%(num)s inchangée", "%(num)s inchangées", n),
        "refused": _n("%(num)s refusée", "%(num)s refusées", n),
    }[standing]


def unreadable(refusal: UnreadableList) -> str:
    """Why a file gives no list."""
    return str(UNREADABLE[refusal.reason])


def reason(remark: Remark) -> str:
    """What a remark says."""
    return str(REASONS[remark.code]) % {"field": field_name(remark.field), "value": remark.value}


def reasons(remarks: Iterable[Remark]) -> list[str]:
    return [reason(remark) for remark in remarks]


def field_name(field: str) -> str:
    """The name of a field; a line's number stays what it is."""
    return str(FIELDS.get(field, field))


def field_names(fields: Iterable[str]) -> str:
    return ", ".join(map(field_name, fields))


def change(made: Change) -> str:
    """« fonction : Gérant → Président », or only what comes where nothing stood."""
    before, after = _shown(made, made.before), _shown(made, made.after)
    if before:
        return _("%(field)s : %(before)s → %(after)s", field=field_name(made.field), before=before, after=after)
    return _("%(field)s : %(after)s", field=field_name(made.field), after=after)


def _shown(made: Change, value: object) -> str:
    if value is None or value == "":
        return ""
    return str(STATES[str(value)]) if made.field == "state" else str(value)


def who(verdict: Verdict) -> str:
    """The person whom a row is about, as far as it says."""
    named = verdict.person or verdict.row
    return f"{named.given_name} {named.family_name}".strip() or verdict.row.email or "–"


def why_it_stays(fate: Fate) -> str:
    """Why undoing a list leaves somebody or a company as they are."""
    reason = fate.reason or Reason("")
    field = reason.about.removesuffix("_id")
    match reason.code:
        case "signed":
            return _("Cette personne a accepté la charte depuis.")
        case "no_way_back":
            return _("L'entreprise d'avant n'existe plus.")
        case "changed" if field in FIELDS:
            return _("Modifié depuis : %(field)s.", field=field_name(field))
        case "changed":
            return _("La fiche a été complétée depuis.")
    return str(USED[fate.noun].get(reason.about, USED[fate.noun][""]))


def told(verdicts: Iterable[Verdict]) -> str:
    """How many people a list has brought or changed: somebody may stand on two of its lines."""
    people = {each.person.email for each in verdicts if each.person and each.changes}
    if not people:
        return _("Noté : la liste n'a rien changé.")
    return _n(
        "Noté : %(num)s personne ajoutée ou mise à jour.",
        "Noté : %(num)s personnes ajoutées ou mises à jour.",
        len(people),
    )


def undone(taken: int, kept: int) -> str:
    """What was taken back, and whether anything stays."""
    said = _n(
        "L'import est annulé : %(num)s fiche retirée ou remise comme avant.",
        "L'import est annulé : %(num)s fiches retirées ou remises comme avant.",
        taken,
    )
    stays = _n("%(num)s fiche reste : voyez pourquoi.", "%(num)s fiches restent : voyez pourquoi.", kept)
    return f"{said} {stays}" if kept else said
