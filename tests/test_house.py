"""The laws of the house, read from its source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bourse.app import cli
from bourse.house import folder

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "bourse"
FILES = sorted(HOUSE.rglob("*.py"))
TREES = {file: ast.parse(file.read_text()) for file in FILES}

# Leftwards only: a room may see what stands in an earlier row; rooms of one row never meet, but for the exceptions.
ROWS = [
    {"mailroom"},
    {"people"},
    {"clubs"},
    {"meetings"},
    {"planning", "problems", "board", "agenda", "attendance"},
    {"outcomes"},
    {"home"},
    {"demo"},
]
EXCEPTIONS = {("agenda", "board")}
ABOVE_ALL = {"app", "demo", "develop"}  # what knows every room
# The files of a room that may know Flask or the database; all others are verbs.
IMPURE = {"models", "roles", "forms", "letters", "views", "commands"} | {
    "facts",  # home: what only its own queries tell
    "answer",  # meetings: an answer gets a seat
    "due",  # meetings, home: reconcile's answer, and what the rules say, becomes letters; planning: seasons end
    "take",  # meetings: a mail becomes an answer
    "recheck",  # meetings, planning: whether a letter still says the truth
    "bounces",  # people: a report marks an address
    "collect",  # mailroom: what the mailbox holds
    "propose",  # planning: a proposal is made from the rows
    "standing",  # planning: the meetings that a season has already
    "signing",  # people: the cookie
    "worker",
    "paper",
    "pointers",  # clubs: the foreign keys of every room
    "tell_list",
    "undo_list",
    "write_list",
}
FORBIDDEN_NAMES = {"Session", "Event", "Item", "Data", "Manager", "Service", "Helper"}
FORBIDDEN_MODULES = {"email", "calendar", "post", "session", "request", "utils", "services", "helpers", "signals"}
ROOMS = [room for row in ROWS for room in sorted(row)]


def room_of(file: Path) -> str | None:
    parts = file.relative_to(HOUSE).parts
    return parts[0] if len(parts) > 1 else None


def nature(file: Path) -> str:
    """What the file is in its room, which may keep these in several: club_views, list_forms, rule_letters."""
    several = ("_views", "_forms", "_models", "_letters", "_facts")
    return file.stem.rpartition("_")[2] if file.stem.endswith(several) else file.stem


def place(file: Path) -> str:
    return str(file.relative_to(ROOT))


def imports_of(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def row_of(room: str) -> int:
    return next(number for number, row in enumerate(ROWS) if room in row)


def test_imports_go_leftwards_only():
    wrong = []
    for file, tree in TREES.items():
        here = room_of(file)
        for name in imports_of(tree):
            there = name.split(".")[1] if name.startswith("bourse.") else ""
            if there not in ROOMS or there == here or (here, there) in EXCEPTIONS:
                continue
            if here is None:
                if file.stem not in ABOVE_ALL:
                    wrong.append(f"{place(file)} is ground and sees {there}")
            elif row_of(there) >= row_of(here):
                wrong.append(f"{place(file)} sees {there}")
    assert wrong == []


def test_verb_modules_are_pure():
    """Values in, values out: neither Flask nor SQLAlchemy, and nothing that holds them."""
    known = {*IMPURE, "__init__"}
    wrong = []
    for file, tree in TREES.items():
        if room_of(file) in (None, "demo") or nature(file) in known:
            continue
        impure = [name for name in imports_of(tree) if name.split(".")[0] in ("flask", "sqlalchemy", "flask_login")]
        wrong += [f"{place(file)} imports {name}" for name in impure]
        wrong += [f"{place(file)} imports {name}" for name in imports_of(tree) if name.startswith("bourse.db.")]
    assert wrong == []


def test_only_doors_commit():
    allowed = {"views", "commands", "worker", "collect"}
    wrong = [
        f"{place(file)}:{node.lineno}"
        for file, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "commit" and nature(file) not in allowed
    ]
    assert wrong == []


def test_a_room_that_tells_of_a_meeting_asks_whether_it_is_the_readers_business():
    """Being of the club is not enough: the host may keep a member out."""
    tellers = ("problems", "board", "agenda", "attendance", "outcomes")
    wrong = [
        f"{place(file)} imports {name}"
        for file, tree in TREES.items()
        for name in imports_of(tree)
        if room_of(file) in tellers and name in ("bourse.clubs.roles.is_of_club", "bourse.clubs.roles.is_office")
    ]
    assert wrong == []


def test_no_import_hides_inside_a_function():
    wrong = [
        f"{place(file)}:{inner.lineno}"
        for file, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert wrong == []


def test_names_say_what_things_are():
    classes = {node.name for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    assert not classes & FORBIDDEN_NAMES
    assert not {file.stem for file in FILES} & FORBIDDEN_MODULES


@pytest.mark.parametrize("file", FILES, ids=place)
def test_every_module_has_its_caption(file):
    caption = ast.get_docstring(TREES[file])
    assert caption
    assert len(caption.splitlines()[0]) <= 120


def test_mail_leaves_by_the_mailroom_only():
    smtp = [place(file) for file, tree in TREES.items() if any(name.startswith("smtplib") for name in imports_of(tree))]
    assert smtp == ["bourse/mailroom/send.py"]


def readme() -> str:
    return (ROOT / "README.md").read_text()


def test_every_setting_is_in_the_readme():
    settings = set(re.findall(r"BOURSE_[A-Z_]+", (HOUSE / "settings.py").read_text()))
    assert not [name for name in settings if f"`{name}`" not in readme()]


def test_every_command_is_in_the_readme(app):
    commands = [
        f"{name} {sub}".strip()
        for name, command in app.cli.commands.items()
        if name != "db"  # the migration tool's own
        for sub in (getattr(command, "commands", None) or [""])
    ]
    assert cli.name == "bourse"
    assert not [command for command in commands if f"`bourse {command}" not in readme()]


def test_the_readmes_map_equals_the_house():
    drawing = readme().split("```\nbourse/\n")[1].split("```")[0]
    drawn = dict(re.findall(r"^  (\S+?)/? +(\S.*)$", drawing, re.MULTILINE))
    for file in HOUSE.glob("*.py"):
        if file.name != "__init__.py":
            assert drawn.get(file.name) == caption(file), file.name
    for room in ROOMS:
        assert drawn.get(room) == caption(HOUSE / room / "__init__.py"), room


def caption(file: Path) -> str:
    return (ast.get_docstring(TREES[file]) or "").splitlines()[0]


def templates() -> list[Path]:
    return sorted(path for path in folder("templates").rglob("*") if path.suffix in (".html", ".txt", ".svg"))


def test_every_template_is_used():
    said = "".join(file.read_text() for file in [*FILES, *templates()])
    unused = []
    for file in templates():
        name = str(file.relative_to(folder("templates")))
        if f'"{name}"' not in said and f'"{name.rsplit(".", 1)[0]}"' not in said:
            unused.append(name)
    assert unused == []


def test_every_letter_has_a_text_and_an_html():
    letters = {file.with_suffix("") for file in templates() if file.parent.name == "letters"}
    assert letters
    assert all(letter.with_suffix(suffix).exists() for letter in letters for suffix in (".txt", ".html"))


def test_pages_hold_no_style_and_no_script_of_their_own():
    """The policy would stop them; letters are mail and need inline styles."""
    wrong = []
    for file in templates():
        if "letter" in str(file.relative_to(ROOT)):
            continue
        text = file.read_text()
        own = r"<script(?![^>]*(src=|type=\"(application/json|importmap)\"))"
        if re.search(rf"\sstyle=|<style|\son[a-z]+=\"|{own}", text):
            wrong.append(place(file))
    assert wrong == []


def test_no_page_asks_another_host_for_anything():
    static = [path for path in folder("static").rglob("*") if path.suffix in (".css", ".js", ".svg")]
    for file in [*templates(), *static]:
        for url in re.findall(r"(?:src|href|url\(|import)\s*[=(]?\s*[\"']?(https?:)?//", file.read_text()):
            raise AssertionError(f"{place(file)}: {url}")
