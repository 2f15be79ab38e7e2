"""What the office chooses to plan several clubs at once."""

from collections.abc import Collection

from wtforms import SelectField, SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from bourse.forms import BourseForm, number
from bourse.planning.together_facts import Candidate
from bourse.words import _, _l

FEWEST = 2
MOST_PER_WEEK = range(1, 6)
ANY = 0


class TogetherForm(BourseForm):
    """The seasons, and how many meetings a week one person facilitates at most."""

    seasons = SelectMultipleField(_l("Les clubs"), coerce=number, validate_choice=False)
    most_per_week = SelectField(
        _l("Rencontres par semaine pour une même personne"),
        coerce=int,
        default=ANY,
        invalid_choice_message=_l("Choisissez une des réponses proposées."),
    )

    def offer(self, candidates: Collection[Candidate]) -> None:
        """What there is to choose from."""
        self.known = {each.season.id: each for each in candidates}
        limits = [SelectChoice(n, _("%(n)s au plus", n=n)) for n in MOST_PER_WEEK]
        self.most_per_week.choices = [SelectChoice(ANY, _("Sans limite")), *limits]

    def validate_seasons(self, field: SelectMultipleField) -> None:
        field.data = [each for each in dict.fromkeys(field.data or ()) if each in self.known]
        if len(field.data) < FEWEST:
            raise ValidationError(_("Choisissez au moins deux clubs."))
        if alone := [each for each in field.data if not self.known[each].facilitators]:
            name = self.known[alone[0]].season.club.name
            raise ValidationError(
                _("Donnez d'abord une animatrice au club %(name)s, ou laissez-le de côté.", name=name)
            )
