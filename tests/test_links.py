"""Where a redirect may lead."""

import pytest

from bourse.links import safe_path


@pytest.mark.parametrize("target", ["/", "/meetings/3", "/meetings/3?page=2", "/clubs/club-bourse#charter"])
def test_a_path_of_the_house_is_kept(target):
    assert safe_path(target) == target


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "meetings",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/ /evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "/\x7f/evil.example",
    ],
)
def test_another_host_is_refused(target):
    assert safe_path(target) is None
