"""The states that a season, a meeting and an invitation pass through."""

from enum import StrEnum


class SeasonState(StrEnum):
    draft = "draft"
    polling = "polling"
    proposed = "proposed"
    published = "published"
    closed = "closed"


class MeetingState(StrEnum):
    idea = "idea"
    planned = "planned"
    confirmed = "confirmed"
    invited = "invited"
    ready = "ready"
    running = "running"
    to_report = "to_report"
    reported = "reported"
    followed = "followed"
    closed = "closed"
    postponed = "postponed"
    cancelled = "cancelled"


class Answer(StrEnum):
    none = "none"
    accepted = "accepted"
    tentative = "tentative"
    declined = "declined"
    waiting = "waiting"


class Via(StrEnum):
    """How an answer was given."""

    web = "web"
    calendar = "calendar"
    phone = "phone"


class Presence(StrEnum):
    present = "present"
    absent = "absent"
    excused = "excused"
