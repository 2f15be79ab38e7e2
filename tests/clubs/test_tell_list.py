"""Every code has its sentence."""

import re

import pytest
from flask import Flask
from flask_babel import force_locale

from bourse.clubs import tell_list
from bourse.clubs.compare import COMPANY_FIELDS, PERSON_FIELDS, Change
from bourse.clubs.models import ListState
from bourse.clubs.open_sheets import UnreadableList
from bourse.clubs.read_list import REFUSALS, Remark
from bourse.clubs.take_back import Fate, Reason, Trace


@pytest.fixture
def french(app: Flask):
    with force_locale("fr"):
        yield


def codes_told(of: type) -> set[str]:
    """The codes between backquotes in a docstring."""
    return {code for code in re.findall(r"`([a-z_]+)`", of.__doc__ or "") if code not in ("code", "field", "reason")}


@pytest.mark.usefixtures("french")
def test_every_remark_has_a_sentence() -> None:
    told = codes_told(Remark) - {"bad_"}
    assert told | REFUSALS == set(tell_list.REASONS)
    for code in told:
        assert "%(" not in tell_list.reason(Remark(code, "siren", "12"))


@pytest.mark.usefixtures("french")
def test_every_reason_not_to_read_a_file_has_a_sentence() -> None:
    assert set(tell_list.UNREADABLE) == codes_told(UnreadableList)


@pytest.mark.usefixtures("french")
def test_every_reason_to_stay_has_a_sentence() -> None:
    codes = codes_told(Reason) - {"used"}
    reasons = [*map(Reason, codes), Reason("changed", "company_id"), Reason("used", "sign_in"), Reason("used", "new")]
    for noun in ("person", "company"):
        trace = Trace(noun, 1, 2, None, {}, {}, person=noun == "person")
        sentences = [tell_list.why_it_stays(Fate((trace,), reason)) for reason in reasons]
        assert all(sentence.endswith(".") and "%(" not in sentence for sentence in sentences)


def test_every_state_of_a_list_has_a_name() -> None:
    assert set(tell_list.LIST_STATES) == set(ListState)


def test_every_field_has_a_name() -> None:
    assert {*COMPANY_FIELDS, *PERSON_FIELDS, "company", "name", "email", "job_title", "state"} <= set(tell_list.FIELDS)


@pytest.mark.usefixtures("french")
def test_a_change_is_told_with_what_stood_there() -> None:
    assert (
        tell_list.change(Change("membership", "job_title", "Gérant", "Président")) == "fonction\xa0: Gérant → Président"
    )
    assert tell_list.change(Change("membership", "state", "left", "invited")) == "présence au club\xa0: parti → invité"
    assert tell_list.change(Change("company", "headcount", None, 0)) == "effectif\xa0: 0"
