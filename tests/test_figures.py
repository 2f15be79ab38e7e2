"""The drawings say the truth, to scale, and never let typed text become markup."""

import re
from datetime import date
from xml.etree import ElementTree

import pytest
from markupsafe import Markup

from bourse.figures import Mark, Part, blank_ring, caliper, season_ring, shaft, strokes, tally

MONTHS = list("JFMAMJJASOND")
START = date(2025, 9, 1)


def count(drawing: Markup, *kinds: str) -> int:
    return sum(drawing.count(f'class="{kind}"') for kind in kinds)


def ring(*marks: Mark, seats: int = 12) -> Markup:
    return season_ring(START, marks, seats=seats, months=MONTHS)


def places(drawing: Markup, kind: str) -> list[tuple[float, float]]:
    found = re.findall(rf'<circle class="{kind}" cx="([\d.]+)" cy="([\d.]+)"', drawing)
    return [(float(x), float(y)) for x, y in found]


def leaders(drawing: Markup) -> list[str]:
    return re.findall(r'class="hair" d="M(\S+ \S+)L\S+ \S+"', drawing)


@pytest.mark.parametrize(
    ("yes", "maybe", "seats", "drawn"),
    [(9, 1, 12, (9, 1, 2)), (0, 0, 3, (0, 0, 3)), (3, 0, 3, (3, 0, 0)), (4, 1, 3, (4, 1, 0))],
)
def test_a_tally_has_one_stroke_per_seat(yes: int, maybe: int, seats: int, drawn: tuple[int, int, int]) -> None:
    drawing = tally(yes, maybe, seats)
    assert (count(drawing, "on"), count(drawing, "half"), count(drawing, "off")) == drawn


def test_beyond_twenty_strokes_only_the_number_speaks() -> None:
    assert tally(12, 0, 20)
    assert tally(12, 0, 21) == strokes(15, 6) == ""


def test_strokes_stand_in_fives() -> None:
    drawing = strokes(5, 2)
    assert (count(drawing, "on"), count(drawing, "half")) == (5, 2)
    assert re.findall(r' x="([\d.]+)"', drawing)[3:6] == ["18", "24", "35.5"]
    assert 'width="44"' in drawing
    assert strokes(0) == ""


def test_a_caliper_is_to_scale_and_holds_what_lies_in_its_range() -> None:
    def edges(drawing: Markup, kind: str) -> tuple[float, float]:
        left, width = re.findall(rf'class="{kind}" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', drawing)[0]
        return float(left), float(left) + float(width)

    jaws, stroke = edges(caliper(3, 9, 6, 12), "half"), edges(caliper(3, 9, 6, 12), "on")
    assert sum(stroke) / 2 == sum(jaws) / 2 == 60
    assert edges(caliper(9, 9, 12, 12), "half")[1] < edges(caliper(9, 9, 12, 12), "on")[0]
    assert edges(caliper(3, 4, 30, 12), "on")[1] <= 120  # more came than there are seats
    assert caliper(0, 0, 0, 0) == ""


def widths(drawing: Markup) -> list[float]:
    return [float(width) for width in re.findall(r'width="([\d.]+)%" height="\d+"/>', drawing)]


def test_a_shaft_is_to_scale_and_a_break_is_a_neck() -> None:
    drawing = shaft([Part("Stratégie", 30), Part("Pause", 15, is_break=True), Part("Visite", 75)])
    assert widths(drawing) == [25, 12.5, 62.5]
    assert drawing.count('height="18"') == 1
    assert shaft([]) == shaft([Part("Rien", 0)]) == ""


def test_the_part_that_runs_is_filled_as_far_as_it_has_gone() -> None:
    drawing = shaft([Part("Avant", 60, done=1), Part("Pendant", 60, done=0.5), Part("Après", 80)])
    assert (count(drawing, "done"), count(drawing, "now"), count(drawing, "todo")) == (1, 1, 1)
    assert widths(drawing) == [30, 30, 15, 40]


def test_only_the_labels_that_fit_are_written_the_longest_part_first() -> None:
    drawing = shaft([Part("Accueil", 5), Part("Ouverture", 5), Part("Visite de l'atelier", 110)])
    assert re.findall(r"<text[^>]*>(.*?)</text>", drawing) == ["Visite de l&#39;atelier"]


