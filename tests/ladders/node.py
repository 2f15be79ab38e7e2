"""The Node.js packages of package-lock.json, kept in .cache; Node.js itself comes with the Python packages."""

import filecmp
import shutil
import sys
from pathlib import Path

from tests.ladders import CACHE, HERE, run

HOME = CACHE / "node"
LOCK = "package-lock.json"
NODE, NPM = (Path(sys.executable).with_name(name) for name in ("node", "npm"))


def package(name: str, *, optional: bool = False) -> Path:
    """The folder of an installed package; raises Missing. An optional one is installed only when asked for."""
    folder = HOME / "node_modules" / name
    if not (folder.is_dir() and _is_current()):
        HOME.mkdir(parents=True, exist_ok=True)
        for file in ("package.json", LOCK):
            shutil.copy(HERE / file, HOME)
        _install(*([] if optional else ["--omit=optional"]))
    return folder


def _is_current() -> bool:
    return (HOME / LOCK).exists() and filecmp.cmp(HOME / LOCK, HERE / LOCK, shallow=False)


def _install(*options: str) -> None:
    quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    advice = f"The packages of {LOCK} cannot be installed: npm must reach its registry."
    run([NPM, "ci", *quietly, *options], advice, cwd=HOME)
