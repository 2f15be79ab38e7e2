"""A Chromium for the tests: $CHROMIUM, else on the PATH, else Debian's, else the one inside a Node.js package."""

import os
import shutil
from pathlib import Path

from tests.ladders import CACHE, Missing, node, run

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ADVICE = "Chromium is missing: install it, or name it in CHROMIUM."
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

UNPACKED = CACHE / "chromium"
UNPACK = "import chromium from '@sparticuz/chromium'; await chromium.executablePath()"
UNPACK_WITH_LIBRARIES = {"AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x"}  # its way to ask for the libraries as well
START = f"""#!/bin/sh
export LD_LIBRARY_PATH="{UNPACKED}/al2023/lib" FONTCONFIG_FILE="{UNPACKED}/fonts.conf"
exec "{UNPACKED}/chromium" "$@"
"""
FONTS = f"<fontconfig><dir>{UNPACKED}/fonts</dir><dir>/usr/share/fonts</dir></fontconfig>"


def find() -> Path:
    """The program, which does start here, installed if need be; raises Missing."""
    program = _named() or _on_path() or _from_debian() or _from_node()
    run([program, "--version"], ADVICE)
    return program


def _named() -> Path | None:
    name = os.environ.get("CHROMIUM")
    return Path(name) if name else None


def _on_path() -> Path | None:
    return next((Path(found) for name in NAMES if (found := shutil.which(name))), None)


def _from_debian() -> Path | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        run(["apt-get", "update"], ADVICE, quiet)
        run(["apt-get", "install", "--yes", "--no-install-recommends", "chromium"], ADVICE, quiet)
    except Missing:
        return None  # the next rung may hold
    return _on_path()


def _from_node() -> Path:
    program = UNPACKED / "start"
    if not program.exists():
        node.package("@sparticuz/chromium", optional=True)
        UNPACKED.mkdir(parents=True, exist_ok=True)
        where = os.environ | {"TMPDIR": str(UNPACKED)} | UNPACK_WITH_LIBRARIES
        run([node.NODE, "--input-type=module", "--eval", UNPACK], ADVICE, where, cwd=node.HOME)
        (UNPACKED / "fonts.conf").write_text(FONTS)
        program.write_text(START)
        program.chmod(0o755)
    return program
