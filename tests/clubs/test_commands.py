"""The members' list brought in by a script."""

from pathlib import Path

from flask.testing import FlaskCliRunner

from bourse.db import db
from bourse.people.models import AuditEvent, Person
from tests.cast import Cast

LIST = str(Path(__file__).parent / "lists" / "membres.xlsx")


def people() -> int:
    db.session.commit()
    return db.session.query(Person).count()


def test_nothing_is_written_while_a_row_is_refused(runner: FlaskCliRunner, club: Cast) -> None:
    before = people()
    done = runner.invoke(args=["people", "import", LIST, "--club", club.slug])
    assert done.exit_code == 1
    assert people() == before
    assert "paul.rochebrune(at)gypaete.example" in done.output
    assert "Hélène Pralong" in done.output


def test_refused_rows_may_be_left_out(runner: FlaskCliRunner, club: Cast) -> None:
    before = people()
    done = runner.invoke(args=["people", "import", LIST, "--club", club.slug, "--skip-refused"])
    assert done.exit_code == 0
    assert people() == before + 13
    assert db.session.query(AuditEvent).filter_by(act="import").count() == 1


def test_a_second_import_changes_nothing(runner: FlaskCliRunner, club: Cast) -> None:
    order = ["people", "import", LIST, "--club", club.slug, "--skip-refused"]
    runner.invoke(args=order)
    before = people()
    done = runner.invoke(args=order)
    assert " new " not in done.output
    assert people() == before


def test_a_dry_run_writes_nothing(runner: FlaskCliRunner, club: Cast) -> None:
    before = people()
    done = runner.invoke(args=["people", "import", LIST, "--club", club.slug, "--skip-refused", "--dry-run"])
    assert done.exit_code == 0
    assert people() == before


def test_an_unknown_club_is_said(runner: FlaskCliRunner, club: Cast) -> None:
    done = runner.invoke(args=["people", "import", LIST, "--club", "nowhere"])
    assert (done.exit_code, "nowhere" in done.output) == (1, True)


def test_a_file_that_is_no_list_is_said(runner: FlaskCliRunner, club: Cast, tmp_path: Path) -> None:
    picture = tmp_path / "members.xlsx"
    picture.write_bytes(b"\x89PNG")
    done = runner.invoke(args=["people", "import", str(picture), "--club", club.slug])
    assert done.exit_code == 1
    assert "Traceback" not in done.output
