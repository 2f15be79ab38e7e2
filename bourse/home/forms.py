"""What a person chooses about his calendar."""

from wtforms import BooleanField, RadioField
from wtforms.fields import SelectChoice

from bourse.forms import BourseForm
from bourse.home.models import FeedMode
from bourse.words import _l

MODES = [
    SelectChoice(FeedMode.all, _l("Toutes les rencontres de mes clubs")),
    SelectChoice(FeedMode.unaccepted, _l("Seulement celles que je n'ai pas acceptées par e-mail")),
]


class FeedForm(BourseForm):
    """Which meetings the subscribed calendar shows."""

    mode = RadioField(
        _l("Quelles rencontres ?"), choices=MODES, default=FeedMode.all, coerce=FeedMode, validate_choice=True
    )
    shows_options = BooleanField(_l("Options de dates"))


class AnswersForm(BourseForm):
    """Whether answers given here are sent to the person's calendar as well."""

    tells_calendar = BooleanField(_l("Mettre mon agenda à jour quand je réponds ici"))
