"""Better schedules for one club by small changes: another pair for a meeting, or two that change hosts.

All pairs are tried at once, as arrays. What may not be is dear rather than barred, so that a path that has a host
twice is a place to start from. No proof: `prove` has that.
"""

from collections.abc import Sequence

import numpy as np

from bourse.planning.season import Floats, Season, Whole

ROUNDS = 60
KICKED = 3  # meetings that are drawn anew in a kick
NOISE = 60.0  # points by which a kick may miss the best


class Search:
    """A season under tolls, ready to try changes."""

    def __init__(self, season: Season, toll: Floats) -> None:
        self.season, self.dear = season, season.roof(toll)
        self.cost = np.minimum(season.cost + toll[season.slot], self.dear)
        self.gap = np.minimum(season.gap, self.dear)
        self.absence = season.absence.astype(np.float32)
        self.at = np.full((len(season.days), len(season.hosts)), -1)
        order = np.argsort(-self.cost, kind="stable")  # the cheapest of a day is written last
        self.at[season.day[order], season.host[order]] = order

    def value(self, chosen: Whole) -> float:
        """What a schedule costs, complete or not, in order of days, with what is dear."""
        season = self.season
        days, far = season.day[chosen], season.is_far[chosen]
        hosts = np.bincount(season.host[chosen], minlength=len(season.hosts))
        held = np.bincount(season.weekday[days], minlength=7)
        return float(
            self.cost[chosen].sum()
            + season.fairness(season.absence[chosen].sum(0))
            + self.gap[days[:-1], days[1:]].sum()
            + season.weights["far_row"] * (far[:-1] * far[1:]).sum()
            + season.weights["weekday"] * np.maximum(0, held - season.even_share).sum()
            + self.dear * np.maximum(0, hosts - 1).sum()
            + self.dear * np.maximum(0, season.is_due - hosts).sum()
            + self.dear * (~np.isin(season.settled, days)).sum()
        )

    def inserted(self, rest: Whole) -> Floats:
        """For every pair, what a schedule costs with that one more, but for a constant."""
        season = self.season
        missed = self.absence + season.absence[rest].sum(0).astype(np.float32)
        hosts = np.bincount(season.host[rest], minlength=len(season.hosts))
        return (
            self.cost
            + season.fairness(missed)
            + self._between(rest)
            + self.dear * ((hosts >= 1).astype(float) - (season.is_due & (hosts == 0)))[season.host]
        )

    def _between(self, rest: Whole) -> Floats:
        """What follows from where the pair would stand: gaps, weekdays, far hosts in a row."""
        season = self.season
        days, far = season.day[rest], season.is_far[rest]
        every = np.arange(len(season.days))
        place = np.searchsorted(days, every)
        has_before, has_after = place > 0, place < len(days)
        before, after = np.maximum(place - 1, 0), np.minimum(place, max(0, len(days) - 1))
        if not len(days):
            return np.zeros(len(season.pairs))
        left = np.where(has_before, self.gap[days[before], every], 0)
        right = np.where(has_after, self.gap[every, days[after]], 0)
        whole = np.where(has_before & has_after, self.gap[days[before], days[after]], 0)
        held = np.bincount(season.weekday[days], minlength=7)
        extra = left + right - whole + season.weights["weekday"] * (held >= season.even_share)[season.weekday]
        extra -= self.dear * (np.isin(every, season.settled) & ~np.isin(every, days))
        beside = far[before] * has_before + far[after] * has_after
        between = far[before] * far[after] * has_before * has_after
        rows = season.is_far * (beside - between)[season.day] - (1 - season.is_far) * between[season.day]
        return extra[season.day] + season.weights["far_row"] * rows

    def ordered(self, chosen: Sequence[int] | Whole) -> Whole:
        chosen = np.asarray(chosen, np.intp)
        return chosen[np.argsort(self.season.day[chosen], kind="stable")]

    def descend(self, chosen: Sequence[int] | Whole) -> Whole:
        """The best change again and again, until none makes it better."""
        chosen = self.ordered(chosen)
        value = self.value(chosen)
        for _ in range(ROUNDS):
            changed = min((self._replaced(chosen), self._swapped(chosen)), key=self.value)
            if (after := self.value(changed)) >= value - 1e-6:
                break
            chosen, value = changed, after
        return chosen

    def _replaced(self, chosen: Whole) -> Whole:
        """The best schedule with one pair replaced."""
        tried = []
        for place in range(len(chosen)):
            rest = np.delete(chosen, place)
            tried.append(self.ordered([*rest, int(self.inserted(rest).argmin())]))
        return min(tried, key=self.value)

    def _swapped(self, chosen: Whole) -> Whole:
        """The best schedule in which two dates change hosts."""
        season, best, lowest = self.season, chosen, self.value(chosen)
        for one in range(len(chosen)):
            for other in range(one):
                swapped = chosen.copy()
                swapped[one] = self.at[season.day[chosen[one]], season.host[chosen[other]]]
                swapped[other] = self.at[season.day[chosen[other]], season.host[chosen[one]]]
                if min(swapped[one], swapped[other]) >= 0 and (value := self.value(swapped)) < lowest:
                    best, lowest = swapped, value
        return best

    def kicked(self, chosen: Whole, dice: np.random.Generator) -> Whole:
        """Some meetings drawn anew, each a little beside the best."""
        rest = np.delete(chosen, dice.choice(len(chosen), min(KICKED, len(chosen)), replace=False))
        while len(rest) < len(chosen):
            noisy = self.inserted(rest) + dice.exponential(NOISE, len(self.season.pairs))
            rest = self.ordered([*rest, int(noisy.argmin())])
        return rest


def improve(season: Season, toll: Floats, starts: Sequence[Whole], kicks: int, seed: int) -> list[Whole]:
    """Where the starts lead, and then kicks from the best of them; whether they keep the rules, their value tells."""
    search, dice = Search(season, toll), np.random.default_rng(seed)
    reached = [search.descend(start) for start in starts]
    best = min(reached, key=search.value)
    for _ in range(kicks):
        reached.append(search.descend(search.kicked(best, dice)))
        best = min(best, reached[-1], key=search.value)
    return reached
