"""Organisation, Club, Company and its links, Membership, charter, and the lists that were brought in."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, column_property, joinedload, mapped_column, relationship, validates

from bourse.clock import now
from bourse.clubs.compare import Noun
from bourse.clubs.relate import LinkKind, kept_as, seen_from
from bourse.clubs.rules import Rule
from bourse.clubs.tidy import fold
from bourse.db import SHORT, Line, Prose, Short, db
from bourse.people.models import Person


class ClubKind(StrEnum):
    bourse = "bourse"
    thematic = "thematic"


class Role(StrEnum):
    member = "member"
    facilitator = "facilitator"


class MembershipState(StrEnum):
    invited = "invited"
    active = "active"
    paused = "paused"
    left = "left"


BELONGING = (MembershipState.invited, MembershipState.active)


class Agenda(StrEnum):
    """The agenda templates that a club and a meeting may choose."""

    bourse = "bourse"
    short = "short"
    codevelopment = "codevelopment"
    workshop = "workshop"


class Organisation(db.Model):
    """A cluster of companies (« pôle ») that runs clubs."""

    name: Mapped[Line]
    clubs: Mapped[list["Club"]] = relationship(back_populates="organisation")
    office: Mapped[list["OfficeRole"]] = relationship(back_populates="organisation")

    @property
    def organisation(self) -> "Organisation":
        return self


class OfficeRole(db.Model):
    """A person of the cluster's office."""

    __table_args__ = (UniqueConstraint("organisation_id", "person_id"),)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organisation: Mapped[Organisation] = relationship(back_populates="office")
    person: Mapped[Person] = relationship(backref="office_roles")


class Club(db.Model):
    """A circle of managers who take turns hosting each other."""

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    slug: Mapped[Short] = mapped_column(unique=True)
    name: Mapped[Line]
    kind: Mapped[ClubKind] = mapped_column(default=ClubKind.bourse)
    capacity: Mapped[int] = mapped_column(default=20)
    quorum: Mapped[int] = mapped_column(default=6)
    timezone: Mapped[Short] = mapped_column(default="Europe/Paris")
    agenda: Mapped[Agenda] = mapped_column(default=Agenda.bourse)
    competition_reminder: Mapped[Prose] = mapped_column(default="")
    charter_version: Mapped[int] = mapped_column(default=0)  # the one in force; 0: none yet
    rules_off: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")  # see rules.py
    organisation: Mapped[Organisation] = relationship(back_populates="clubs")
    memberships: Mapped[list["Membership"]] = relationship(back_populates="club")
    charters: Mapped[list["Charter"]] = relationship(back_populates="club", order_by="Charter.version")

    @property
    def club(self) -> "Club":
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def rules(self) -> list[Rule]:
        """The rules by which letters leave."""
        return [rule for rule in Rule if rule not in self.rules_off]

    @rules.setter
    def rules(self, rules: Sequence[Rule]) -> None:
        self.rules_off = [rule.value for rule in Rule if rule not in rules]

    def adopt(self, text: str) -> None:
        """Puts a new version of the charter in force; everybody has to accept it again."""
        self.charter_version += 1
        self.charters.append(Charter(version=self.charter_version, text=text))


class Charter(db.Model):
    """One version of what the members promise each other."""

    __table_args__ = (UniqueConstraint("club_id", "version"),)
    club_id: Mapped[int] = mapped_column(ForeignKey("club.id"))
    version: Mapped[int]
    text: Mapped[Prose]
    written_at: Mapped[datetime] = mapped_column(default=now)
    club: Mapped[Club] = relationship(back_populates="charters")


