"""What is typed to prepare a season: its rules, its dates, the deadline, and periods that the house does not know."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from wtforms import DateField, HiddenField, IntegerField, SelectField, SelectMultipleField, StringField, TimeField
from wtforms.fields import Field, SelectChoice
from wtforms.validators import Optional, ValidationError

from bourse.clock import NoSuchTime, instant
from bourse.clubs.models import Club
from bourse.db import LINE
from bourse.forms import AtMost, Between, BourseForm, Required, VersionedForm, day_field, hour_field
from bourse.meetings.models import Season
from bourse.planning import tell
from bourse.planning.almanac import is_public_holiday
from bourse.planning.dates import Slot
from bourse.planning.models import SeasonRules
from bourse.planning.states import SchoolRule, Weight, Zone
from bourse.words import _, _l, day, weekday_name

MOST_SLOTS = 4
NO_DAY = -1
LONGEST = 550  # days of a season
SCORES = ("attendance", "fairness", "waiting", "urgency", "travel", "cadence")


def _choice(label: Any, words: Mapping[Any, Any], coerce: type = int) -> SelectField:
    """One of a few values, told in words."""
    choices = [SelectChoice(value, words) for value, words in words.items()]
    wrong = _l("Choisissez une des réponses proposées.")
    return SelectField(label, choices=choices, coerce=coerce, invalid_choice_message=wrong, invalid_value_message=wrong)


def _weekdays() -> list[SelectChoice]:
    return [SelectChoice(NO_DAY, "–"), *(SelectChoice(number, weekday_name(number)) for number in range(7))]


def optional_hour(label: Any) -> TimeField:
    return hour_field(label, (Optional(),))


def optional_day(label: Any) -> DateField:
    return day_field(label, (Optional(),))


class SeasonForm(VersionedForm):
    """A season and its rules."""

    name = StringField(_l("Nom de la saison"), [Required(_l("Indiquez le nom de la saison.")), AtMost(LINE)])
    starts_on = day_field(_l("Premier jour"))
    ends_on = day_field(_l("Dernier jour"))
    length = IntegerField(
        _l("Nombre de rencontres"),
        [
            Required(_l("Indiquez le nombre de rencontres.")),
            Between(1, 40, _l("Indiquez un nombre entre 1 et 40.")),
        ],
        invalid_value_message=_l("Indiquez un nombre entre 1 et 40."),
    )
    min_gap = _choice(_l("Jamais plus rapprochées que"), tell.GAPS)
    target_gap = _choice(_l("De préférence toutes les"), tell.GAPS)
    gap_tolerance = _choice(_l("À plus ou moins"), tell.TOLERANCES)
    quorum = IntegerField(
        _l("Quorum"),
        [Required(_l("Indiquez le quorum.")), Between(1, 500, _l("Indiquez un nombre entre 1 et 500."))],
        invalid_value_message=_l("Indiquez un nombre entre 1 et 500."),
    )
    notice = _choice(_l("Prévenir les membres au moins"), tell.NOTICES)
    school_rule = _choice(_l("Pendant les vacances scolaires"), tell.SCHOOL_RULES, SchoolRule)
    zone = _choice(_l("Zone des vacances"), {each: each.value for each in Zone}, Zone)
    attendance = _choice(_l("Une salle pleine"), tell.WEIGHTS, Weight)
    fairness = _choice(_l("Que personne ne manque souvent"), tell.WEIGHTS, Weight)
    waiting = _choice(_l("Qui attend de recevoir depuis longtemps"), tell.WEIGHTS, Weight)
    urgency = _choice(_l("Les problèmes qui pressent"), tell.WEIGHTS, Weight)
    travel = _choice(_l("Des trajets courts"), tell.WEIGHTS, Weight)
    cadence = _choice(_l("Un rythme régulier"), tell.WEIGHTS, Weight)

    OF_SEASON = ("name", "starts_on", "ends_on", "length")
    OF_RULES = ("min_gap", "target_gap", "gap_tolerance", "quorum", "notice", "school_rule", "zone", *SCORES)

    @property
    def slot_fields(self) -> list[tuple[SelectField, TimeField, TimeField]]:
        """Weekday and hours, line by line."""
        return [(self[f"weekday_{n}"], self[f"starts_{n}"], self[f"ends_{n}"]) for n in range(MOST_SLOTS)]

    @property
    def slots(self) -> list[Slot]:
        typed = ((weekday.data, starts.data, ends.data) for weekday, starts, ends in self.slot_fields)
        return [Slot(*each) for each in typed if each[0] != NO_DAY]

    def validate_ends_on(self, field: DateField) -> None:
        if not self.starts_on.data or not field.data:
            return
        if field.data <= self.starts_on.data:
            raise ValidationError(_("La saison finit après avoir commencé : indiquez un jour plus tardif."))
        if (field.data - self.starts_on.data).days > LONGEST:
            raise ValidationError(_("Indiquez un jour plus proche : une saison dure dix-huit mois au plus."))

    def validate_target_gap(self, field: SelectField) -> None:
        if self.min_gap.data and field.data and field.data < self.min_gap.data:
            raise ValidationError(_("Choisissez un rythme qui respecte l'écart le plus court."))

    def validate(self, extra_validators: Any = None) -> bool:
        """The lines of hours are looked at together: each weekday wants its hours."""
        is_right = super().validate(extra_validators)
        return all([is_right, *(_is_line_right(*line) for line in self.slot_fields), self._has_a_slot()])

    def _has_a_slot(self) -> bool:
        first = self.slot_fields[0][0]
        if not first.errors and all(weekday.data == NO_DAY for weekday, _starts, _ends in self.slot_fields):
            first.errors = [_("Choisissez au moins un jour de la semaine.")]
        return not first.errors

    def offer(self, rules: SeasonRules) -> None:
        """A gap that the planner made smaller stays one of the choices, though it is none of the usual ones."""
        for field in (self.min_gap, self.target_gap):
            usual = [choice.value for choice in field.choices]
            if (days := getattr(rules, field.name)) not in usual:
                field.choices = [*field.choices, SelectChoice(days, tell.gap(days))]

    def show(self, season: Season, rules: SeasonRules) -> None:
        """Fills the fields with a season as it is."""
        for name in self.OF_SEASON:
            self[name].data = getattr(season, name)
        self.show_rules(rules)
        self.version.data = str(rules.version)

    def show_rules(self, rules: SeasonRules) -> None:
        self.offer(rules)
        for name in self.OF_RULES:
            self[name].data = getattr(rules, name)
        self.show_slots(rules.slots)

    def show_slots(self, slots: list[Slot]) -> None:
        for (weekday, starts, ends), slot in zip(self.slot_fields, slots, strict=False):
            weekday.data, starts.data, ends.data = slot

    def differences(self, season: Season, rules: SeasonRules) -> list[tuple[str, str]]:
        """What the season has where something else was typed: label and value, to be shown."""
        known = [(name, getattr(season, name)) for name in self.OF_SEASON]
        known += [(name, getattr(rules, name)) for name in self.OF_RULES]
        found = [
            (str(self[name].label.text), _told(self[name], fact)) for name, fact in known if fact != self[name].data
        ]
        return (
            found if set(self.slots) == set(rules.slots) else [*found, (_("Jours et heures"), tell.slots(rules.slots))]
        )

    def fill(self, season: Season, rules: SeasonRules) -> None:
        for name in self.OF_SEASON:
            setattr(season, name, self[name].data)
        for name in self.OF_RULES:
            setattr(rules, name, self[name].data)
        rules.set_hours(self.slots)
        rules.note_change()


def _told(field: Field, fact: Any) -> str:
    """A fact as its field would show it."""
    if isinstance(field, SelectField):
        return next((str(choice.label) for choice in field.choices if choice.value == fact), str(fact))
    return day(fact) if isinstance(fact, date) else str(fact)


for line in range(MOST_SLOTS):
    setattr(
        SeasonForm,
        f"weekday_{line}",
        SelectField(
            _l("Jour"),
            choices=_weekdays,
            coerce=int,
            default=NO_DAY,
            invalid_choice_message=_l("Choisissez un jour de la semaine."),
            invalid_value_message=_l("Choisissez un jour de la semaine."),
        ),
    )
    setattr(SeasonForm, f"starts_{line}", optional_hour(_l("De")))
    setattr(SeasonForm, f"ends_{line}", optional_hour(_l("À")))


def _is_line_right(weekday: SelectField, starts: TimeField, ends: TimeField) -> bool:
    """Whether a line that names a weekday has its hours, in order; else says what to do beside the field."""
    if weekday.data in (None, NO_DAY):
        return True
    for field in (starts, ends):
        if field.data is None and not field.errors:
            field.errors = [_("Indiquez une heure, comme 14:00.")]
    if starts.data and ends.data and ends.data <= starts.data:
        ends.errors = [_("La rencontre finit après avoir commencé : indiquez une heure plus tardive.")]
    return not (starts.errors or ends.errors)


class SeenForm(BourseForm):
    """An answer, by whoever gives it; `seen` marks what was known of it when the page was drawn.

    `overtaken` is what somebody else has answered since, to be compared before it is replaced.
    """

    seen = HiddenField(default="")
    overtaken: Any = None


class KeptDatesForm(BourseForm):
    """The dates that stay; `shown` are those on the page when it was drawn."""

    kept = SelectMultipleField(coerce=int, validate_choice=False)
    shown = SelectMultipleField(coerce=int, validate_choice=False)


class NewDateForm(BourseForm):
    """One date more. Call `offer` before anything else."""

    day = day_field(_l("Jour"))
    starts = hour_field(_l("De"))
    ends = hour_field(_l("À"))

    def offer(self, season: Season, today: date) -> None:
        self.season, self.today = season, today

    def show(self, slots: list[Slot]) -> None:
        """Proposes the hours of the first of these slots."""
        if slots:
            self.starts.data, self.ends.data = slots[0].starts, slots[0].ends

    def span(self) -> tuple[datetime, datetime]:
        """Start and end as instants."""
        assert self.day.data and self.starts.data and self.ends.data
        zone = self.season.club.timezone
        return instant(self.day.data, self.starts.data, zone), instant(self.day.data, self.ends.data, zone)

    def validate_day(self, field: DateField) -> None:
        if field.data and not (self.season.starts_on <= field.data <= self.season.ends_on):
            raise ValidationError(_("Choisissez un jour de la saison."))
        if field.data and is_public_holiday(field.data):
            raise ValidationError(_("C'est un jour férié : choisissez-en un autre."))
        if field.data and field.data < self.today:
            raise ValidationError(_("Choisissez un jour à venir."))

    def validate_starts(self, field: TimeField) -> None:
        check_hour(self.day.data, field.data, self.season.club)

    def validate_ends(self, field: TimeField) -> None:
        check_hour(self.day.data, field.data, self.season.club)
        check_order(self.starts.data, field.data)


def check_hour(on: date | None, hour: time | None, club: Club) -> None:
    """Refuses an hour that the clocks of the club jump over that day."""
    try:
        if on and hour:
            instant(on, hour, club.timezone)
    except NoSuchTime:
        raise ValidationError(
            _("Cette heure n'existe pas ce jour-là : on passe à l'heure d'été. Choisissez-en une autre.")
        ) from None


def check_order(starts: time | None, ends: time | None) -> None:
    if starts and ends and ends <= starts:
        raise ValidationError(_("La rencontre finit après avoir commencé : indiquez une heure plus tardive."))


class DeadlineForm(BourseForm):
    """The last day to answer. Call `offer` before anything else."""

    answer_by = day_field(_l("Réponse attendue avant la fin du"))

    def offer(self, today: date, before: date) -> None:
        """From today on, and before the day of which the answers are."""
        self.today, self.before = today, before

    def validate_answer_by(self, field: DateField) -> None:
        if field.data and field.data < self.today:
            raise ValidationError(_("Choisissez un jour à venir."))
        if field.data and field.data >= self.before:
            raise ValidationError(_("Choisissez un jour plus proche : les réponses servent avant les dates."))


class PeriodForm(BourseForm):
    """School holidays that are not published yet."""

    name = StringField(_l("Nom"), [Required(_l("Indiquez un nom, comme « Vacances d'hiver ».")), AtMost(LINE)])
    zone = _choice(_l("Zone"), {each: each.value for each in Zone}, Zone)
    starts_on = day_field(_l("Du"))
    ends_on = day_field(_l("Au"))

    def validate_ends_on(self, field: Field) -> None:
        if fault := fault_of_days(self.starts_on.data, field.data):
            raise ValidationError(fault)


def fault_of_days(first: date | None, last: date | None) -> str:
    """What is wrong with a period, to be said; nothing when it is right or half empty."""
    if not first or not last:
        return ""
    if last < first:
        return _("Indiquez un dernier jour qui vient après le premier.")
    if (last - first).days > LONGEST:
        return _("Indiquez un jour plus proche : une période dure dix-huit mois au plus.")
    return ""


def is_period_right(first: Field, last: Field) -> bool:
    """Whether both days of a period are there, in order; else says what to do beside the field."""
    for field, other in ((first, last), (last, first)):
        if other.data and not field.data and not field.errors:
            field.errors = [_("Indiquez les deux jours, ou aucun.")]
    if not last.errors and (fault := fault_of_days(first.data, last.data)):
        last.errors = [fault]
    return not (first.errors or last.errors)
