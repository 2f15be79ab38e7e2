"""The installed package: everything the house needs is in it, and its command runs from any folder."""

import os
import subprocess
import sys
import zipfile
from configparser import RawConfigParser, SectionProxy
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BESIDE = ("migrations", "static", "templates")  # beside the package here, inside it when it is installed
SOURCES = ("LICENSE", "README.md", "pyproject.toml", "setup.cfg", "bourse", *BESIDE)


@pytest.fixture(scope="module")
def options() -> SectionProxy:
    setup = RawConfigParser()
    setup.read(ROOT / "setup.cfg")
    return setup["options"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the source archive, which is built from a copy of the tree; no network."""
    folder = tmp_path_factory.mktemp("build")
    for source in map(ROOT.joinpath, SOURCES):
        run("cp", "-R", source, folder)
    run(
        sys.executable, "-m", "uv", "build", "--offline", "--no-build-isolation", "--python", sys.executable, cwd=folder
    )
    return next(folder.glob("dist/*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "uv", "pip", "install", "--offline", "--no-deps", "--target", folder, wheel)
    return folder


def run(*command: str | Path, cwd: Path = ROOT, **environ: str) -> str:
    done = subprocess.run(command, cwd=cwd, env=os.environ | environ, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def files(folder: str, pattern: str = "*") -> set[str]:
    found = (file for file in Path(ROOT, folder).rglob(pattern) if file.is_file() and "__pycache__" not in file.parts)
    return {file.relative_to(ROOT).as_posix() for file in found}


def test_every_package_is_listed(options):
    rooms = {".".join(file.relative_to(ROOT).parent.parts) for file in ROOT.glob("bourse/**/*.py")}
    folders = {f"bourse.{name}" for name in (*BESIDE, "translations")}
    assert set(lines(options["packages"])) == rooms | folders


def test_the_package_wants_what_the_house_runs_on(options):
    assert lines(options["install_requires"]) == lines((ROOT / "requirements.in").read_text())


@pytest.mark.parametrize("name", ["requirements", "requirements-install", "requirements-test"])
def test_requirements_name_no_place_to_fetch_from(name):
    text = (ROOT / f"{name}.txt").read_text()
    assert "--hash=" in text
    assert not any(place in text for place in ("://", "--index", "--find-links", " @ "))


def test_the_wheel_holds_every_file(wheel):
    moved = {f"bourse/{file}" for name in BESIDE for file in files(name)}
    with zipfile.ZipFile(wheel) as archive:
        assert moved | files("bourse") - files("bourse", "*.po") <= set(archive.namelist())


def test_the_command_runs_from_any_folder(installed, tmp_path):
    surroundings = {"PYTHONPATH": str(installed), "BOURSE_DATA_DIR": str(tmp_path)}
    where = run(sys.executable, "-c", "import bourse; print(bourse.__file__)", cwd=Path("/"), **surroundings)
    assert Path(where.strip()).is_relative_to(installed)
    assert "serve" in run(installed / "bin" / "bourse", "--help", cwd=Path("/"), **surroundings)
    run(installed / "bin" / "bourse", "init", cwd=Path("/"), **surroundings)
    assert (tmp_path / "bourse.sqlite3").exists()
