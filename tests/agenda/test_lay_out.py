"""The afternoon, step by step."""

from datetime import UTC, datetime, timedelta

import pytest

from bourse.agenda.lay_out import TEMPLATES, Kind, lay_out, spare
from bourse.clubs.models import Agenda

TWO = datetime(2027, 3, 11, 13, tzinfo=UTC)  # 14 h in Paris


@pytest.mark.parametrize(
    ("template", "minutes", "steps"),
    [("bourse", 240, 17), ("short", 150, 13), ("codevelopment", 100, 7), ("workshop", 150, 10)],
)
def test_each_template_lasts_what_it_says(template, minutes, steps):
    laid_out = lay_out(template, TWO)
    assert laid_out[-1].ends_at - TWO == timedelta(minutes=minutes)
    assert len(laid_out) == steps


def test_every_agenda_that_a_meeting_may_choose_has_its_template():
    assert set(TEMPLATES) == set(Agenda)


@pytest.mark.parametrize("template", TEMPLATES)
def test_each_step_starts_when_the_one_before_ends(template):
    steps = lay_out(template, TWO)
    assert steps[0].starts_at == TWO
    assert [step.ends_at for step in steps[:-1]] == [step.starts_at for step in steps[1:]]


def test_the_club_bourse_writes_in_silence_before_it_talks():
    kinds = [step.kind for step in lay_out("bourse", TWO)]
    assert kinds.index(Kind.writing) + 1 == kinds.index(Kind.sharing)
    assert kinds.index(Kind.questions) < kinds.index(Kind.writing)


@pytest.mark.parametrize(("hours", "left"), [(4, 0), (5, 60), (3.5, -30)])
def test_the_minutes_stay_and_the_end_is_told(hours, left):
    assert spare(lay_out("bourse", TWO), TWO + timedelta(hours=hours)) == left


@pytest.mark.parametrize(("minute", "done"), [(-1, 0), (0, 0), (3, 0.2), (15, 1), (200, 1)])
def test_a_step_fills_as_time_goes_by(minute, done):
    welcome = lay_out("bourse", TWO)[0]
    assert welcome.done(TWO + timedelta(minutes=minute)) == pytest.approx(done)
