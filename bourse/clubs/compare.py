"""What a members' list would change: one verdict for each of its rows, given what the cluster already holds.

The rows are taken in their order, each against what stands once those before it are written.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

from bourse.clubs.read_list import Remark, Row
from bourse.clubs.tidy import bare, fold, tags

Standing = Literal["new", "changed", "same", "refused"]
Noun = Literal["person", "company", "membership"]
Value = str | int | None
Known = TypeVar("Known", "KnownPerson", "KnownCompany")

COMPANY_FIELDS = ("siren", "activity_code", "headcount", "street", "postcode", "commune")
PERSON_FIELDS = ("given_name", "family_name", "mobile", "language")
DEFAULT_LANGUAGE = "fr"
MOST_KNOW_HOW = 2_000  # characters; to more of them a company adds nothing


@dataclass(frozen=True)
class KnownCompany:
    """A company of the cluster. `key` is the caller's handle, and unique; `know_how` separates its tags by commas."""

    key: str
    name: str
    siren: str = ""
    activity_code: str = ""
    headcount: int | None = None
    street: str = ""
    postcode: str = ""
    commune: str = ""
    know_how: str = ""


@dataclass(frozen=True)
class KnownPerson:
    """A person of the cluster, with the membership in the club of the list.

    `email` is in lower case, `company` the key of a KnownCompany; `state` is `invited`, `active`, `paused`, `left`,
    or "" for somebody whom this club does not know yet: of him only the address is given. Who `is_elsewhere`, there
    alone or in another club as well, is completed and never corrected.
    """

    email: str
    given_name: str = ""
    family_name: str = ""
    mobile: str = ""
    language: str = ""
    company: str = ""
    job_title: str = ""
    state: str = ""
    is_elsewhere: bool = False

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True)
class Change:
    """What is written: `after` into the field of the noun, where `before` stood ("" or None: nothing).

    A membership's `company` is told by its name here; its key is the verdict's `company.key`.
    """

    noun: Noun
    field: str
    before: Value
    after: Value


@dataclass(frozen=True)
class Verdict:
    """What becomes of a row.

    `person` and `company` are as they stand once it is written, None when it is refused. The key of a company that
    the list brings is `line 12`, after the row that brings it.
    """

    row: Row
    standing: Standing
    changes: tuple[Change, ...] = ()
    remarks: tuple[Remark, ...] = ()
    person: KnownPerson | None = None
    company: KnownCompany | None = None


def compare(
    rows: Iterable[Row], people: Iterable[KnownPerson], companies: Iterable[KnownCompany]
) -> tuple[Verdict, ...]:
    """The verdicts, in the order of the rows. An empty cell never erases what is known."""
    ledger = _Ledger()
    for company in companies:
        ledger.keep_company(company)
    for person in people:
        ledger.keep_person(person)
    return tuple(_verdict(row, ledger) for row in rows)


@dataclass
class _Ledger:
    """What stands so far, and on which line the list said so."""

    people: dict[str, KnownPerson] = field(default_factory=dict)
    companies: dict[str, KnownCompany] = field(default_factory=dict)
    keys_by_siren: dict[str, str] = field(default_factory=dict)
    keys_by_name: dict[str, set[str]] = field(default_factory=dict)
    emails_by_name: dict[str, str] = field(default_factory=dict)
    told: dict[tuple[Noun, str, str], int] = field(default_factory=dict)  # (noun, address or key, field): line

    def keep_company(self, company: KnownCompany) -> None:
        self.companies[company.key] = company
        self.keys_by_name.setdefault(fold(company.name), set()).add(company.key)
        if company.siren:
            self.keys_by_siren.setdefault(company.siren, company.key)

    def keep_person(self, person: KnownPerson) -> None:
        self.people[person.email] = person
        self.emails_by_name.setdefault(fold(person.name), person.email)

    def note(self, noun: Noun, owner: str, said: dict[str, Value], line: int) -> None:
        for name, value in said.items():
            if not _is_nothing(value):
                self.told.setdefault((noun, owner, name), line)

    def companies_of(self, row: Row) -> list[KnownCompany]:
        """Found by SIREN when both have one, else by name; of several, the one where the person works."""
        if row.siren in self.keys_by_siren:
            return [self.companies[self.keys_by_siren[row.siren]]]
        bearers = [self.companies[key] for key in sorted(self.keys_by_name.get(fold(row.company), ()))]
        found = [company for company in bearers if not (row.siren and company.siren)]
        person = self.people.get(row.email)
        own = [company for company in found if person and company.key == person.company]
        return own or found


def _verdict(row: Row, ledger: _Ledger) -> Verdict:
    known, found = ledger.people.get(row.email), ledger.companies_of(row)
    remarks = [*row.remarks, *_missing(row, known), *_contradictions(row, known, found, ledger)]
    if any(remark.refuses for remark in remarks):
        return Verdict(row, "refused", remarks=tuple(remarks))
    company, company_changes, doubts = _company(row, found, ledger)
    person, person_changes = _person(row, known, company, ledger)
    remarks += [*doubts, *_recognitions(row, known, person, ledger)]
    changes = (*person_changes, *company_changes)
    ledger.keep_company(company)
    ledger.keep_person(person)
    ledger.note("company", company.key, _said_of_company(row), row.line)
    ledger.note("person", person.email, _said_of_person(row), row.line)
    return Verdict(row, _standing(known, changes), changes, tuple(remarks), person, company)


def _standing(known: KnownPerson | None, changes: tuple[Change, ...]) -> Standing:
    if known is None or not known.state:
        return "new"
    return "changed" if changes else "same"


