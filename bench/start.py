"""How long the house takes to start, and what it imports meanwhile; run `python -m bench.start`."""

import os
import resource
import subprocess
import sys
import tempfile
from collections import Counter

TURNS = 5
MOST = 10  # packages told
STARTS = {
    "Python alone": "pass",
    "Flask and SQLAlchemy": "import flask, flask_sqlalchemy",
    "the house's modules": "import bourse.app",
    "the whole app": "from bourse.app import create_app; create_app()",
}


def main() -> None:
    """Prints processor seconds, then the packages whose own modules take longest to import."""
    with tempfile.TemporaryDirectory() as folder:
        # Compiled modules are kept here, so that the first start is a first one and the others are not.
        surroundings = os.environ | {"BOURSE_DATA_DIR": folder, "PYTHONPYCACHEPREFIX": folder}
        surroundings.pop("PYTHONDONTWRITEBYTECODE", None)
        first = _seconds(STARTS["the whole app"], surroundings)
        for name, code in STARTS.items():
            print(f"{name:22}{min(_seconds(code, surroundings) for _ in range(TURNS)):6.2f} s")
        print(f"{'… when not compiled':22}{first:6.2f} s")
        _tell(_own_times("import bourse.app", surroundings))


def _seconds(code: str, surroundings: dict[str, str]) -> float:
    """Processor time, so that a busy machine weighs less."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run([sys.executable, "-c", code], env=surroundings, check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def _own_times(code: str, surroundings: dict[str, str]) -> Counter[str]:
    """Microseconds by package; a line of -X importtime reads « import time: own | cumulative |   module »."""
    command = [sys.executable, "-X", "importtime", "-c", code]
    told = subprocess.run(command, env=surroundings, check=True, capture_output=True, text=True).stderr
    times: Counter[str] = Counter()
    for line in told.splitlines():
        own, _, module = line.removeprefix("import time:").split("|")
        if own.strip().isdigit():
            times[module.strip().partition(".")[0]] += int(own)
    return times


def _tell(times: Counter[str]) -> None:
    print("\nOf the time that imports take:")
    for package, own in times.most_common(MOST):
        print(f"  {package:20}{own / times.total():4.0%}")


if __name__ == "__main__":
    main()
