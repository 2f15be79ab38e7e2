"""What is typed on the page of a plan: a change by hand, and the version that its writer saw."""

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import NumberRange, Optional

from bourse.clubs.models import Membership
from bourse.db import LINE
from bourse.forms import AtMost, VersionedForm, number
from bourse.planning.forms import SeenForm, is_period_right, optional_day
from bourse.planning.freeze import Away
from bourse.words import _l


class PlanForm(VersionedForm):
    """An act on the version of a plan that its writer saw."""

    proposal = HiddenField(default="0")

    def saw(self, proposal: Any) -> bool:
        """Whether the plan is still as it was seen."""
        return (number(self.proposal.data), self.seen_version) == (proposal.number, proposal.draft)

    def is_about(self, proposal: Any) -> bool:
        return number(self.proposal.data) == proposal.number


class AdjustForm(PlanForm):
    """Another host, another day, locked or not; or a choice of both at once, « date/hôte »."""

    slot = HiddenField()
    host = HiddenField()
    new_slot = HiddenField()
    new_host = HiddenField()
    choice = HiddenField()
    locked = BooleanField()
    act = HiddenField()

    @property
    def wanted(self) -> tuple[str, str]:
        """Ids of the date and the host that were chosen."""
        if self.choice.data:
            slot, _sep, host = self.choice.data.partition("/")
            return slot, host
        return self.new_slot.data or self.slot.data or "", self.new_host.data or self.host.data or ""


class ReplanForm(PlanForm):
    """What has changed since the season was published; `kept` are the absences noted before, by their number."""

    fallen = SelectMultipleField(coerce=int, validate_choice=False)
    withdrawn = SelectMultipleField(coerce=int, validate_choice=False)
    kept = SelectMultipleField(coerce=int, validate_choice=False)
    who = SelectField(_l("Qui"), coerce=int, validate_choice=False, default=0)
    away_from = optional_day(_l("Du"))
    away_to = optional_day(_l("Au"))
    length = IntegerField(
        _l("Nombre de rencontres"),
        [Optional(), NumberRange(1, 40, _l("Indiquez un nombre entre 1 et 40."))],
    )

    def offer(self, facilitators: Iterable[Membership]) -> None:
        """Who may be away."""
        people = [each.person for each in facilitators]
        self.who.choices = [SelectChoice(each.id, each.name) for each in people]
        if self.who.data not in {each.id for each in people}:
            self.who.data = people[0].id

    def validate(self, extra_validators: Any = None) -> bool:
        return super().validate(extra_validators) and is_period_right(self.away_from, self.away_to)

    def away(self, known: Sequence[Away]) -> tuple[Away, ...]:
        """The absences that still hold, and the new one."""
        kept = tuple(each for number, each in enumerate(known) if number in (self.kept.data or ()))
        if not self.away_from.data:
            return kept
        return (*kept, Away(self.who.data, self.away_from.data, self.away_to.data))


class OpinionForm(SeenForm):
    """What does not suit a member, and a sentence."""

    against = SelectMultipleField(validate_choice=False)
    sentence = StringField(_l("Un mot pour l'animation (facultatif)"), [AtMost(LINE)])
