"""Weights from words, kilometres from the map."""

from bourse.planning.states import Weight
from bourse.planning.weigh import UNPLACED, USUAL, Site, kilometres, weights

CLUSES, BONNEVILLE, LYON = Site(46.0604, 6.5803), Site(46.0781, 6.4086), Site(45.764, 4.8357)


def test_words_halve_and_double():
    found = weights({"attendance": Weight.little, "urgency": Weight.much})
    assert (found["attendance"], found["urgency"], found["waiting"]) == (1, 40, USUAL["waiting"])
    assert all(isinstance(weight, int) for weight in found.values())


def test_a_road_is_a_third_longer_than_the_straight_line():
    km = kilometres([CLUSES, BONNEVILLE, LYON])
    assert km[0] == (0, 17, 181)
    assert all(km[a][b] == km[b][a] for a in range(3) for b in range(3))


def test_a_company_that_is_not_on_the_map_is_a_usual_way_off():
    assert kilometres([CLUSES, Site(None, None)]) == ((0, UNPLACED), (UNPLACED, 0))


def test_two_companies_at_one_address_are_no_way_apart():
    assert kilometres([CLUSES, Site(*CLUSES)]) == ((0, 0), (0, 0))