class Company(db.Model):
    """A company of the cluster, with its site as visitors need it.

    `version` rises with each change, so that two writers notice each other.
    """

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[Line]
    siren: Mapped[Short | None]
    activity_code: Mapped[Short | None]
    headcount: Mapped[int | None]
    know_how: Mapped[Prose] = mapped_column(default="")  # tags, separated by commas
    street: Mapped[Line] = mapped_column(default="")
    postcode: Mapped[Short] = mapped_column(default="")
    commune: Mapped[Line] = mapped_column(default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    parking: Mapped[Line] = mapped_column(default="")
    reception: Mapped[Line] = mapped_column(default="")  # whom to ask for on arrival
    visitors: Mapped[int | None]  # at most
    protective_equipment: Mapped[Line] = mapped_column(default="")
    photo_rule: Mapped[Line] = mapped_column(default="")
    safety: Mapped[Prose] = mapped_column(default="")
    version: Mapped[int] = mapped_column(server_default="1")
    organisation: Mapped[Organisation] = relationship()
    memberships: Mapped[list["Membership"]] = relationship(back_populates="company")

    __mapper_args__: dict[str, Any] = {"version_id_col": version}

    @validates("street", "postcode", "commune")
    def _leave_the_map(self, name: str, text: str) -> str:
        """Elsewhere, the point on the map no longer holds: calendars would lead visitors to the former site."""
        if getattr(self, name) not in (None, text):
            self.latitude = self.longitude = None
        return text

    @property
    def address(self) -> str:
        return address_line(self.street, self.postcode, self.commune)


class CompanyLink(db.Model):
    """What two companies are to each other, as one of them declared it, or nobody but a facilitator noted it.

    Reads: for `company`, `other` is a competitor, a supplier or of the same group; see `relate.kept_as`.
    """

    __table_args__ = (
        UniqueConstraint("company_id", "other_id", "kind", "declared_by_id"),
        Index(
            "uq_company_link_noted",
            *("company_id", "other_id", "kind"),
            unique=True,
            sqlite_where=db.text("declared_by_id IS NULL"),
            postgresql_where=db.text("declared_by_id IS NULL"),
        ),
    )
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    kind: Mapped[LinkKind]
    declared_by_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"))  # none: a facilitator noted it
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    noted_at: Mapped[datetime] = mapped_column(default=now)
    company: Mapped[Company] = relationship(foreign_keys=[company_id])
    other: Mapped[Company] = relationship(foreign_keys=[other_id])
    declared_by: Mapped[Company | None] = relationship(foreign_keys=[declared_by_id])
    noted_by: Mapped[Person] = relationship()

    def other_than(self, company: Company) -> Company:
        return self.other if self.company_id == company.id else self.company

    def kind_for(self, company: Company) -> LinkKind:
        """What the other company is to this one."""
        return seen_from(company.id, self.company_id, self.kind)


class Membership(db.Model):
    """A person in a club, for a company (a facilitator needs none)."""

    __table_args__ = (UniqueConstraint("club_id", "person_id"),)
    club_id: Mapped[int] = mapped_column(ForeignKey("club.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"), index=True)
    role: Mapped[Role] = mapped_column(default=Role.member)
    state: Mapped[MembershipState] = mapped_column(default=MembershipState.invited)
    job_title: Mapped[Line] = mapped_column(default="")
    brings: Mapped[Prose] = mapped_column(default="")
    looks_for: Mapped[Prose] = mapped_column(default="")
    substitute_given_name: Mapped[Line] = mapped_column(default="")  # whom the member sends in his seat
    substitute_family_name: Mapped[Line] = mapped_column(default="")
    substitute_email: Mapped[Line] = mapped_column(default="")
    charter_version: Mapped[int | None]
    charter_signed_at: Mapped[datetime | None]
    joined_at: Mapped[datetime] = mapped_column(default=now)
    club: Mapped[Club] = relationship(back_populates="memberships")
    person: Mapped[Person] = relationship(backref="memberships")
    company: Mapped[Company | None] = relationship(back_populates="memberships")

    @property
    def belongs(self) -> bool:
        """Whether the person is of the club today: a paused or former member is not."""
        return self.state in BELONGING

    @property
    def substitute(self) -> dict[str, str]:
        """Whom the member sends in his seat, as the form that does so takes it; empty: nobody in particular."""
        names = ("given_name", "family_name", "email")
        return {name: told for name in names if (told := getattr(self, f"substitute_{name}"))}

    @property
    def is_elsewhere(self) -> bool:
        """Whether the person is in another club as well."""
        return any(each is not self and each.state is not MembershipState.left for each in self.person.memberships)

    @property
    def speaks_for_person(self) -> bool:
        """Whether the club may correct the person's name, mobile and language: it alone has them as its own."""
        return self.state is not MembershipState.left and not self.is_elsewhere

    @property
    def speaks_for_address(self) -> bool:
        """Whether the club may correct the person's address: it opens no door but the club's own."""
        return self.speaks_for_person and not self.person.office_roles

    @property
    def has_signed(self) -> bool:
        """Whether the charter in force was accepted."""
        return self.club.charter_version in (0, self.charter_version)

    def sign(self, charter: Charter, at: datetime) -> None:
        """The person accepts the charter, and so is an active member."""
        self.charter_version, self.charter_signed_at = charter.version, at
        self.state = MembershipState.active

    def leave(self) -> None:
        self.state = MembershipState.left
        self.substitute_given_name = self.substitute_family_name = self.substitute_email = ""


class ListState(StrEnum):
    waiting = "waiting"
    written = "written"
    undone = "undone"
    dropped = "dropped"


class BroughtList(db.Model):
    """A members' list as uploaded, kept until it is written or given up; what it wrote, and whether that was undone."""

    club_id: Mapped[int] = mapped_column(ForeignKey("club.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # none, as below: by a command
    file_name: Mapped[Line]
    content: Mapped[bytes | None] = mapped_column()  # dropped once written
    is_kept: Mapped[bool] = column_property(content.is_not(None))  # told without loading it
    columns: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))  # fields by letter, as corrected
    brought_at: Mapped[datetime] = mapped_column(default=now)
    written_at: Mapped[datetime | None]
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lines: Mapped[int | None]  # that had somebody, once written
    horizon: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))  # see pointers.py
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    club: Mapped[Club] = relationship()
    brought_by: Mapped[Person | None] = relationship(foreign_keys=[person_id])
    written_by: Mapped[Person | None] = relationship(foreign_keys=[written_by_id])
    undone_by: Mapped[Person | None] = relationship(foreign_keys=[undone_by_id])
    rows: Mapped[list["WrittenRow"]] = relationship(back_populates="brought", order_by="WrittenRow.id")

    @property
    def state(self) -> ListState:
        if self.undone_at:
            return ListState.undone
        if self.written_at:
            return ListState.written
        return ListState.waiting if self.is_kept else ListState.dropped

    def mark_written(self, lines: int, by: int | None, at: datetime) -> None:
        """The file is forgotten."""
        self.content, self.lines, self.written_by_id, self.written_at = None, lines, by, at


