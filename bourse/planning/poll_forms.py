"""What is typed about the few days among which one meeting moves."""

from datetime import date, datetime
from typing import Any

from wtforms import DateField, HiddenField, TimeField
from wtforms.validators import ValidationError

from bourse.clock import instant
from bourse.clubs.models import Club
from bourse.forms import BourseForm, day_field, hour_field, number
from bourse.planning.forms import check_hour, check_order, optional_day
from bourse.words import _, _l

MOST_DAYS, LEAST_DAYS = 6, 3


class DaysForm(BourseForm):
    """Three to six days for a meeting that has to move, at the same hours. Call `offer` before anything else."""

    starts = hour_field(_l("De"))
    ends = hour_field(_l("À"))
    answer_by = day_field(_l("Réponse attendue avant la fin du"))

    def offer(self, club: Club, today: date) -> None:
        self.club, self.today = club, today

    @property
    def day_fields(self) -> list[DateField]:
        return [self[f"day_{n}"] for n in range(MOST_DAYS)]

    @property
    def days(self) -> list[date]:
        return sorted({field.data for field in self.day_fields if field.data})

    def validate(self, extra_validators: Any = None) -> bool:
        """The days are looked at together: enough of them, all to come, none twice."""
        is_right = super().validate(extra_validators)
        return all([is_right, *(self._is_day_right(field) for field in self.day_fields), self._has_enough()])

    def _is_day_right(self, field: DateField) -> bool:
        if field.data and field.data <= self.today:
            field.errors = [_("Choisissez un jour à venir.")]
        elif field.data and any(other.data == field.data for other in self.day_fields[: self.day_fields.index(field)]):
            field.errors = [_("Ce jour est déjà proposé : choisissez-en un autre, ou laissez la ligne vide.")]
        return not field.errors

    def _has_enough(self) -> bool:
        first = self.day_fields[0]
        if not first.errors and len(self.days) < LEAST_DAYS:
            first.errors = [_("Proposez trois jours au moins.")]
        return not first.errors

    def spans(self) -> list[tuple[datetime, datetime]]:
        """Start and end of each day, as instants."""
        starts, ends, zone = self.starts.data, self.ends.data, self.club.timezone
        assert starts and ends
        return [(instant(day, starts, zone), instant(day, ends, zone)) for day in self.days]

    def validate_starts(self, field: TimeField) -> None:
        for day in self.days:
            check_hour(day, field.data, self.club)

    def validate_ends(self, field: TimeField) -> None:
        for day in self.days:
            check_hour(day, field.data, self.club)
        check_order(self.starts.data, field.data)

    def validate_answer_by(self, field: DateField) -> None:
        if field.data and field.data < self.today:
            raise ValidationError(_("Choisissez un jour à venir."))
        if field.data and self.days and field.data >= self.days[0]:
            raise ValidationError(_("Choisissez un jour plus proche : les réponses servent avant les dates."))


for line in range(MOST_DAYS):
    setattr(DaysForm, f"day_{line}", optional_day(_l("Jour %(n)s", n=line + 1)))


class PickForm(BourseForm):
    """The day that the facilitator picks."""

    option = HiddenField()

    @property
    def picked(self) -> int:
        return number(self.option.data)
