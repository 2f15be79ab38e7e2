"""How long a long members' list takes, from the file to the club and back; run `python -m bench.lists`."""

import tempfile
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from statistics import median
from typing import Any

from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook

from bench.club import Grown, grow
from bourse.app import create_app
from bourse.db import db
from bourse.people.enter import fingerprint
from bourse.people.models import Person, SignIn
from bourse.settings import Settings

PEOPLE, COMPANIES = 1_500, 500
MEMBERS = 100  # known before
TURNS = 5
AIM_SECONDS = 5  # for uploading, reading and writing together
KEY = "claire's"

HEADINGS = (
    "Raison sociale,SIREN,NAF,Effectif,Adresse,CP,Commune,Civilité,Nom,Prénom,Fonction,Mail,Portable,Savoir-faire"
)
Times = dict[str, list[float]]


def main() -> None:
    """Prints each step: median processor seconds, the ratio to openpyxl reading the file bare, the size of the page."""
    content = _workbook()
    times: Times = {}
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings.from_environment({"BOURSE_DATA_DIR": folder}))
        app.config["WTF_CSRF_ENABLED"] = False
        with app.app_context():
            club = _club()
        sizes = [_turn(_client(app), club, content, times) for _ in range(TURNS)][-1]
    _tell(times, sizes)


def _workbook() -> bytes:
    """A list as an office keeps it, `COMPANIES` companies with three people each."""
    book, buffer = Workbook(write_only=True), BytesIO()
    sheet = book.create_sheet("Membres")
    sheet.append(HEADINGS.split(","))
    for line in _lines():
        sheet.append(line)
    book.save(buffer)
    return buffer.getvalue()


def _lines() -> Iterator[list[Any]]:
    for number in range(PEOPLE):
        firm = number % COMPANIES
        company = [f"Entreprise {firm}", 800_000_000 + firm, "25.62A", f"{20 + firm % 50} salariés"]
        address = [f"{firm} rue des Tourneurs", "74300", "Cluses"]
        person = ["Mme", f"NOM {number}", "Zoé", "Gérante", f"zoe.{number}@e{firm}.example"]
        yield [*company, *address, *person, f"06 99 00 {number // 100:02} {number % 100:02}", "tournage, fraisage"]


def _club() -> Grown:
    """With its facilitator signed in."""
    db.create_all()
    club = grow(MEMBERS)
    claire = db.session.scalars(db.select(Person).filter_by(email=f"{club.person('claire')}@bourse.example")).one()
    db.session.add(SignIn(person=claire, key_hash=fingerprint(KEY), device="", is_kept=True))
    db.session.commit()
    return club


def _client(app: Any) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as session:
        session["key"] = KEY
    return client


def _turn(client: FlaskClient, club: Grown, content: bytes, times: Times) -> dict[str, int]:
    """Once there and back; the size of each answer."""
    _timed(times, "openpyxl alone", lambda: _read_bare(content))
    file = {"file": (BytesIO(content), "membres.xlsx")}
    upload = _timed(times, "upload", lambda: client.post(f"/clubs/{club.slug}/import", data=file))
    page = upload.location
    steps: dict[str, Callable[[], Any]] = {
        "preview": lambda: client.get(page),
        "write": lambda: client.post(page),
        "what was written": lambda: client.get(page),
        "undo": lambda: client.post(f"{page}/undo"),
    }
    return {name: len(_timed(times, name, step).data) for name, step in steps.items()}


def _read_bare(content: bytes) -> int:
    book = load_workbook(BytesIO(content), read_only=True, data_only=True)
    return sum(1 for _row in book.worksheets[0].iter_rows(values_only=True))


def _timed(times: Times, name: str, act: Callable[[], Any]) -> Any:
    start = time.process_time()
    answer = act()
    times.setdefault(name, []).append(time.process_time() - start)
    assert not hasattr(answer, "status_code") or answer.status_code in (200, 302), name
    return answer


def _tell(times: Times, sizes: dict[str, int]) -> None:
    floor = median(times["openpyxl alone"])
    print(f"{PEOPLE} people of {COMPANIES} companies:")
    for name, taken in times.items():
        size = f"{sizes[name] / 1000:6.0f} kB" if sizes.get(name, 0) > 1000 else ""
        print(f"  {name:18}{median(taken):5.2f} s{median(taken) / floor:6.1f}  {size}".rstrip())
    whole = sum(median(times[name]) for name in ("upload", "preview", "write"))
    print(f"Uploaded, read and written in {whole:.1f} s ({whole / floor:.1f}); the aim is {AIM_SECONDS} s.")


if __name__ == "__main__":
    main()
