"""What a member's answer to a date is: what he said to it, else to its weekday, else not known."""

from collections.abc import Mapping
from datetime import date

from bourse.planning.states import Can

UNKNOWN = "U"
LETTERS = {Can.yes: "Y", Can.maybe: "M", Can.no: "N"}  # those of bourse-instance/1
ANSWERS = {letter: answer for answer, letter in LETTERS.items()}
SILENT = UNKNOWN * 7  # nothing said to any weekday


def resolved(day: date, weekdays: str = SILENT, said: Can | None = None) -> Can | None:
    """The answer that counts for a day; `weekdays` is a letter a day from Monday."""
    return said or usual(day, weekdays)


def usual(day: date, weekdays: str) -> Can | None:
    """What was said to the weekday of that day."""
    return ANSWERS.get(weekdays[day.weekday()])


def letter(answer: Can | None) -> str:
    return LETTERS[answer] if answer else UNKNOWN


def weekday_letters(answers: Mapping[int, Can | None]) -> str:
    """A letter a day from Monday (0); a weekday that was not asked about is unknown."""
    return "".join(letter(answers.get(weekday)) for weekday in range(7))


def to_keep(
    days: Mapping[int, date], typed: Mapping[int, Can | None], said: Mapping[int, Can], drawn: str, weekdays: str
) -> dict[int, Can]:
    """The answers to keep beside those to the weekdays, by the number of the date.

    `typed` came from a form that was drawn as if the weekdays were `drawn`: what equals that was not touched, and
    follows `weekdays`, the new answers. A date that came without answer keeps what was `said` to it before.
    """
    kept = {}
    for number, day in days.items():
        answer = typed.get(number) or said.get(number)
        if answer and answer not in (usual(day, drawn), usual(day, weekdays)):
            kept[number] = answer
    return kept
