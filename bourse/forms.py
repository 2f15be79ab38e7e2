"""What all forms share."""

import re
from datetime import time
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask import request
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import DateField, EmailField, FileField, Form, HiddenField, MultipleFileField, TextAreaField, TimeField
from wtforms.fields import Field
from wtforms.validators import InputRequired, StopValidation, ValidationError

from bourse.db import LINE
from bourse.words import _, _l

BREAKS = re.compile("[ \t\n\x85\u2028\u2029]+")  # spaces that do not break a line are typed on purpose
YEARS = range(2000, 2200)  # in which calendars reckon; whoever types « 27 » sends the year 27
CONTROLS = dict.fromkeys((*range(9), *range(11, 32), 127))  # all but tabs and line ends


def tidy(text: Any) -> Any:
    """What was typed, without control characters and outer blanks, with plain line ends."""
    if not isinstance(text, str):
        return text
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(CONTROLS).strip()


def one_line(text: Any) -> Any:
    """The same on one line: what one field asks for may stand in a letter's heading."""
    return BREAKS.sub(" ", tidy(text)) if isinstance(text, str) else text


class BourseForm(FlaskForm):
    """A form whose text fields are tidied, and whose errors keep everything typed."""

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Form, unbound_field: Any, options: dict[str, Any]) -> Field:
            is_area = issubclass(unbound_field.field_class, TextAreaField)
            filters = [tidy if is_area else one_line, *unbound_field.kwargs.get("filters", [])]
            return unbound_field.bind(form=form, filters=filters, **options)

        def wrap_formdata(self, form: Form, formdata: Any) -> Any:
            """What a page of ours sends: texts, and files where one is asked for; never JSON."""
            if formdata is not _Auto:
                return formdata
            if not form.is_submitted():
                return None
            asked = {field.name for field in form if isinstance(field, FileField | MultipleFileField)}
            files = [(name, file) for name, file in request.files.items(multi=True) if name in asked]
            return CombinedMultiDict([MultiDict(files), request.form]) or None


class VersionedForm(BourseForm):
    """A form that knows which version of the text its writer saw."""

    version = HiddenField(default="0")

    @property
    def seen_version(self) -> int:
        """The number of that version; nonsense is none."""
        return number(self.version.data)


def number(text: Any) -> int:
    """A number as a page sends it; nonsense is 0."""
    return int(text) if re.fullmatch("[0-9]{1,9}", str(text)) else 0


class Required(InputRequired):
    """Something must be typed; blanks are nothing."""

    def __init__(self, message: Any):
        super().__init__(message)

    def __call__(self, form: Form, field: Field) -> None:
        if isinstance(field.data, str) and not field.data.strip():
            raise StopValidation(str(self.message))
        super().__call__(form, field)


class AtMost:
    """At most `most` characters; the browser is told as well."""

    def __init__(self, most: int):
        self.most = most
        self.field_flags = {"maxlength": most}

    def __call__(self, form: Form, field: Field) -> None:
        if len(field.data or "") > self.most:
            raise ValidationError(_("Écrivez au plus %(most)s caractères.", most=self.most))


class Between:
    """A whole number from one to another, however long the one that was typed; `sentence` says so."""

    def __init__(self, least: int, most: int, sentence: Any):
        self.least, self.most, self.sentence = least, most, sentence
        self.field_flags = {"min": least, "max": most}

    def __call__(self, form: Form, field: Field) -> None:
        if field.data is None or not self.least <= field.data <= self.most:
            raise ValidationError(str(self.sentence))


class DayField(DateField):
    """A day that a calendar can reckon with."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        if self.data and self.data.year not in YEARS:
            self.data = None
            raise ValueError(self.invalid_value_message)


def day_field(label: Any, validators: tuple[Any, ...] | None = None) -> DayField:
    """A day, as the browser's own picker writes it or as people do: 12/03/2027. Required, if nothing else is said."""
    sentence = _l("Indiquez une date, comme 12/03/2027.")
    formats = ["%Y-%m-%d", "%d/%m/%Y"]
    return DayField(label, validators or (Required(sentence),), format=formats, invalid_value_message=sentence)


def hour_field(label: Any, validators: tuple[Any, ...] | None = None) -> TimeField:
    """A time of day to the minute, 14:00. Required, if nothing else is said."""
    sentence = _l("Indiquez une heure, comme 14:00.")
    formats = ["%H:%M", "%H:%M:%S", "%H h %M"]
    validators = validators or (Required(sentence),)
    return TimeField(label, validators, format=formats, invalid_value_message=sentence, filters=[_whole_minute])


def _whole_minute(at: time | None) -> time | None:
    """Some browsers send seconds; no meeting is held to the second."""
    return at.replace(second=0) if at else at


class AddressField(EmailField):
    """A mail address; `missing` and `wrong` are what to tell."""

    def __init__(self, label: Any, *, missing: Any, wrong: Any, **options: Any):
        self.wrong = wrong
        super().__init__(label, [Required(missing)], **options)

    def post_validate(self, form: Form, validation_stopped: bool) -> None:
        if not validation_stopped and not is_address(self.data or ""):
            raise ValidationError(str(self.wrong))


def is_address(text: str) -> bool:
    """Whether the text has the form of one mail address; reserved names such as .example count."""
    try:
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return text.endswith(".example") and text.count("@") == 1 and is_address(text[: -len("example")] + "org")
    return len(text) <= LINE
