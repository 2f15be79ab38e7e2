"""Draws an empty members' list to fill in: the headings that an import knows, and one fictional row."""

import csv
from io import BytesIO, StringIO

from openpyxl import Workbook
from openpyxl.styles import Font

from bourse.clubs.tell_list import field_name
from bourse.words import _, capital

FIELDS = (
    "company",
    "family_name",
    "given_name",
    "email",
    "mobile",
    "job_title",
    "street",
    "postcode",
    "commune",
    "know_how",
)
WIDTH = 22  # characters of a column


def rows() -> tuple[list[str], list[str]]:
    """The headings and the example, in the reader's language."""
    example = {
        "company": _("Exemple SARL (ligne à effacer)"),
        "family_name": "Exemple",
        "given_name": "Camille",
        "email": "camille.exemple@entreprise.example",
        "mobile": "06 39 98 00 00",
        "job_title": _("Gérante"),
        "street": "12 rue des Tourneurs",
        "postcode": "01000",
        "commune": "Exempleville",
        "know_how": _("fraisage, prototypes"),
    }
    return [capital(field_name(field)) for field in FIELDS], [example[field] for field in FIELDS]


def as_xlsx() -> bytes:
    book = Workbook()
    sheet = book.active
    for number, row in enumerate(rows(), start=1):
        for place, text in enumerate(row, start=1):
            cell = sheet.cell(number, place, text)
            cell.data_type = "s"  # text, whatever it looks like
            cell.font = Font(bold=number == 1)
            sheet.column_dimensions[cell.column_letter].width = WIDTH
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def as_csv() -> bytes:
    """As a French spreadsheet opens it at a double click: semicolons, and a mark that says UTF-8."""
    text = StringIO()
    csv.writer(text, delimiter=";").writerows(rows())
    return text.getvalue().encode("utf-8-sig")
