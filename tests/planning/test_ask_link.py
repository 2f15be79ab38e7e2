"""The link by which a member answers without signing in."""

import pytest

from bourse.meetings import answer_link
from bourse.planning.ask_link import AskLink, read, sign

KEY = "a key of the tests"
LINK = AskLink("season", 7, 2)


def test_a_link_says_whose_answers_it_takes():
    assert read(sign(LINK, KEY), KEY) == LINK


@pytest.mark.parametrize("token", ["", "x", "WzEsMF0", "WzEsMF0.forged", "é" * 50, "a.b.c", "\0"])
def test_a_forged_link_says_nothing(token):
    assert read(token, KEY) is None


def test_a_link_signed_elsewhere_or_for_something_else_says_nothing():
    assert read(sign(LINK, "another key"), KEY) is None
    assert read(answer_link.sign(answer_link.AnswerLink(7, 2), KEY), KEY) is None
    assert answer_link.read(sign(LINK, KEY), KEY) is None
