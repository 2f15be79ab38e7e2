"""How many questions each page asks of the database: few, and no more of them in a big club."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from bench.club import Grown, grow
from bourse.db import db

MOST = 12
SMALL, BIG = 10, 500

# Who opens which page; what stands in {braces} is a field of Grown.
PAGES = [
    ("marc", "/"),
    ("hugo", "/"),
    ("claire", "/"),
    ("odile", "/"),
    ("member-9", "/"),
    ("member-9", "/meetings/"),
    ("marc", "/meetings/"),
    ("odile", "/meetings/"),
    ("marc", "/meetings/{next}"),
    ("hugo", "/meetings/{next}"),
    ("claire", "/meetings/{next}"),
    ("marc", "/meetings/{last}"),
    ("odile", "/meetings/{last}"),
    ("claire", "/meetings/clubs/{slug}/plan"),
    ("claire", "/meetings/{next}/change"),
    ("claire", "/meetings/{next}/release"),
    ("hugo", "/meetings/{next}/keep-out"),
    ("claire", "/meetings/{next}/cancel"),
    ("claire", "/planning/seasons/{season}"),
    ("claire", "/planning/seasons/{season}/plan"),
    ("claire", "/planning/seasons/{season}/publish"),
    ("claire", "/planning/seasons/{season}/rules"),
    ("claire", "/planning/seasons/{season}/dates"),
    ("claire", "/planning/seasons/{season}/members/{membership}"),
    ("claire", "/planning/clubs/{slug}/prepare"),
    ("claire", "/planning/clubs/{slug}/school"),
    ("claire", "/planning/clubs/{slug}/past"),
    ("claire", "/planning/clubs/{slug}/fairness"),
    ("marc", "/planning/seasons/{season}/wish"),
    ("claire", "/planning/meetings/{next}"),
    ("claire", "/planning/meetings/{next}/ask"),
    ("claire", "/planning/meetings/{next}/members/{membership}"),
    ("marc", "/planning/meetings/{next}/days"),
    ("marc", "/problems/{next}"),
    ("claire", "/problems/{next}"),
    ("hugo", "/problems/{next}/write"),
    ("hugo", "/problems/{next}/write?step=share"),
    ("hugo", "/problems/{next}/versions"),
    ("hugo", "/problems/{next}/attachments"),
    ("marc", "/board/{next}"),
    ("marc", "/board/{last}"),
    ("claire", "/board/{last}"),
    ("marc", "/board/{last}/since"),
    ("claire", "/agenda/{next}"),
    ("claire", "/attendance/{last}"),
    ("odile", "/attendance/{last}"),
    ("marc", "/outcomes/"),
    ("claire", "/outcomes/"),
    ("marc", "/outcomes/{last}"),
    ("claire", "/outcomes/{last}"),
    ("claire", "/outcomes/{last}/ideas"),
    ("claire", "/outcomes/{last}/write"),
    ("claire", "/outcomes/{last}/close"),
    ("claire", "/replies/"),
    ("claire", "/outbox/"),
    ("claire", "/outbox/?meeting={next}&state=look"),
    ("claire", "/outbox/foreseen/{slug}"),
    ("claire", "/overview/{slug}"),
    ("odile", "/overview/{slug}"),
    ("marc", "/clubs/{slug}"),
    ("claire", "/clubs/{slug}"),
    ("claire", "/clubs/{slug}/import"),
    ("marc", "/clubs/{slug}/charter"),
    ("marc", "/clubs/{slug}?q=tournage"),
    ("marc", "/clubs/{slug}/me"),
    ("marc", "/clubs/members/{membership}"),
    ("claire", "/clubs/members/{membership}"),
    ("claire", "/clubs/members/{membership}/edit"),
    ("marc", "/clubs/members/{membership}/leave"),
    ("claire", "/clubs/{slug}/settings"),
    ("marc", "/clubs/companies/{company}"),
    ("marc", "/clubs/companies/{company}/edit"),
    ("marc", "/clubs/companies/{company}/links"),
    ("claire", "/clubs/companies/{company}/links"),
    ("marc", "/people/me"),
    ("marc", "/people/me/addresses"),
    ("marc", "/feed/"),
    ("marc", "/meetings/{next}/rencontre.ics"),
    ("marc", "/help/member"),
    ("claire", "/help/facilitator"),
    ("odile", "/help/office"),
    ("odile", "/clubs/{slug}/another"),
]


@contextmanager
def counted() -> Iterator[list[str]]:
    """What is sent to the database meanwhile, but for the beginning of transactions."""
    sent: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    yield sent
    event.remove(db.engine, "before_cursor_execute", count)


@pytest.fixture
def queries(app, visit):
    """How many queries each page takes in a club of so many members."""

    def count(members: int) -> dict[tuple[str, str], int]:
        club = grow(members)
        db.session.commit()
        return {page: queries_of(visit(app.test_client(), club.person(page[0])), club, page[1]) for page in PAGES}

    return count


def queries_of(client: Any, club: Grown, address: str) -> int:
    with counted() as sent:
        answer = client.get(address.format_map(vars(club)))
    assert answer.status_code == 200, address
    return len(sent)


def test_no_page_asks_more_than_a_dozen_questions_and_a_big_club_asks_no_more(queries):
    small, big = queries(SMALL), queries(BIG)
    assert {page: asked for page, asked in small.items() if asked > MOST} == {}
    assert {page: (asked, big[page]) for page, asked in small.items() if asked != big[page]} == {}
