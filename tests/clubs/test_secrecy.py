"""The link between two companies: whoever may not read it finds every page as it was."""

import re

import pytest

from bourse.clubs.models import Company, CompanyLink
from bourse.clubs.relate import LinkKind
from bourse.db import db
from tests.test_canary import canaries, pages_of  # noqa: F401 - canaries is a fixture
from tests.test_personas import SHORT, places  # noqa: F401 - places is a fixture

MADE_ANEW = re.compile(r'nonce="[^"]*"|name="(csrf_token|client_key)"[^>]*')


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


@pytest.fixture
def ends(app, canaries):  # noqa: F811
    """The two companies of the link: marc's and nadia's, as rows' ids."""
    with app.app_context():
        named = (db.select(Company.id).filter_by(name=name) for name in ("Ateliers Gentiane", "Tournage Edelweiss"))
        return [db.session.scalars(each).one() for each in named]


@pytest.fixture
def everything_read(app, visit, canaries, ends):  # noqa: F811
    """What each persona reads on every page, those of both companies included."""
    clients = {name: visit(app.test_client(), name) if name != "nobody" else app.test_client() for name in SHORT}

    def read():
        return {
            name: [
                MADE_ANEW.sub("", page)
                for end in ends
                for endpoint, page in pages_of(app, client, canaries | {"company": end})
                if end == ends[0] or "company" in next(app.url_map.iter_rules(endpoint)).arguments
            ]
            for name, client in clients.items()
        }

    return read


def test_a_link_between_companies_reaches_nobody_else(app, club, ends, everything_read):
    before = everything_read()
    for declared_by, by, readers in ((None, club.claire, {"claire"}), (ends[0], club.marc, {"marc", "claire"})):
        with app.app_context():
            link = CompanyLink(company_id=ends[0], other_id=ends[1], kind=LinkKind.competitor)
            link.declared_by_id, link.noted_by_id = declared_by, by
            db.session.add(link)
            db.session.commit()
        after = everything_read()
        assert {name for name in SHORT if after[name] != before[name]} == readers
        before = after
