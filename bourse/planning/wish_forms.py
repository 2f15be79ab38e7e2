"""What a member says of a season or of a few days: made for the dates that he is asked about."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from wtforms import HiddenField, SelectMultipleField, StringField
from wtforms.fields import Field, SelectChoice

from bourse.db import LINE
from bourse.forms import AtMost, number
from bourse.planning import tell
from bourse.planning.forms import SeenForm, is_period_right, optional_day
from bourse.planning.models import DateOption, HostWish
from bourse.planning.resolve import SILENT, resolved, to_keep, usual, weekday_letters
from bourse.planning.states import Can, Hosting
from bourse.words import _, _l, day, month_name, weekday_name

MOST_CLOSURES = 3
HOSTINGS = {
    Hosting.yes: _l("Oui, cette saison"),
    Hosting.later: _l("Plutôt plus tard"),
    Hosting.not_this_year: _l("Pas cette saison"),
}


def one_of(kind: type[Can] | type[Hosting], text: Any) -> Any:
    """The answer that a radio sent; nonsense is none."""
    return kind(text) if text in list(kind) else None


class DaysAnswersForm(SeenForm):
    """An answer a date: `dates` are the options asked about. Made by `asking`."""

    dates: tuple[DateOption, ...] = ()

    @classmethod
    def asking(cls, dates: Iterable[DateOption], more: Iterable[str] = ()) -> "type[DaysAnswersForm]":
        """The form for these dates, and for the answers that `more` names."""
        dates = tuple(dates)
        fields = {name: HiddenField() for name in (*(f"date_{each.id}" for each in dates), *more)}
        return type(cls.__name__, (cls,), {**fields, "dates": dates})

    def show_days(self, said: Mapping[int, Can]) -> None:
        """Fills the fields with what was said so far, by date."""
        for each in self.dates:
            self[f"date_{each.id}"].data = said.get(each.id)

    @property
    def typed(self) -> dict[int, Can | None]:
        """What was said to each date, by its number."""
        return {each.id: self.answer(f"date_{each.id}") for each in self.dates}

    def days_differing(self, theirs: Mapping[int, Can]) -> list[DateOption]:
        """The dates to which something else was typed than `theirs` say; an empty answer says nothing."""
        typed = self.typed
        return [each for each in self.dates if each.id in theirs and typed[each.id] not in (None, theirs[each.id])]

    def answer(self, name: str) -> Can | None:
        said: Can | None = one_of(Can, self[name].data)
        return said


class Closed(NamedTuple):
    """Days on which a company is closed; both included."""

    starts_on: date
    ends_on: date


class WishForm(DaysAnswersForm):
    """Whether and when a member hosts, which weekdays suit him, and the dates that differ."""

    hosting = HiddenField()
    urgency = HiddenField(default="0")
    months = SelectMultipleField(
        _l("Mois préférés"), coerce=int, validate_choice=False, invalid_value_message=_l("Choisissez des mois.")
    )
    theme = StringField(_l("Votre problème ou votre thème, en une ligne"), [AtMost(LINE)])
    drawn = HiddenField(default=SILENT)  # the answers to the weekdays by which the dates were filled in

    weekdays: tuple[int, ...] = ()

    @classmethod
    def about(cls, dates: Iterable[DateOption], weekdays: Iterable[int]) -> "type[WishForm]":
        weekdays = tuple(weekdays)
        made: Any = cls.asking(dates, (f"weekday_{each}" for each in weekdays))
        made.weekdays = weekdays
        return made

    @property
    def letters(self) -> str:
        """The answers to the weekdays, a letter a day."""
        return weekday_letters({each: self.answer(f"weekday_{each}") for each in self.weekdays})

    @property
    def closures(self) -> list[Closed]:
        pairs = [(first.data, last.data) for first, last in self.closure_fields]
        return [Closed(first, last) for first, last in pairs if first and last]

    @property
    def closure_fields(self) -> list[tuple[Field, Field]]:
        return [(self[f"closed_from_{n}"], self[f"closed_to_{n}"]) for n in range(MOST_CLOSURES)]

    def validate(self, extra_validators: Any = None) -> bool:
        is_right = super().validate(extra_validators) and self.drawn.raw_data is not None  # nothing was sent
        return all([is_right, *(is_period_right(*pair) for pair in self.closure_fields)])

    def show(self, wish: HostWish | None, said: Mapping[int, Can]) -> None:
        """Fills the fields with what was said so far."""
        weekdays = wish.weekdays if wish else SILENT
        self.drawn.data = weekdays
        for each in self.dates:
            self[f"date_{each.id}"].data = resolved(each.day, weekdays, said.get(each.id))
        for weekday in self.weekdays:
            self[f"weekday_{weekday}"].data = usual(
                date(2001, 1, 1 + weekday), weekdays
            )  # a week that begins on Monday
        if wish:
            self._show_wish(wish)

    def _show_wish(self, wish: HostWish) -> None:
        self.hosting.data, self.urgency.data = wish.hosting, str(wish.urgency)
        self.months.data, self.theme.data = wish.preferred_months, wish.theme
        for (first, last), closure in zip(self.closure_fields, wish.closures, strict=False):
            first.data, last.data = closure.starts_on, closure.ends_on

    def fill(self, wish: HostWish) -> None:
        """All but the dates."""
        wish.hosting = one_of(Hosting, self.hosting.data)
        wish.urgency = min(number(self.urgency.data), max(tell.URGENCIES))
        wish.months = ",".join(str(month) for month in sorted(set(self.months.data or ())) if 1 <= month <= 12)
        wish.theme, wish.weekdays = self.theme.data or "", self.letters
        wish.close(self.closures)

    def differing(self, said: Mapping[int, Can]) -> dict[int, Can]:
        """The answers to keep beside those to the weekdays; `said` are those kept so far."""
        days = {each.id: each.day for each in self.dates}
        drawn = self.drawn.data if len(self.drawn.data or "") == len(SILENT) else SILENT
        return to_keep(days, self.typed, said, drawn, self.letters)

    def differences(self, theirs: HostWish, said: Mapping[int, Can]) -> list[tuple[str, str]]:
        """What somebody else has answered where something else was typed: label and value, to be shown."""
        typed = HostWish()
        self.fill(typed)
        found = [(label, words(theirs)) for label, words in self._told() if words(theirs) != words(typed)]
        mine = self.differing(said)
        for each in self.dates:
            if mine.get(each.id) is not said.get(each.id):
                found.append((day(each.day), tell.can(resolved(each.day, theirs.weekdays, said.get(each.id)))))
        return found

    def _told(self) -> list[tuple[str, Callable[[HostWish], str]]]:
        """Each answer but those to the dates: its label, and how to tell it."""
        weekdays = [
            (_("Le %(weekday)s", weekday=weekday_name(each)), partial(tell.can_on, each)) for each in self.weekdays
        ]
        return [
            (_("Recevoir le club"), lambda wish: str(HOSTINGS[wish.hosting]) if wish.hosting else "–"),
            (str(self.months.label.text), lambda wish: tell.months(wish.preferred_months)),
            (str(self.theme.label.text), lambda wish: wish.theme or "–"),
            (_("Est-ce pressé ?"), lambda wish: str(tell.URGENCIES[wish.urgency])),
            (_("Quand l'entreprise est fermée"), lambda wish: tell.closures(wish.closures)),
            *weekdays,
        ]

    def month_choices(self) -> list[SelectChoice]:
        """The months of the dates, in the order of the season."""
        months = dict.fromkeys(each.day.month for each in self.dates)
        return [SelectChoice(month, month_name(month)) for month in months]


for line in range(MOST_CLOSURES):
    setattr(WishForm, f"closed_from_{line}", optional_day(_l("Du")))
    setattr(WishForm, f"closed_to_{line}", optional_day(_l("Au")))
