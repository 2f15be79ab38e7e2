"""The words that a season's rules and its members' answers are made of."""

from enum import StrEnum


class SchoolRule(StrEnum):
    """What a school holiday means for a date."""

    forbid = "forbid"
    avoid = "avoid"
    ignore = "ignore"


class Zone(StrEnum):
    """The school zones of France."""

    a = "A"
    b = "B"
    c = "C"


class Weight(StrEnum):
    """How much a wish of the club counts beside the others."""

    little = "little"
    normal = "normal"
    much = "much"


class Hosting(StrEnum):
    """Whether a member receives the club in the season."""

    yes = "yes"
    later = "later"
    not_this_year = "not_this_year"


class Can(StrEnum):
    """What a member says to a day; saying nothing is not knowing."""

    yes = "yes"
    maybe = "maybe"
    no = "no"


class How(StrEnum):
    """By which door an answer came."""

    link = "link"
    page = "page"
    phone = "phone"


class ProposalState(StrEnum):
    """How far the planner is with a proposal; `stopped` and `failed` keep the best plan so far.

    One that is `undone` was taken back: the one before counts again.
    """

    waiting = "waiting"
    running = "running"
    done = "done"
    stopped = "stopped"
    failed = "failed"
    undone = "undone"
