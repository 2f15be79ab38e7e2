"""Who reads the outcome, as a table."""

import pytest

from bourse.outcomes.read import Reader, Readers, may_read

HOST = Reader(leads=True, attends=True, is_of_club=True)  # the facilitator reads as much
MARC = Reader(attends=True, is_of_club=True)
NADIA = Reader(is_of_club=True)
ODILE = Reader(is_office=True)
STRANGER = Reader()
EVERYBODY = (HOST, MARC, NADIA, ODILE, STRANGER)


@pytest.mark.parametrize(
    ("readers", "is_closed", "reading"),
    [
        (Readers.attending, True, [HOST, MARC]),
        (Readers.club, True, [HOST, MARC, NADIA]),
        (Readers.host, True, [HOST]),
        (Readers.attending, False, [HOST]),
        (Readers.club, False, [HOST]),
        (Readers.host, False, [HOST]),
    ],
)
def test_the_host_decides_who_reads_once_it_is_closed(readers, is_closed, reading):
    assert [each for each in EVERYBODY if may_read(each, readers, is_closed=is_closed)] == reading


def test_who_was_there_may_promise_and_the_office_may_count():
    assert [each for each in EVERYBODY if each.may_promise] == [HOST, MARC]
    assert [each for each in EVERYBODY if each.may_count] == [HOST, ODILE]
