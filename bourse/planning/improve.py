"""Better schedules for one club by small changes: another pair for a meeting, or two that change hosts.

All pairs are tried at once, as arrays. What may not be is dear rather than barred, so that a path that has a host
twice is a place to start from. No proof: `prove` has that.
"""

from collections.abc import Sequence

import numpy as np

from bourse.planning.arrays import ClubArrays, Floats, Whole

ROUNDS = 60
NEARLY = 1e-6  # of sums
KICKED = 5  # meetings that are drawn anew in a kick
NOISE = 80.0  # points by which a kick may miss the best
SLACK = 100.0  # points by which a schedule may be dearer than the last and be kicked next


class Search:
    """A season under tolls, ready to try changes."""

    def __init__(self, season: ClubArrays, toll: Floats) -> None:
        self.season, self.dear = season, season.roof(toll)
        self.cost = np.minimum(season.cost + toll[season.slot], self.dear)
        self.gap = np.minimum(season.follow, self.dear)
        self.at = np.full((len(season.days), len(season.hosts)), -1)
        order = np.argsort(-self.cost, kind="stable")  # the cheapest of a day is written last
        self.at[season.day[order], season.host[order]] = order

    def value(self, chosen: Whole) -> float:
        """What a schedule costs, complete or not, in order of days, with what is dear."""
        season = self.season
        days, far = season.day[chosen], season.is_far[chosen]
        hosts = np.bincount(season.host[chosen], minlength=len(season.hosts))
        wrong = np.maximum(0, hosts - 1).sum() + (season.is_due & (hosts == 0)).sum()
        wrong += season.is_settled.sum() - season.is_settled[days].sum()
        return float(
            self.cost[chosen].sum()
            + season.fairness[season.missed(chosen)].sum()
            + self.gap[days[:-1], days[1:]].sum()
            + season.weights["far_row"] * (far[:-1] * far[1:]).sum()
            + season.overfull[np.bincount(season.weekday[days])].sum()
            + self.dear * wrong
        )

    def inserted(self, rest: Whole) -> Floats:
        """For every pair, what a schedule costs with that one more, but for a constant."""
        season = self.season
        hosts = np.bincount(season.host[rest], minlength=len(season.hosts))
        return (
            self.cost
            + season.fairness[season.absence + season.missed(rest)].sum(1)
            + (self._between(rest) if len(rest) else 0)
            + self.dear * ((hosts >= 1).astype(float) - (season.is_due & (hosts == 0)))[season.host]
        )

    def _between(self, rest: Whole) -> Floats:
        """What follows from where the pair would stand: gaps, weekdays, far hosts in a row."""
        season = self.season
        days, far = season.day[rest], season.is_far[rest]
        every = np.arange(len(season.days))
        place = np.searchsorted(days, every)
        has_before, has_after = place > 0, place < len(days)
        before, after = np.maximum(place - 1, 0), np.minimum(place, len(days) - 1)
        left = np.where(has_before, self.gap[days[before], every], 0)
        right = np.where(has_after, self.gap[every, days[after]], 0)
        whole = np.where(has_before & has_after, self.gap[days[before], days[after]], 0)
        held = np.bincount(season.weekday[days], minlength=7)
        extra = left + right - whole + season.weights["weekday"] * (held >= season.even_share)[season.weekday]
        missing = season.is_settled.copy()
        missing[days] = False
        extra -= self.dear * missing
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
            changed = self._replaced(chosen)
            if (after := self.value(changed)) >= value - NEARLY:
                changed = self._swapped(chosen)
            if (after := self.value(changed)) >= value - NEARLY:
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


def improve(season: ClubArrays, toll: Floats, starts: Sequence[Whole], kicks: int, seed: int) -> list[Whole]:
    """Where the starts lead, and then kicks, at first also towards something a little dearer than the last.

    Whether what it returns keeps the rules, its value tells.
    """
    search, dice = Search(season, toll), np.random.default_rng(seed)
    reached = [search.descend(start) for start in starts]
    current = min(reached, key=search.value)
    for left in range(kicks, 0, -1):
        reached.append(search.descend(search.kicked(current, dice)))
        if search.value(reached[-1]) < search.value(current) + SLACK * left / kicks:
            current = reached[-1]
    return reached