def _said_of_company(row: Row) -> dict[str, Value]:
    return {"name": row.company, **{name: getattr(row, name) for name in COMPANY_FIELDS}}


def _said_of_person(row: Row) -> dict[str, Value]:
    return {"email": row.email, **{name: getattr(row, name) for name in (*PERSON_FIELDS, "job_title")}}


def _missing(row: Row, known: KnownPerson | None) -> list[Remark]:
    """A company, an address and both halves of a name are wanted; the name may also be known already."""
    refused = {remark.field for remark in row.remarks if remark.refuses}
    missing = [
        Remark(f"no_{name}", name) for name in ("company", "email") if not getattr(row, name) and name not in refused
    ]
    for half in ("family_name", "given_name"):
        if not (getattr(row, half) or (known and getattr(known, half)) or half in refused):
            missing.append(Remark("no_name", half))
    return missing


def _contradictions(row: Row, known: KnownPerson | None, found: list[KnownCompany], ledger: _Ledger) -> list[Remark]:
    """Where an earlier row said something else of the same person."""
    if known is None or ("person", row.email, "email") not in ledger.told:
        return []
    lines = {name: ledger.told.get(("person", row.email, name)) for name in _said_of_person(row)}
    differing = [change.field for change in _differences("person", known, _said_of_person(row))]
    remarks = [Remark("contradicts", name, str(lines[name])) for name in differing if lines[name]]
    if row.company and known.company not in [company.key for company in found]:
        remarks.append(Remark("contradicts", "company", str(lines["email"])))
    return remarks


def _company(row: Row, found: list[KnownCompany], ledger: _Ledger) -> tuple[KnownCompany, list[Change], list[Remark]]:
    """The row's company as it will stand. Where two rows disagree about it, the first is taken."""
    known = found[0] if found else KnownCompany(key=f"line {row.line}", name="")
    differences = _differences("company", known, _said_of_company(row))
    disputed = [change for change in differences if ("company", known.key, change.field) in ledger.told]
    changes = [change for change in differences if change not in disputed]
    remarks = [Remark("company_conflict", change.field, str(change.after)) for change in disputed]
    know_how = _more_know_how(known, row)
    if len(know_how) <= MOST_KNOW_HOW:
        changes += _differences("company", known, {"know_how": know_how})
    else:
        remarks.append(Remark("know_how_full", "know_how", ", ".join(row.know_how)))
    if not found and fold(row.company) in ledger.keys_by_name:
        remarks.append(Remark("company_namesake", "company", row.company))
    if len(found) > 1:
        remarks.append(Remark("company_unclear", "company", row.company))
    return _written(known, changes), changes, remarks


def _more_know_how(known: KnownCompany, row: Row) -> str:
    """The known tags and those that the row adds; nothing when it adds none."""
    old = {fold(tag) for tag in tags(known.know_how)}
    new = [tag for tag in row.know_how if fold(tag) not in old]
    return ", ".join([*filter(None, [known.know_how]), *new]) if new else ""


def _person(
    row: Row, known: KnownPerson | None, company: KnownCompany, ledger: _Ledger
) -> tuple[KnownPerson, list[Change]]:
    """The person as known in the club once the row is written; somebody who had left comes back as invited."""
    before = known or KnownPerson(email="")
    said = {name: value for name, value in _said_of_person(row).items() if name != "job_title"}
    if not before.language:
        said["language"] = row.language or DEFAULT_LANGUAGE
    changes = _differences("person", before, said)
    if before.is_elsewhere:
        changes = [change for change in changes if not change.before]
    changes += _differences("membership", before, {"job_title": row.job_title})
    if before.state in ("", "left"):
        changes.append(Change("membership", "state", before.state, "invited"))
    person = replace(_written(before, changes), company=company.key)
    if before.company != company.key:
        former = ledger.companies.get(before.company)
        changes.append(Change("membership", "company", former.name if former else "", company.name))
    return person, changes


def _recognitions(row: Row, known: KnownPerson | None, person: KnownPerson, ledger: _Ledger) -> list[Remark]:
    """Whom the row may be about, besides somebody new."""
    if line := ledger.told.get(("person", row.email, "email")):
        return [Remark("twice", "email", str(line))]
    if known is None:
        namesake = ledger.emails_by_name.get(fold(person.name))
        return [Remark("person_namesake", "email", namesake)] if namesake else []
    remarks = [Remark("known_elsewhere", "email", row.email)] if known.is_elsewhere else []
    if known.name and _differs(known.family_name, row.family_name) and _differs(known.given_name, row.given_name):
        remarks.append(Remark("other_name", "family_name", known.name))
    return remarks


def _differences(noun: Noun, known: KnownPerson | KnownCompany, said: dict[str, Value]) -> list[Change]:
    pairs = [(name, getattr(known, name), after) for name, after in said.items()]
    return [Change(noun, name, before, after) for name, before, after in pairs if _differs(before, after)]


def _differs(before: Value, after: Value) -> bool:
    """Whether something else is said. To lose accents or gain capitals, as spreadsheets do, says nothing else."""
    if _is_nothing(after):
        return False
    if isinstance(before, str) and isinstance(after, str):
        return after.casefold() not in (before.casefold(), bare(before))
    return before != after


def _is_nothing(value: Value) -> bool:
    return value is None or value == ""


def _written(known: Known, changes: list[Change]) -> Known:
    values: dict[str, Any] = {change.field: change.after for change in changes}
    return replace(known, **values)
