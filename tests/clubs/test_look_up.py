"""Finding people in a directory."""

import pytest

from bourse.clubs.look_up import finds

MARC = ["Marc Lœuillet", "Président", "Ateliers Gentiane", "La Roche-sur-Foron", "usinage 5 axes, fraisage", ""]


@pytest.mark.parametrize(
    "wanted", ["", "  ", "marc", "PRESIDENT gent", "5 axes", "roche sur foron", "la-roche", "axes, fraisage", "isag"]
)
def test_marc_is_found_by(wanted: str) -> None:
    assert finds(wanted, MARC)


@pytest.mark.parametrize("wanted", ["nadia", "marc horlogerie", "gentianes", "!", "5axes"])
def test_marc_is_not_found_by(wanted: str) -> None:
    assert not finds(wanted, MARC)
