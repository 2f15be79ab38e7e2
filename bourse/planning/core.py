"""Why there is no plan: an irreducible core of rules that cannot hold together, and what would have to give.

A deletion filter (Chinneck & Dravnieks 1991): lift one group of rules after the other; what is still impossible without
it did not need it. What cannot be lifted is in the core. Whole clubs and families are tried first: most have no part
in it.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby

from bourse.planning.formulate import formulate
from bourse.planning.instance import Instance
from bourse.planning.optimise import optimise
from bourse.planning.relax import Change, Relaxation, groups, least, relaxed, value_of

PATIENCE = 20.0  # seconds for one question; a core found with less is right, if not always the smallest


def is_possible(instance: Instance, lifted: Collection[str] = ()) -> bool:
    """Whether there is any plan; in doubt, that is when it takes too long to know, there may be one."""
    return not optimise(formulate(instance, lifted, is_priced=False).program, PATIENCE).is_infeasible


def find_core(instance: Instance, lifted: Collection[str] = ()) -> tuple[str, ...]:
    """Names of groups that cannot hold together, none of them needlessly named; none at all when there is a plan."""
    if is_possible(instance, lifted):
        return ()
    *_, core = ever_smaller_cores(instance, lifted)
    return core


def ever_smaller_cores(instance: Instance, lifted: Collection[str] = ()) -> Iterator[tuple[str, ...]]:
    """Groups that cannot hold together, of a season that is known to be impossible; in the last, all are needed."""
    gone, left = set(lifted), [group for group in groups(instance) if group not in lifted]
    yield tuple(left)
    for lump in [*_of_clubs(instance, left), *_families(left), *({group} for group in left)]:
        rest = lump - gone
        if rest and not is_possible(instance, gone | rest):
            gone |= rest
            yield tuple(group for group in left if group not in gone)


def _of_clubs(instance: Instance, left: Iterable[str]) -> Iterator[set[str]]:
    """Of each club all of its own groups, if there are several clubs: without them it need not meet."""
    of = {group: group.partition(":")[2].partition("/")[0] for group in left}
    for club in instance.clubs if len(instance.clubs) > 1 else ():
        yield {group for group, name in of.items() if name == club}


def _families(left: Iterable[str]) -> Iterator[set[str]]:
    for _, family in groupby(left, key=lambda group: group.partition(":")[0]):
        yield set(family)


def find_relaxations(instance: Instance, core: Sequence[str], before: Relaxation = ()) -> Iterator[Relaxation]:
    """The smallest changes that make a season possible, each verified by solving.

    Each group of the core alone, if that is enough. If none is, there is another core behind this one: then
    the softest group of this one gives way altogether, and one of the next as well.
    """
    found = False
    for group in core:
        if is_possible(*relaxed(instance, [*before, Change(group, least(instance, group))])):
            found = True
            yield (*before, _tighten(instance, before, group))
    if not found and core:
        given = (*before, Change(core[0]))
        yield from find_relaxations(instance, find_core(*relaxed(instance, given)), given)


def _tighten(instance: Instance, before: Relaxation, group: str) -> Change:
    """The value nearest to what was asked for that still lets a plan through, by halving."""
    impossible, possible = value_of(instance, group), least(instance, group)
    if impossible is None or possible is None:
        return Change(group)
    while abs(possible - impossible) > 1:
        middle = (possible + impossible) // 2
        if is_possible(*relaxed(instance, [*before, Change(group, middle)])):
            possible = middle
        else:
            impossible = middle
    return Change(group, possible)
