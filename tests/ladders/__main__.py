"""Climbs every ladder once, before the tests: one line for each tool found, or one that says what is missing."""

import sys

from tests.ladders import Missing, checkers, chromium, postgresql

LADDERS = {
    "PostgreSQL": postgresql.find,
    "Chromium": chromium.find,
    "axe": checkers.axe,
    "Nu checker": checkers.nu,
    "Lighthouse": checkers.lighthouse,
}


def main() -> None:
    for tool, find in LADDERS.items():
        try:
            print(f"{tool}: {find()}")
        except Missing as missing:
            sys.exit(str(missing))


if __name__ == "__main__":
    main()
