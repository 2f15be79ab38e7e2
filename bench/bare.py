"""The page to compare with: Flask, Jinja, one query and a loop. Nobody signs in, and nothing is decided."""

from itertools import cycle, islice

from flask import Flask, render_template
from jinja2 import DictLoader
from sqlalchemy import create_engine, text

PAGE = """<!doctype html>
<html lang="fr">
<head><meta charset="utf-8"><title>{{ title }}</title><link rel="stylesheet" href="/static/page.css"></head>
<body><main><h1>{{ title }}</h1>
<ul>
{% for row in rows %}
<li><a href="/people/{{ row.id }}">{{ row.given_name }} {{ row.family_name }}</a> <small>{{ row.company }}</small></li>
{% endfor %}
</ul>
</main></body>
</html>
"""
MEMBERS = text("""
    SELECT person.id, person.given_name, person.family_name, company.name AS company
    FROM membership
    JOIN club ON club.id = membership.club_id
    JOIN person ON person.id = membership.person_id
    JOIN company ON company.id = membership.company_id
    WHERE club.slug = :club
    ORDER BY person.family_name
""")


def create_bare(database_url: str) -> Flask:
    """Answers `/<club>/<count>` with so many rows: the club's members, over and over."""
    app = Flask(__name__)
    app.jinja_loader = DictLoader({"page.html": PAGE})
    engine = create_engine(database_url)

    @app.get("/<club>/<int:count>")
    def show(club: str, count: int) -> str:
        with engine.connect() as connection:
            rows = connection.execute(MEMBERS, {"club": club}).all()
        return render_template("page.html", title=club, rows=islice(cycle(rows), count))

    return app
