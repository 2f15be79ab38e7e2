"""A JSON document from a stranger: each value knows its place, and what is wrong is said in one sentence."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

MOST = 10**6  # no count, weight or distance beyond: sums of products stay exact in every solver
MOST_SAID = 300  # characters of a refusal, which may quote any text of the document
DATES = range(1900, 3000)  # years in which a calendar can be added to

Made = TypeVar("Made")


class Malformed(ValueError):
    """The document cannot be planned from; its only argument says where and why, in one line whatever it quotes."""

    def __init__(self, sentence: str) -> None:
        shown = "".join(letter if letter.isprintable() else "?" for letter in sentence[:MOST_SAID])
        super().__init__(shown if len(sentence) <= MOST_SAID else f"{shown}…")


@dataclass(frozen=True, slots=True)
class Node:
    """A value in the document and the way to it, like `clubs[3].members[2]`."""

    value: Any
    place: str = ""

    def refuse(self, why: str) -> Malformed:
        return Malformed(f"{self.place or 'the document'}: {why}")

    def __getitem__(self, key: str) -> Node:
        if key not in self._table():
            raise self.at(key).refuse("missing")
        return self.at(key)

    def at(self, key: str) -> Node:
        """What stands under the key; None when nothing does."""
        return Node(self._table().get(key), f"{self.place}.{key}".lstrip("."))

    def _table(self) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            raise self.refuse("expected an object")
        return self.value

    def rows(self) -> list[Node]:
        if not isinstance(self.value, list):
            raise self.refuse("expected a list")
        return [Node(value, f"{self.place}[{number}]") for number, value in enumerate(self.value)]

    def optional_rows(self) -> list[Node]:
        return [] if self.value is None else self.rows()

    def text(self) -> str:
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.refuse("expected a text")
        if any("\ud800" <= letter <= "\udfff" for letter in self.value):
            raise self.refuse("half a letter, which no file can hold")
        return self.value

    def whole(self, least: int = 0, most: int = MOST) -> int:
        if type(self.value) is not int or not least <= self.value <= most:  # True is an int to Python
            raise self.refuse(f"expected a whole number from {least} to {most}")
        return self.value

    def one_of(self, choices: Iterable[str]) -> str:
        if not isinstance(self.value, str) or self.value not in choices:
            raise self.refuse(f"expected one of {', '.join(sorted(choices))}")
        return self.value

    def day(self) -> date:
        return self._in_calendar(date.fromisoformat, date.isoformat, "a day like 2027-01-31")

    def moment(self) -> datetime:
        """Local time: an offset is not written back, and so refused."""
        return self._in_calendar(
            datetime.fromisoformat, lambda found: f"{found:%Y-%m-%dT%H:%M}", "a minute like 2027-01-31T14:00"
        )

    def _in_calendar(self, parse: Callable[[str], Made], write: Callable[[Made], str], expected: str) -> Made:
        """A date that is written as it would be written back, so that texts sort like moments."""
        try:
            found = parse(self.text())
        except ValueError:
            raise self.refuse(f"expected {expected}") from None
        if write(found) != self.value or int(self.value[:4]) not in DATES:
            raise self.refuse(f"expected {expected}")
        return found

    def known(self, known: Mapping[str, Any], noun: str) -> str:
        """An id that stands elsewhere in the document."""
        if self.text() not in known:
            raise self.refuse(f"no {noun} is called {self.value}")
        return self.text()

    def several(self, known: Mapping[str, Any], noun: str) -> frozenset[str]:
        """A list of ids; names the first that is not known, and looks no closer while all are."""
        if isinstance(self.value, list):
            try:
                if (found := frozenset(self.value)) <= known.keys():
                    return found
            except TypeError:  # something in it is a list or an object
                pass
        return frozenset(row.known(known, noun) for row in self.rows())


def load(raw: bytes | str) -> Node:
    """The document itself; raises Malformed."""
    try:
        return Node(json.loads(raw, object_pairs_hook=_object, parse_constant=_no_number))
    except RecursionError:
        raise Malformed("the document: lists within lists, deeper than any season") from None
    except UnicodeDecodeError:
        raise Malformed("the document: not UTF-8") from None
    except json.JSONDecodeError as refusal:
        raise Malformed(f"line {refusal.lineno}, column {refusal.colno}: not JSON") from None
    except Malformed:
        raise
    except ValueError:  # a number of thousands of digits
        raise Malformed("the document: a number that nobody can count") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise Malformed(f"the document: {twice} stands twice in one object")
    return table


def _no_number(name: str) -> Any:
    raise Malformed(f"the document: {name} is no number")
