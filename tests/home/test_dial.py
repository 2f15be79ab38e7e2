"""The year that the season ring shows."""

from dataclasses import dataclass
from datetime import date

import pytest

from bourse.home.dial import Place, Turnout, ring, season_at, turn_from
from bourse.words import month_letters


@dataclass(frozen=True)
class Year:
    starts_on: date
    ends_on: date


LAST, THIS, NEXT = (Year(date(year, 9, 1), date(year + 1, 6, 30)) for year in (2024, 2025, 2026))


@pytest.mark.parametrize(
    ("seasons", "today", "expected"),
    [
        ([LAST, THIS, NEXT], date(2026, 3, 2), THIS),
        ([LAST, THIS, NEXT], date(2026, 7, 14), NEXT),  # in summer the next one, when it is there
        ([LAST, THIS], date(2026, 7, 14), THIS),
        ([], date(2026, 3, 2), None),
    ],
)
def test_the_season_shown_is_the_running_one_or_the_nearest(
    seasons: list[Year], today: date, expected: Year | None
) -> None:
    assert season_at(seasons, today) == expected


@pytest.mark.parametrize(
    ("starts_on", "today", "first"),
    [
        (date(2025, 9, 18), date(2026, 3, 2), date(2025, 9, 1)),
        (None, date(2026, 3, 2), date(2025, 9, 1)),
        (None, date(2026, 9, 1), date(2026, 9, 1)),
    ],
)
def test_a_turn_is_a_year_from_the_first_of_a_month(starts_on: date | None, today: date, first: date) -> None:
    assert turn_from(starts_on, today) == (first, date(first.year + 1, 8, 31))


@pytest.mark.parametrize("month", range(1, 13))
def test_a_season_may_start_in_any_month(month: int) -> None:
    first = date(2026, month, 1)
    places = [
        Place("m", date(2026, month, 20), 1, "past", Turnout(12, 0, 0, 9)),
        Place("n", date(2027, month, 1), 2, "next", Turnout(12, 8, 1)),
    ]
    drawn = ring(first, places[:1], seats=1, length=9, today=first, months=month_letters("fr"), caption="rencontres")
    assert ">1/9<" in drawn
    assert drawn.count('class="here"') == 9


def test_a_first_season_is_a_blank_ring() -> None:
    first = date(2026, 9, 1)
    drawn = ring(first, [], seats=12, length=9, today=first, months=month_letters("fr"), caption="rencontres")
    assert ">0/9<" in drawn


def test_of_a_meeting_that_is_full_to_the_reader_no_seat_is_drawn() -> None:
    place = Place("m", date(2026, 9, 20), 1, "todo", is_full=True)
    drawn = ring(place.on, [place], seats=12, length=9, today=place.on, months=month_letters("fr"), caption="")
    assert 'class="b-todo"' in drawn
    assert 'class="plan"' not in drawn
