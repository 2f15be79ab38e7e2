"""The host's order."""

import pytest

from bourse.outcomes.arrange import Act, arrange


@pytest.mark.parametrize(
    ("kept", "idea", "act", "order"),
    [
        ([], 7, Act.keep, [7]),
        ([1, 2], 7, Act.keep, [1, 2, 7]),
        ([1, 7, 2], 7, Act.keep, [1, 7, 2]),  # pressed twice: it stays where it is
        ([1, 7, 2], 7, Act.up, [7, 1, 2]),
        ([7, 1, 2], 7, Act.up, [7, 1, 2]),
        ([1, 2], 7, Act.up, [1, 2]),
        ([1, 7, 2], 7, Act.release, [1, 2]),
        ([1, 7, 2], 7, Act.set_aside, [1, 2]),
        ([1, 2], 7, Act.set_aside, [1, 2]),
    ],
)
def test_the_order_after_an_act(kept, idea, act, order):
    assert arrange(kept, idea, act) == order
