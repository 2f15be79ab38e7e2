"""Season, Meeting, Invitation, whom a host keeps out, and what stands in people's calendars."""

from datetime import date, datetime
from uuid import uuid4

from flask import current_app
from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from bourse.clock import now
from bourse.clubs.models import Agenda, Club, Company, Membership, Role, by_name
from bourse.db import Line, Prose, Short, db
from bourse.mailroom.models import LOST, SUSPENDED, UNSENT, Letter, LetterState
from bourse.meetings import seat
from bourse.meetings.guest_models import STAYS, Guest
from bourse.meetings.reconcile import REQUEST, answer_holds, next_stamp
from bourse.meetings.states import Answer, MeetingState, Presence, SeasonState, Via
from bourse.people.models import Person


def new_uid() -> str:
    """A calendar UID: random, so that it collides with no other site's (RFC 7986 §5.3)."""
    return f"{uuid4()}@{current_app.config['SETTINGS'].mail_domain}"


class Season(db.Model):
    """A year of a club's meetings."""

    club_id: Mapped[int] = mapped_column(ForeignKey("club.id"), index=True)
    name: Mapped[Line]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    length: Mapped[int]  # how many meetings it is to have
    state: Mapped[SeasonState] = mapped_column(default=SeasonState.draft)
    club: Mapped[Club] = relationship(backref="seasons")
    meetings: Mapped[list["Meeting"]] = relationship(back_populates="season", order_by="Meeting.starts_at")