class WrittenRow(db.Model):
    """A row that a list made or changed: what undoing the list needs. It names the row without holding it.

    `before` and `after` are the changed columns; of a row that the list made, `before` is none and `after` all of it.
    """

    brought_id: Mapped[int] = mapped_column(ForeignKey("brought_list.id"), index=True)
    line: Mapped[int]  # of the list, the first that says so
    noun: Mapped[Noun] = mapped_column(String(SHORT))  # the row's table
    row_id: Mapped[int]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    kept_for: Mapped[Line | None]  # why it stayed when the list was undone
    brought: Mapped[BroughtList] = relationship(back_populates="rows")


def address_line(street: str, postcode: str, commune: str) -> str:
    """A postal address on one line."""
    town = f"{postcode} {commune}".strip()
    return ", ".join(part for part in (street, town) if part)


def by_name(person: Person) -> tuple[str, str]:
    """Where somebody stands in a list: by family name, accents and capitals aside."""
    return fold(person.family_name), fold(person.given_name)


def company_names(club: Club) -> dict[int, str]:
    """The name of each member's company, by person."""
    names = db.select(Membership.person_id, Company.name).join(Membership.company)
    return {row.person_id: row.name for row in db.session.execute(names.where(Membership.club_id == club.id))}


def link_between(company: Company, other_id: int, kind: LinkKind, declared_by: Company | None) -> CompanyLink | None:
    """The link that the same side has declared already, from whichever end."""
    first, second, kept = kept_as(company.id, other_id, kind)
    same = db.select(CompanyLink).filter_by(company_id=first, other_id=second, kind=kept)
    side = declared_by.id if declared_by else None
    return db.session.scalar(same.where(CompanyLink.declared_by_id.is_not_distinct_from(side)))


def links_of(company: Company) -> Sequence[CompanyLink]:
    """All that anybody declared of the company; who may read which is for `may_read_link` to say."""
    either = db.or_(CompanyLink.company_id == company.id, CompanyLink.other_id == company.id)
    query = db.select(CompanyLink).where(either).order_by(CompanyLink.id)
    return db.session.scalars(query.options(joinedload(CompanyLink.company), joinedload(CompanyLink.other))).all()


def competitors_of(company: Company) -> set[int]:
    """The ids of its competitors, whoever declared them: for what the house decides, never to be shown."""
    competing = (link for link in links_of(company) if link.kind is LinkKind.competitor)
    return {link.other_id if link.company_id == company.id else link.company_id for link in competing}
