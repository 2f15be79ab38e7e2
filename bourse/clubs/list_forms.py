"""What is said of a members' list: the file, what its columns hold, whether it is written."""

from collections.abc import Sequence
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, SelectField
from wtforms.fields import Field, SelectChoice

from bourse.clubs.recognise import HEADINGS, Column
from bourse.clubs.tell_list import field_name
from bourse.forms import BourseForm
from bourse.words import _, _l


class BringForm(BourseForm):
    file = FileField(_l("La liste, au format .xlsx ou .csv"), [FileRequired(_l("Choisissez un fichier."))])


class WriteForm(BourseForm):
    skip_refused = BooleanField()


class ColumnsForm(BourseForm):
    """What each column of a list holds; `about` makes the form, with a select for each."""

    @classmethod
    def about(cls, columns: Sequence[Column], **options: Any) -> "ColumnsForm":
        selects = {_select_of(each.letter): _what_it_holds(each) for each in columns}
        return type(cls.__name__, (cls,), selects)(**options)

    def select(self, column: Column) -> Field:
        return self[_select_of(column.letter)]

    def said(self, columns: Sequence[Column]) -> dict[str, str]:
        """The field of each column, by letter."""
        return {column.letter: self.select(column).data for column in columns}

    def validate(self, extra_validators: Any = None) -> bool:
        """A field stands in one column at most."""
        is_valid = super().validate(extra_validators)
        taken: set[str] = set()
        for select in self:
            if isinstance(select, SelectField) and select.data in taken:
                select.errors = [_("« %(field)s » est déjà dans une autre colonne.", field=field_name(select.data))]
                is_valid = False
            elif isinstance(select, SelectField) and select.data:
                taken.add(select.data)
        return is_valid


def _select_of(letter: str) -> str:
    return f"column_{letter}"


def _what_it_holds(column: Column) -> SelectField:
    return SelectField(
        _("Colonne %(letter)s", letter=column.letter),
        choices=[SelectChoice("", _("Ne pas lire")), *(SelectChoice(each, field_name(each)) for each in HEADINGS)],
        default=column.field,
        invalid_choice_message=_l("Choisissez ce que contient la colonne dans la liste."),
    )
