"""What a person chooses about his calendar."""

from wtforms import RadioField
from wtforms.fields import SelectChoice

from bourse.forms import BourseForm
from bourse.home.models import FeedMode
from bourse.words import _l

MODES = [
    SelectChoice(FeedMode.all, _l("Toutes les rencontres de mes clubs")),
    SelectChoice(FeedMode.unaccepted, _l("Seulement celles que je n'ai pas acceptées par mail")),
]


class FeedForm(BourseForm):
    """Which meetings the subscribed calendar shows."""

    mode = RadioField(
        _l("Quelles rencontres ?"), choices=MODES, default=FeedMode.all, coerce=FeedMode, validate_choice=True
    )
