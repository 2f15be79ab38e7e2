"""What changed between two texts, word by word."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bourse.problems.compare import WORD, Mark, compare, pieces

SIGNS = {Mark.same: "{}", Mark.gone: "[-{}]", Mark.new: "[+{}]", Mark.skipped: " …"}
LONG = " ".join(f"mot{number}" for number in range(100))


def shown(before, after):
    return "".join(SIGNS[piece.mark].format(piece.text) for piece in pieces(before, after))


@pytest.mark.parametrize(
    ("before", "after", "difference"),
    [
        (
            "le chef part demain matin.",
            "le chef, lui, part demain soir.",
            "le chef[+, lui,] part demain[- matin][+ soir].",
        ),
        ("", "tout neuf", "[+tout neuf]"),
        ("tout vieux", "", "[-tout vieux]"),
        ("le chef", "chef", "[-le] chef"),
        ("avant", "après coup", "[-avant][+ après coup]"),
        ("un, deux", "un deux", "un[-,] deux"),
        ("même texte", "même texte", "même texte"),
    ],
)
def test_words_come_and_go_and_signs_are_words(before, after, difference):
    assert shown(before, after) == difference


def test_blanks_alone_change_nothing():
    assert compare({"tried": "un\n\ndeux"}, {"tried": "un deux "}) == {}


def test_of_a_long_passage_the_words_beside_the_change_are_shown():
    difference = shown(f"avant {LONG} fin", f"après {LONG} suite")
    assert difference.startswith("[-avant][+ après] mot0 mot1")
    assert difference.endswith("mot98 mot99[- fin][+ suite]")
    assert " … mot88" in difference
    assert "mot50" not in difference


def test_only_the_questions_that_changed_are_told_in_their_order():
    before = {"question": "Comment ?", "tried": "Rien", "options": "Une"}
    assert list(compare(before, before | {"options": "Deux", "question": "Pourquoi ?"})) == ["question", "options"]


def words(*texts):
    return [word for text in texts for _, word in WORD.findall(text)]


@given(st.text("ab ,.\n", max_size=20), st.text("ab ,.\n", max_size=20))
def test_nothing_is_lost_and_nothing_is_made_up(before, after):
    found = pieces(before, after)
    assert words(*(piece.text for piece in found if piece.mark is not Mark.new)) == words(before)
    assert words(*(piece.text for piece in found if piece.mark is not Mark.gone)) == words(after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a " * 5000, "b " + "a " * 4999),
        ("a,b " * 2500, "b,a " * 2500),
        ("." * 10_000, "," * 10_000),
        (" ".join(f"m{n % 90}" for n in range(2900)), " ".join(f"m{n % 91}" for n in range(2900))),
        ("a," * 500 + "c", "b," * 99),
        (" ".join(f"a x{n}" for n in range(1650)), " ".join(f"a y{n}" for n in range(1650))),
    ],
)
def test_no_text_takes_long_to_compare(before, after):
    start = time.perf_counter()
    pieces(before, after)
    assert time.perf_counter() - start < 2
