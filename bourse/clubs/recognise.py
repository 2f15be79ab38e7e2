"""Which line of a sheet names its columns, and what each column holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bourse.clubs.tidy import fold

Line = tuple[int, list[str]]  # its number as a person sees it in the sheet, and the text of its cells

HEADER_WITHIN = 50  # lines; further down, a line that names columns is no header

HEADINGS = {
    "company": "raison sociale, entreprise, société, nom entreprise, nom société, dénomination, dénomination sociale,"
    " établissement, structure, organisme, company, company name, organisation, organization, employer, business",
    "siren": "siren, siret, code siren, siren siret, siret siren, registration, company registration",
    "activity_code": "naf, ape, code naf, code ape, naf ape, ape naf, code naf ape, code ape naf, code activité,"
    " activity code, naf code, ape code",
    "headcount": "effectif, effectifs, effectif total, nombre salariés, nb salariés, salariés, taille, size,"
    " company size, employees, number employees, headcount, staff",
    "street": "adresse, adresse postale, adresse entreprise, rue, voie, address, street, street address,"
    " postal address, company address",
    "postcode": "cp, code postal, postcode, post code, postal code, zip, zip code",
    "commune": "commune, ville, localité, city, town",
    "civility": "civ, civilité, m mme, salutation",
    "family_name": "nom, nom famille, nom dirigeant, nom contact, nom membre, last name, surname, family name",
    "given_name": "prénom, prénoms, prénom dirigeant, prénom contact, prénom membre, first name, given name, forename",
    "family_given": "nom prénom, noms prénoms, last name first name",
    "given_family": "prénom nom, nom complet, dirigeant, contact, membre, participant, interlocuteur, name, full name,"
    " contact name, first name last name, member",
    "job_title": "fonction, poste, qualité, job title, job, position, function",
    "email": "mail, e-mail, courriel, mél, adresse mail, adresse e-mail, adresse courriel, adresse électronique,"
    " adresse de messagerie, mail dirigeant, mail contact, e-mail contact, mail address, e-mail address",
    "mobile": "portable, mobile, gsm, tél portable, tél mobile, téléphone portable, téléphone mobile, mobile phone,"
    " cell, cell phone, mobile number",
    "phone": "téléphone, tél, téléphone fixe, tél fixe, fixe, ligne directe, phone, telephone, phone number,"
    " telephone number",
    "know_how": "savoir-faire, compétences, spécialités, mots clés, know-how, skills, expertise, tags",
    "language": "langue, language, lang",
}
NEEDED = {
    "company": {"company"},
    "email": {"email"},
    "family_name": {"family_name", "family_given", "given_family"},
}
FILLERS = {
    *("n", "no", "num", "numero", "de", "des", "du", "d", "la", "le", "les", "l", "et", "a", "the", "of"),
    *("your", "votre", "pro", "professionnel", "professionnelle"),
}


@dataclass(frozen=True)
class Column:
    """Its letter in the sheet, the heading as typed, the field ("" when unknown), and some of what stands below."""

    letter: str
    heading: str
    field: str
    samples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Header:
    """The line (as a person counts them; 0: none does) that names the columns; `columns` is as wide as the sheet."""

    line: int
    columns: tuple[Column, ...]

    @property
    def fields(self) -> set[str]:
        return {column.field for column in self.columns} - {""}

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields without which no line can be taken."""
        return tuple(field for field, ways in NEEDED.items() if not ways & self.fields)


def _key(heading: str) -> str:
    return "".join(word for word in fold(heading).split() if word not in FILLERS)


FIELDS = {_key(heading): field for field, headings in HEADINGS.items() for heading in headings.split(",")}


def find_header(lines: Sequence[Line]) -> Header | None:
    """The line, among the first fifty with anything in them, that names most columns; at least two."""
    headers = [Header(number, _columns(cells)) for number, cells in lines[:HEADER_WITHIN]]
    best = max(headers, key=lambda header: len(header.fields), default=None)
    return best if best and len(best.fields) >= 2 else None


def _columns(cells: Sequence[str]) -> tuple[Column, ...]:
    """A field goes to the first column that names it; a second one of the same name stays unknown."""
    fields: list[str] = []
    for cell in cells:
        field = FIELDS.get(_key(cell), "")
        fields.append("" if field in fields else field)
    if "given_name" not in fields and "family_name" in fields:  # « Nom » alone holds the whole name
        fields[fields.index("family_name")] = "family_given"
    return tuple(
        Column(letter(place), " ".join(cell.split()), field)
        for place, (cell, field) in enumerate(zip(cells, fields, strict=True))
    )


def unnamed(lines: Sequence[Line]) -> Header:
    """The columns of a sheet where no line names them."""
    width = max(len(cells) for _number, cells in lines)
    return Header(0, tuple(Column(letter(place), "", "") for place in range(width)))


def corrected(header: Header, said: Mapping[str, str]) -> Header:
    """The same columns, with the fields that a person says they hold, by letter."""
    columns = (replace(column, field=said.get(column.letter, column.field)) for column in header.columns)
    return replace(header, columns=tuple(columns))


def letter(place: int) -> str:
    """The name of a column in a sheet, counted from 0: A … Z, AA, AB …"""
    before, rest = divmod(place, 26)
    return (letter(before - 1) if before else "") + chr(ord("A") + rest)
