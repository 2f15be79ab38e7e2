"""What is typed on the page of a plan: a change by hand, and the version that its writer saw."""

from typing import Any

from wtforms import BooleanField, HiddenField, SelectMultipleField, StringField

from bourse.db import LINE
from bourse.forms import AtMost, BourseForm, VersionedForm, number
from bourse.planning.forms import SeenForm
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


class ReplanForm(BourseForm):
    """What has changed since the season was published."""

    fallen = SelectMultipleField(coerce=int, validate_choice=False)
    withdrawn = SelectMultipleField(coerce=int, validate_choice=False)


class OpinionForm(SeenForm):
    """What does not suit a member, and a sentence."""

    against = SelectMultipleField(validate_choice=False)
    sentence = StringField(_l("Un mot pour l'animation (facultatif)"), [AtMost(LINE)])