@pytest.mark.parametrize("seats", [1, 8, 12, 20])
def test_a_meeting_has_one_stroke_per_seat_inside_the_dial(seats: int) -> None:
    drawing = ring(Mark(START, "1", "next", yes=seats, maybe=0), seats=seats)
    assert count(drawing, "exp") == seats
    radii = [240 - float(y) for y in re.findall(r'class="exp" d="M\S+ ([\d.]+)L', drawing)]
    assert min(radii) == 121
    assert max(radii) < 184


def test_a_big_workshop_writes_its_number_instead_of_strokes() -> None:
    drawing = ring(Mark(START, "1", "past", yes=34), Mark(date(2026, 1, 15), "2"), seats=40)
    assert count(drawing, "here", "gone", "plan") == 0
    assert re.findall(r'class="count"[^>]*>(\d+)<', drawing) == ["34"]


@pytest.mark.parametrize(
    ("state", "kinds"),
    [("past", ("here", "may", "gone")), ("next", ("exp", "may", "plan")),
     ("todo", ("exp", "may", "plan")), ("warn", ("exp", "may", "plan"))],
)  # fmt: skip
def test_seats_differ_before_and_after_the_meeting(state: str, kinds: tuple[str, ...]) -> None:
    drawing = ring(Mark(START, "1", state, yes=8, maybe=1))  # type: ignore[arg-type]
    assert [count(drawing, kind) for kind in kinds] == [8, 1, 3]
    assert count(drawing, f"b-{state}") == 1


def test_near_meetings_push_their_balloons_apart_and_keep_their_dates() -> None:
    near = Mark(date(2025, 9, 18), "1"), Mark(date(2025, 9, 25), "2")
    alone = [places(ring(mark), "b-todo")[0] for mark in near]
    together = places(ring(*near), "b-todo")
    assert together[0][0] < alone[0][0] < alone[1][0] < together[1][0]
    (left, top), (right, bottom) = together
    assert (right - left) ** 2 + (bottom - top) ** 2 > 32**2
    assert leaders(ring(*near))[-2:] == [leaders(ring(mark))[-1] for mark in near]


def test_meetings_three_weeks_apart_stay_where_they_are() -> None:
    first, second = Mark(date(2025, 9, 4), "1"), Mark(date(2025, 9, 25), "2")
    assert places(ring(first, second), "b-todo")[0] == places(ring(first), "b-todo")[0]


def test_months_follow_the_start_of_the_season_in_the_readers_letters() -> None:
    drawing = ring()
    assert "".join(re.findall(r'class="mon"[^>]*>(.)<', drawing)) == "SONDJFMAMJJA"


def test_a_leap_year_closes_its_circle() -> None:
    drawing = season_ring(date(2027, 9, 1), [Mark(date(2028, 8, 31))], seats=1, months=MONTHS)
    (x, _y) = places(drawing, "b-todo")[0]
    assert 235 < x < 245


def test_typed_text_is_never_markup() -> None:
    drawing = season_ring(START, [Mark(START, "<1>")], seats=12, months=MONTHS, centre=("<b>", "a & b"), uid='"x')
    for part in (drawing, shaft([Part("<i>", 60)])):
        assert not re.search(r"<b>|<i>|<1>", part)
        ElementTree.fromstring(part)


@pytest.mark.parametrize(
    "drawing",
    [
        tally(9, 1, 12),
        strokes(5, 10),
        shaft([Part("Visite", 45, done=0.2), Part("Pause", 10, is_break=True)]),
        blank_ring(MONTHS),
        season_ring(
            START,
            [Mark(date(2026, 3, 12), "6", "next", 8, 1)],
            seats=12,
            months=MONTHS,
            today=date(2026, 3, 2),
            centre=("5/9", "rencontres"),
            pause=(date(2026, 7, 1), date(2026, 8, 31)),
        ),
    ],
)
def test_every_drawing_is_well_formed_hidden_and_without_a_style(drawing: Markup) -> None:
    assert isinstance(drawing, Markup)
    assert ElementTree.fromstring(drawing).get("aria-hidden") == "true"
    assert "style" not in drawing


def test_the_blank_ring_holds_no_number() -> None:
    assert count(blank_ring(MONTHS), "num", "big", "cap") == 0
