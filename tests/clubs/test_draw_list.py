"""The list to fill in is one that the import reads."""

import csv
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from openpyxl import load_workbook

from bourse.clubs.draw_list import FIELDS, as_csv, as_xlsx
from bourse.clubs.read_list import read_list
from tests.cast import Cast, Visit


@pytest.fixture
def database_url(fresh_sqlite: str) -> str:
    return fresh_sqlite


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(("draw", "name"), [(as_xlsx, "list.xlsx"), (as_csv, "list.csv")])
def test_every_column_is_recognised_in_both_languages(app: Flask, draw, name: str, language: str) -> None:
    with app.test_request_context(), force_locale(language):
        members = read_list(draw(), name)
    assert tuple(column.field for column in members.columns) == FIELDS
    assert members.remarks == ()
    (example,) = members.rows
    assert (example.remarks, example.email) == ((), "camille.exemple@entreprise.example")


def test_no_cell_is_a_formula_and_a_spreadsheet_opens_the_text(app: Flask) -> None:
    with app.test_request_context():
        book, text = load_workbook(BytesIO(as_xlsx())), as_csv()
    assert {cell.data_type for row in book.active for cell in row} == {"s"}
    assert text.startswith(b"\xef\xbb\xbf")
    assert {len(row) for row in csv.reader(text.decode("utf-8-sig").splitlines(), delimiter=";")} == {len(FIELDS)}


def test_a_facilitator_gets_it_from_the_page_of_the_import(client: FlaskClient, club: Cast, visit: Visit) -> None:
    page = visit(client, "claire").get(f"/clubs/{club.slug}/import").text
    assert f"/clubs/{club.slug}/import/empty.xlsx" in page
    answer = client.get(f"/clubs/{club.slug}/import/empty.csv")
    assert answer.headers["Content-Disposition"] == f"attachment; filename={club.slug}.csv"
    assert answer.mimetype == "text/csv"
