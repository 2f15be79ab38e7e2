"""What changed between two versions of a problem, word by word."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from bourse.problems.frame import ANSWERS

WORD = re.compile(r"(\s*)(\w+|[^\w\s])")  # a word or a sign, with the blanks before it
AROUND = 12  # words of a long unchanged passage that are shown beside a change
MOST_PAIRS = 100_000  # of equal words; a passage that repeats itself more is shown as rewritten, to match it takes long
MOST_PLACES = 6_000_000  # word against word: two texts of twice the longest that people write


class Mark(StrEnum):
    same = "same"
    gone = "gone"
    new = "new"
    skipped = "skipped"  # unchanged, and too long to repeat


CHANGES = {Mark.gone, Mark.new}


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage and what became of it; a skipped one says nothing."""

    mark: Mark
    text: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Words `i` to `j` of the old text became words `k` to `m` of the new one."""

    is_same: bool
    i: int
    j: int
    k: int
    m: int


def compare(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, list[Piece]]:
    """The questions whose words changed, in their order, each with its pieces."""
    changes = {name: pieces(before.get(name, ""), after.get(name, "")) for name in ANSWERS}
    return {name: found for name, found in changes.items() if CHANGES & {piece.mark for piece in found}}


def pieces(before: str, after: str) -> list[Piece]:
    """Both texts as one: what stayed, what went, what came. Blanks alone change nothing."""
    old, new = WORD.findall(before), WORD.findall(after)
    found: list[Piece] = []
    for step in _steps([word for _, word in old], [word for _, word in new]):
        came = new[step.k : step.m]
        if came and step.k == 0 < (step.i if step.is_same else step.j):
            came = [(" ", came[0][1]), *came[1:]]  # what went stands before it
        if step.is_same:
            found += _shortened(came, is_first=not found, is_last=step.m == len(new) and step.j == len(old))
        else:
            found += [Piece(Mark.gone, _text(old[step.i : step.j])), Piece(Mark.new, _text(came))]
    return [piece for piece in found if piece.text or piece.mark is Mark.skipped]


def _steps(old: list[str], new: list[str]) -> Iterator[Step]:
    """From the first word to the last; what both texts begin and end with is found at once."""
    most = min(len(old), len(new))
    start = next((at for at in range(most) if old[at] != new[at]), most)
    end = next((at for at in range(most - start) if old[-1 - at] != new[-1 - at]), most - start)
    i, k = len(old) - end, len(new) - end
    if start:
        yield Step(True, 0, start, 0, start)
    for step in _between(old[start:i], new[start:k]):
        yield Step(step.is_same, start + step.i, start + step.j, start + step.k, start + step.m)
    if end:
        yield Step(True, i, len(old), k, len(new))


def _between(old: list[str], new: list[str]) -> list[Step]:
    counts = Counter(new)
    if sum(counts[word] for word in old) > MOST_PAIRS or len(old) * len(new) > MOST_PLACES:
        return [Step(False, 0, len(old), 0, len(new))]
    return [Step(act == "equal", *places) for act, *places in SequenceMatcher(None, old, new).get_opcodes()]


def _shortened(words: list[tuple[str, str]], is_first: bool, is_last: bool) -> list[Piece]:
    """An unchanged passage; of a long one, what stands beside a change."""
    if len(words) <= 2 * AROUND:
        return [Piece(Mark.same, _text(words))]
    before = [] if is_first else [Piece(Mark.same, _text(words[:AROUND]))]
    after = [] if is_last else [Piece(Mark.same, _text(words[-AROUND:]))]
    return [*before, Piece(Mark.skipped), *after]


def _text(words: list[tuple[str, str]]) -> str:
    return "".join(blank + word for blank, word in words)
