"""The link by which one answers without signing in."""

import pytest
from itsdangerous import URLSafeSerializer

from bourse.meetings.answer_link import SALT, AnswerLink, read, sign

KEY = "a key of the tests"


def test_a_link_says_whose_answer_it_takes():
    assert read(sign(AnswerLink(7, 2, "a mark"), KEY), KEY) == AnswerLink(7, 2, "a mark")


def test_a_link_of_a_letter_that_left_before_marks_existed_is_read():
    token = URLSafeSerializer(KEY, salt=SALT).dumps([7, 2])
    assert read(str(token), KEY) == AnswerLink(7, 2)


@pytest.mark.parametrize("token", ["", "x", "WzEsMF0", "WzEsMF0.forged", "é" * 50, "a.b.c", "\0"])
def test_a_forged_link_says_nothing(token):
    assert read(token, KEY) is None


def test_a_link_signed_elsewhere_says_nothing():
    assert read(sign(AnswerLink(7, 2), "another key"), KEY) is None
