"""What a facilitator types to plan a meeting, and what people answer."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import Optional, ValidationError

from bourse.clock import NoSuchTime, club_time, instant
from bourse.clubs.forms import AGENDAS
from bourse.clubs.models import Club, Membership, by_name
from bourse.db import LINE
from bourse.forms import AtMost, Between, BourseForm, day_field, hour_field
from bourse.meetings.models import Answer, Meeting
from bourse.words import _, _l

ANSWERS = [
    SelectChoice(Answer.accepted, _l("Oui")),
    SelectChoice(Answer.tentative, _l("S'il le faut")),
    SelectChoice(Answer.declined, _l("Non")),
]

BETWEEN = _l("Indiquez un nombre entre 1 et 500.")


class MeetingForm(BourseForm):
    """A meeting to plan or to change. Call `offer` before anything else."""

    host = SelectField(_l("Qui reçoit ?"), coerce=int, invalid_choice_message=_l("Choisissez qui reçoit."))
    day = day_field(_l("Quel jour ?"))
    starts = hour_field(_l("De"))
    ends = hour_field(_l("À"))
    agenda = SelectField(_l("Ordre du jour"), choices=AGENDAS)
    places = IntegerField(
        _l("Places"),
        [Optional(), Between(1, 500, BETWEEN)],
        invalid_value_message=BETWEEN,
    )
    practical = TextAreaField(_l("Ce que les visiteurs doivent savoir de plus"), [AtMost(2000)])
    invited = SelectMultipleField(_l("Membres invités"), coerce=int)

    def offer(self, club: Club, at: datetime, kept_out: Collection[int] = ()) -> None:
        """Fills the choices with the club's people; `at` is now, `kept_out` are those whom the host keeps out."""
        self.club, self.at, self.kept_out = club, at, kept_out
        people = sorted((each for each in club.memberships if each.belongs), key=lambda each: by_name(each.person))
        hosts = [SelectChoice(each.id, _label(each)) for each in people if each.company]
        self.host.choices = [SelectChoice(0, _("Choisissez un hôte")), *hosts]
        self.invited.choices = [SelectChoice(each.person_id, _label(each)) for each in people]

    def validate_host(self, field: SelectField) -> None:
        if field.data == 0:
            raise ValidationError(_("Choisissez qui reçoit."))

    def validate_day(self, field: DateField) -> None:
        if field.data and field.data < club_time(self.at, self.club.timezone).date():
            raise ValidationError(_("Choisissez un jour à venir."))

    def validate_starts(self, field: TimeField) -> None:
        self._instant(field)

    def validate_ends(self, field: TimeField) -> None:
        ends_at = self._instant(field)
        if self.starts.data and field.data and field.data <= self.starts.data:
            raise ValidationError(_("La rencontre finit après avoir commencé : indiquez une heure plus tardive."))
        if ends_at and ends_at <= self.at and not self.day.errors:
            raise ValidationError(_("Cette heure est passée : indiquez une heure à venir."))

    def _instant(self, field: TimeField) -> datetime | None:
        if not self.day.data or not field.data:
            return None
        try:
            return instant(self.day.data, field.data, self.club.timezone)
        except NoSuchTime:
            raise ValidationError(
                _("Cette heure n'existe pas ce jour-là : on passe à l'heure d'été. Choisissez-en une autre.")
            ) from None

    def span(self) -> tuple[datetime, datetime]:
        """Start and end as instants."""
        assert self.day.data and self.starts.data and self.ends.data
        zone = self.club.timezone
        return instant(self.day.data, self.starts.data, zone), instant(self.day.data, self.ends.data, zone)

    def show(self, meeting: Meeting, starts: datetime, ends: datetime) -> None:
        """Fills the fields with a meeting as it is; `starts` and `ends` in club time."""
        self.host.data, self.agenda.data, self.practical.data = meeting.host_id, meeting.agenda, meeting.practical
        self.places.data = meeting.places
        self.day.data, self.starts.data, self.ends.data = starts.date(), starts.time(), ends.time()
        self.invited.data = [invitation.person_id for invitation in meeting.invited]


class AnswerForm(BourseForm):
    answer = SelectField(_l("Votre réponse"), choices=ANSWERS, validate_choice=True)
    comment = StringField(_l("Un mot pour l'hôte et l'animatrice"), [AtMost(LINE)])


class NoteForm(BourseForm):
    """An answer heard on the telephone."""

    answer = SelectField(_l("Sa réponse"), choices=ANSWERS)


class LettersForm(BourseForm):
    """What goes with the letters of a change: a word to join, or no letter at all."""

    word = TextAreaField(_l("Un mot à joindre"), [AtMost(500)])
    is_quiet = BooleanField(_l("Sans prévenir"))


class CompaniesField(SelectMultipleField):
    """Ids of companies; what to make of them is the view's business."""

    def __init__(self, label: Any = None, **options: Any):
        wrong = _l("Rechargez la page, puis recommencez.")
        super().__init__(label, coerce=int, validate_choice=False, invalid_value_message=wrong, **options)


class KeepOutForm(BourseForm):
    """The companies that the host keeps out; `shown` are those ticked when the page was drawn, for this `host`."""

    companies = CompaniesField(_l("Entreprises"))
    shown = CompaniesField()
    host = HiddenField()
    next = HiddenField()
    is_sure = BooleanField()

    def show(self, closed_to: Collection[int], next: str | None) -> None:
        """Ticks the companies that are kept out as of now."""
        self.companies.data, self.shown.data, self.next.data = list(closed_to), list(closed_to), next


class ConfirmForm(BourseForm):
    """Nothing but a button."""


def _label(membership: Membership) -> str:
    company = membership.company.name if membership.company else _("animation")
    return f"{membership.person.name}, {company}"
