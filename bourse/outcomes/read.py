"""Who may read what came out of a meeting, as the host decides."""

from dataclasses import dataclass
from enum import StrEnum


class Readers(StrEnum):
    """Whom the host lets read the synthesis and the commitments."""

    attending = "attending"
    club = "club"
    host = "host"


@dataclass(frozen=True)
class Reader:
    """What somebody is to a meeting: host or facilitator (`leads`), attending, of the club, of the office."""

    leads: bool = False
    attends: bool = False
    is_of_club: bool = False
    is_office: bool = False

    @property
    def may_promise(self) -> bool:
        """Host and facilitator note a commitment for anybody attending; somebody attending, his own."""
        return self.leads or self.attends

    @property
    def may_count(self) -> bool:
        """How many ideas were kept and commitments taken: of these the office knows nothing more."""
        return self.leads or self.is_office


def may_read(reader: Reader, readers: Readers, *, is_closed: bool) -> bool:
    """The synthesis, the ideas kept and everybody's commitments: only once closed, but for host and facilitator."""
    if reader.leads:
        return True
    if not is_closed:
        return False
    if reader.attends:
        return readers in (Readers.attending, Readers.club)
    return reader.is_of_club and readers is Readers.club