class Meeting(db.Model):
    """An afternoon of the club at a host's company (« rencontre »)."""

    club_id: Mapped[int] = mapped_column(ForeignKey("club.id"), index=True)
    season_id: Mapped[int | None] = mapped_column(ForeignKey("season.id"), index=True)
    host_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), index=True)
    number: Mapped[int]  # in the season, from 1
    title: Mapped[Line] = mapped_column(default="")  # fit for calendars; empty: « Rencontre du club »
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    agenda: Mapped[Agenda] = mapped_column(default=Agenda.bourse)
    practical: Mapped[Prose] = mapped_column(default="")  # what visitors need beyond the site's own words
    state: Mapped[MeetingState] = mapped_column(default=MeetingState.confirmed)
    uid: Mapped[Line] = mapped_column(default=new_uid, unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    moved_sequence: Mapped[int] = mapped_column(
        default=0
    )  # that of the last new time or place: older answers are to confirm
    released_at: Mapped[datetime | None]  # the facilitator's "go"
    created_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(default=now)
    facilitator_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # who runs it; none: whoever may
    places: Mapped[int | None]  # for visitors; none: as many as club and site hold
    word: Mapped[Prose] = mapped_column(default="")  # the facilitator's, for the letters of the last change …
    word_mark: Mapped[Line] = mapped_column(default="")  # … whose fingerprint this is
    club: Mapped[Club] = relationship(backref="meetings")
    season: Mapped[Season | None] = relationship(back_populates="meetings")
    host: Mapped[Membership] = relationship()
    invitations: Mapped[list["Invitation"]] = relationship(back_populates="meeting", order_by="Invitation.id")
    exclusions: Mapped[list["Exclusion"]] = (
        relationship(  # loaded with every meeting: each page asks whom it is open to
            back_populates="meeting", order_by="Exclusion.id", lazy="selectin", cascade="all, delete-orphan"
        )
    )

    @property
    def meeting(self) -> "Meeting":
        return self

    @property
    def company(self) -> Company:
        assert self.host.company is not None  # a host is a member, and a member has a company
        return self.host.company

    @property
    def is_cancelled(self) -> bool:
        return self.state is MeetingState.cancelled

    @property
    def is_released(self) -> bool:
        return self.released_at is not None

    def is_over(self, at: datetime) -> bool:
        return self.ends_at <= at

    def has_begun(self, at: datetime) -> bool:
        return self.starts_at <= at

    def move(self, starts_at: datetime, ends_at: datetime) -> None:
        """A new time: same UID, a higher SEQUENCE, and the answers given so far are to confirm."""
        if (starts_at, ends_at) == (self.starts_at, self.ends_at):
            return
        self.starts_at, self.ends_at = starts_at, ends_at
        self._raise_sequence()
        self.moved_sequence = self.sequence

    def change_host(self, host: Membership) -> None:
        """Another host, so another place: the answers given so far are to confirm."""
        if host.id != self.host_id:
            self.host, self.title = host, ""  # the title was the former host's question
            self.note_new_place()

    def note_new_place(self) -> None:
        """Another place, here or in the host company's own sheet."""
        self._raise_sequence()
        self.moved_sequence = self.sequence

    def cancel(self) -> None:
        self.state = MeetingState.cancelled
        self._raise_sequence()

    def restore(self) -> None:
        """Takes the cancellation back."""
        self.state = MeetingState.invited if self.is_released else MeetingState.confirmed
        self._raise_sequence()

    def release(self, at: datetime) -> None:
        """The facilitator's "go": from now on the worker keeps everybody's calendar right."""
        self.released_at = at
        self.state = MeetingState.invited

    @property
    def in_force(self) -> list["Exclusion"]:
        """The exclusions of its host; what a former host chose has gone with him."""
        return [each for each in self.exclusions if each.host_id == self.host.id]

    @property
    def closed_to(self) -> set[int]:
        """The companies that its host keeps out: never his own."""
        return {exclusion.company_id for exclusion in self.in_force} - {self.host.company_id}

    def keeps_out(self, member: Membership) -> bool:
        """Whether its host keeps out the company for which somebody is a member of the club; never a facilitator."""
        return bool(self.exclusions) and member.role is Role.member and member.company_id in self.closed_to

    @property
    def kept_out(self) -> list[Membership]:
        """The members whom its host keeps out."""
        return [each for each in self.club.memberships if self.keeps_out(each)] if self.exclusions else []

    def exclude(self, company_id: int, by: Person, at: datetime) -> "Exclusion":
        """Its host keeps a company out."""
        exclusion = Exclusion(host_id=self.host.id, company_id=company_id, made_by_id=by.id, made_at=at)
        self.exclusions.append(exclusion)
        return exclusion

    def let_in(self, exclusion: "Exclusion") -> None:
        """Takes an exclusion back; whose invitation it ended is asked anew."""
        for invitation in self.ended_by(exclusion):
            invitation.renew()
        self.exclusions.remove(exclusion)

    def ended_by(self, exclusion: "Exclusion") -> list["Invitation"]:
        """The invitations that an exclusion ended; one that the facilitator withdrew before stays withdrawn."""
        company = exclusion.company_id
        members = {each.person_id for each in self.club.memberships if each.company_id == company and each.belongs}
        ended = (each for each in self.invitations if each.withdrawn_at and each.withdrawn_at >= exclusion.made_at)
        return [each for each in ended if each.person_id in members]

    def is_closed_to_guest(self, person: Person) -> bool:
        """Whether somebody from outside is, or was, of a company that its host keeps out, in whichever club."""
        return bool(self.exclusions) and any(each.company_id in self.closed_to for each in person.memberships)

    @property
    def usual_capacity(self) -> int:
        """How many visitors club and site hold. The host is at home and needs no place."""
        return seat.capacity(None, self.club.capacity, self.company.visitors)

    @property
    def capacity(self) -> int:
        return self.places or self.usual_capacity

    @property
    def taken_seats(self) -> int:
        return sum(each.takes_a_seat for each in self.invitations)

    @property
    def free_seats(self) -> int:
        """How many places are left; below nought when fewer than before are to be had."""
        return self.capacity - self.taken_seats

    @property
    def waiting_list(self) -> list["Invitation"]:
        """Who waits for a place, the first first."""
        queue = (each for each in self.invitations if each.is_waiting)
        return sorted(queue, key=lambda each: (each.waiting_since or self.changed_at, each.id))

    def _raise_sequence(self) -> None:
        self.sequence += 1
        self.changed_at = now()

    def invite(self, person: Person) -> "Invitation":
        """Invites a member, or lets back in one whose invitation was withdrawn; who was a guest is no longer one."""
        invitation = self._invitation_for(person)
        invitation.guest = None
        return invitation

    def invite_guest(self, person: Person, by: Person) -> Guest:
        """Invites somebody from outside to this meeting alone; what he may read is yet to be ticked."""
        invitation = self._invitation_for(person)
        guest = invitation.guest = invitation.guest or Guest()
        guest.begin(by)
        return guest

    def _invitation_for(self, person: Person) -> "Invitation":
        for invitation in self.invitations:
            if invitation.person is person:
                invitation.renew()
                return invitation
        invitation = Invitation(person=person)
        self.invitations.append(invitation)
        return invitation

    def invitation_of(self, person: Person) -> "Invitation | None":
        return next((each for each in self.invitations if each.person_id == person.id and not each.is_withdrawn), None)

    @property
    def invited(self) -> list["Invitation"]:
        """The invitations that stand, in order of family name."""
        standing = (invitation for invitation in self.invitations if not invitation.is_withdrawn)
        return sorted(standing, key=lambda invitation: by_name(invitation.person))

    def counts(self, but: Person | None = None) -> dict[Answer, int]:
        """How many gave each answer, one person aside."""
        aside = but.id if but else None
        answers = [invitation.current_answer for invitation in self.invited if invitation.person_id != aside]
        return {answer: answers.count(answer) for answer in Answer}


class Invitation(db.Model):
    """A person invited to a meeting, and the answer."""

    __table_args__ = (UniqueConstraint("meeting_id", "person_id"),)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    answer: Mapped[Answer] = mapped_column("answer", default=Answer.none)
    comment: Mapped[Line] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    answered_sequence: Mapped[int | None]  # the meeting's SEQUENCE that the answer was about
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    via: Mapped[Via | None]
    heard_sequence: Mapped[int | None]  # of the last reply taken from a calendar, and its own clock
    heard_stamp: Mapped[datetime | None]
    presence: Mapped[Presence | None]
    withdrawn_at: Mapped[datetime | None]
    waiting_since: Mapped[datetime | None]  # his turn on the waiting list, whatever he says again or the date becomes
    seated_at: Mapped[datetime | None]  # a place was found for him, until he answers again; see `take_seat`
    guest: Mapped[Guest | None] = relationship(
        back_populates="invitation", foreign_keys=[Guest.invitation_id], lazy="joined", cascade="all, delete-orphan"
    )
    meeting: Mapped[Meeting] = relationship(back_populates="invitations")
    person: Mapped[Person] = relationship(foreign_keys=[person_id], backref="invitations")
    answered_by: Mapped[Person | None] = relationship(foreign_keys=[answered_by_id])
    copies: Mapped[list["CalendarCopy"]] = relationship(
        back_populates="invitation", order_by="CalendarCopy.id", cascade="all, delete-orphan"
    )

    @property
    def club(self) -> Club:
        return self.meeting.club

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    @property
    def memberships(self) -> list[Membership]:
        """What the person is in the meeting's club today: one membership, or none."""
        return [each for each in self.person.memberships if each.club_id == self.meeting.club_id and each.belongs]

    @property
    def is_of_meeting(self) -> bool:
        """Whether the person belongs to the meeting's club today, or is its guest, and is not kept out."""
        ours = self.memberships
        if not ours and self.guest is not None:
            return self._is_welcome_guest
        return any(not self.meeting.keeps_out(each) for each in ours)

    @property
    def _is_welcome_guest(self) -> bool:
        """Whether nobody keeps the guest out, nor the member in whose seat he comes."""
        member = self.guest and self.guest.in_place_of
        return not self.meeting.is_closed_to_guest(self.person) and (not member or member.stands)

    def is_open(self, at: datetime) -> bool:
        """Whether it still opens the meeting: to a guest until the day after."""
        return self.stands and (self.guest is None or at < self.meeting.ends_at + STAYS)

    @property
    def substitute(self) -> "Invitation | None":
        """Who comes in this person's seat."""
        stand_ins = (each for each in self.meeting.invitations if each.guest and not each.is_withdrawn)
        return next((each for each in stand_ins if each.guest and each.guest.in_place_of_id == self.id), None)

    @property
    def stands(self) -> bool:
        """Whether the person is invited as of now."""
        return not self.is_withdrawn and self.is_of_meeting

    @property
    def is_host(self) -> bool:
        return self.person_id == self.meeting.host.person_id

    @property
    def current_answer(self) -> Answer:
        """The answer, unless it was about a date that has moved since: that one is to confirm."""
        return self.answer if answer_holds(self.answered_sequence, self.meeting.moved_sequence) else Answer.none

    @property
    def is_to_confirm(self) -> bool:
        """Whether an answer was given to a date that has moved since."""
        return self.answer is not Answer.none and self.current_answer is Answer.none

    @property
    def takes_a_seat(self) -> bool:
        """Whether one of the places for visitors is his: he comes, or it is kept for him in his member's stead."""
        if self.is_withdrawn or self.is_host:
            return False
        return self.current_answer in seat.COMING or self._is_kept_a_seat

    @property
    def _is_kept_a_seat(self) -> bool:
        is_kept = self.guest and answer_holds(self.guest.seat_sequence, self.meeting.moved_sequence)
        return bool(is_kept) and self.current_answer is Answer.none

    @property
    def is_declined(self) -> bool:
        return self.current_answer is Answer.declined

    @property
    def is_waiting(self) -> bool:
        return self.current_answer is Answer.waiting and not self.is_withdrawn

    @property
    def rank(self) -> int:
        """His place on the waiting list, from 1; only for who waits."""
        return self.meeting.waiting_list.index(self) + 1

    @property
    def is_attending(self) -> bool:
        """Whether the person comes, as far as is known: said yes or if need be, or is here."""
        comes = self.current_answer in (Answer.accepted, Answer.tentative) or self.presence is Presence.present
        return comes and not self.is_withdrawn

    def give(
        self,
        answer: Answer,
        *,
        at: datetime,
        via: Via,
        by: Person | None,
        comment: str | None = None,
        is_former: bool = False,
    ) -> None:
        """Takes an answer, from whichever door; an older one never undoes a newer one.

        `is_former`: it was about the date before, so it is to confirm.
        """
        if self.has_answered_since(at):
            return
        self.answer, self.via, self.answered_by = answer, via, by
        self.answered_at = at
        self.answered_sequence = self.meeting.moved_sequence - 1 if is_former else self.meeting.sequence
        self.seated_at = None
        if answer is not Answer.waiting:
            self.waiting_since = None
        if comment is not None:
            self.comment = comment

    def has_answered_since(self, at: datetime) -> bool:
        return self.answered_at is not None and at < self.answered_at

    def take_seat(self, at: datetime) -> None:
        """The place that he waited for is his.

        `seated_at` is later than all that his calendars were sent, so that reconciling tells him once.
        """
        self.answer, self.waiting_since = Answer.accepted, None
        self.seated_at = next_stamp(max((copy.stamp for copy in self.copies), default=None), at)

    def renew(self) -> None:
        """Lets somebody back in, and asks anew."""
        if self.is_withdrawn:
            self.withdrawn_at = self.answered_at = self.answered_sequence = self.via = None
            self.waiting_since = self.seated_at = None
            self.heard_sequence = self.heard_stamp = None
            self.answer = Answer.none

    def withdraw(self, at: datetime) -> None:
        self.withdrawn_at = at


class CalendarCopy(db.Model):
    """A calendar message written to one address about one invitation; the latest says what stands there."""

    __table_args__ = (UniqueConstraint("invitation_id", "address", "stamp"),)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id"), index=True)
    address: Mapped[Line]
    method: Mapped[Short]  # REQUEST or CANCEL
    sequence: Mapped[int]
    fingerprint: Mapped[Line]
    stamp: Mapped[datetime]
    partstat: Mapped[Short] = mapped_column(default="")  # the answer that it shows there; empty: nobody knows
    first_message_id: Mapped[Line]  # clients thread by it
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id", ondelete="SET NULL"))
    invitation: Mapped[Invitation] = relationship(back_populates="copies")
    letter: Mapped[Letter | None] = relationship()
    waits: Mapped[bool] = column_property(  # its letter has not left, and nobody has tried to send it
        db.exists()
        .where(Letter.id == letter_id, Letter.state.in_(UNSENT), Letter.attempts == 0, Letter.lease_token.is_(None))
        .correlate_except(Letter)
    )
    was_kept_back: Mapped[bool] = column_property(  # its letter was not even tried: none arrived at that address
        db.exists()
        .where(Letter.id == letter_id, Letter.state == LetterState.skipped, Letter.reason == SUSPENDED)
        .correlate_except(Letter)
    )

    was_lost: Mapped[bool] = column_property(  # its letter was refused, or came back
        db.exists().where(Letter.id == letter_id, Letter.state.in_(LOST)).correlate_except(Letter)
    )

    @property
    def is_unsent(self) -> bool:
        """Whether its letter has not left; a letter that is gone has."""
        return self.letter is not None and self.letter.state in UNSENT

    @property
    def counts(self) -> bool:
        """Whether it says what stands in the calendar: one that was kept back does not, once letters leave again.

        Nor does an invitation that was lost on its way to a former address: nothing there is to be taken back.
        """
        person = self.invitation.person
        if self.address == person.email:
            return person.is_suspended or not self.was_kept_back
        return not self.was_kept_back and not (self.was_lost and self.method == REQUEST)


class Exclusion(db.Model):
    """A company that one host keeps out of one meeting, discreetly: its members see « complet » and nothing else."""

    __table_args__ = (UniqueConstraint("meeting_id", "host_id", "company_id"),)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    host_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))  # whose choice it is: a new host begins with none
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(default=now)
    meeting: Mapped[Meeting] = relationship(back_populates="exclusions")
