"""Finds what the tests need beside Python, or installs it: each tool by the first rung that holds."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
CACHE = HERE.parent.parent / ".cache"


class Missing(Exception):
    """A tool is not there and could not be installed; the text is one line that says what to do."""


def run(command: Sequence[str | Path], advice: str, env: dict[str, str] | None = None, cwd: Path | None = None) -> None:
    """Runs a command that installs something; raises Missing with `advice` and the command's last words."""
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=env, cwd=cwd)
    except OSError as error:
        raise Missing(f"{advice} ({error})") from None
    except subprocess.CalledProcessError as error:
        raise Missing(f"{advice} ({Path(command[0]).name}: {last_line(error.stderr or error.stdout)})") from None


def last_line(text: str) -> str:
    """The last line of `text` that says something."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no word of why")
