"""How a meeting stands in the feed of each person."""

from datetime import UTC, datetime, timedelta

import pytest

from bourse.home.subscribe import Seen, published
from bourse.meetings.tell import Told

CHANGED = datetime(2026, 9, 1, 8, tzinfo=UTC)
OCTOBER = Told(
    uid="6@bourse.example",
    created_at=CHANGED,
    changed_at=CHANGED,
    starts_at=datetime(2026, 10, 15, 12, tzinfo=UTC),
    ends_at=datetime(2026, 10, 15, 16, tzinfo=UTC),
    club="Club d'essai",
    zone="Europe/Paris",
    title="Comment garder nos régleurs ?",
    practical="Covoiturage à la gare",
    host="Hugo Exemple",
    place="Décolletage Bouquetin",
    address="12 rue des Tourneurs, 74300 Cluses",
    latitude=46.06,
    longitude=6.58,
    parking="Portail B",
    reception="",
    protective_equipment="Chaussures de sécurité",
    photo_rule="",
    url="https://bourse.example/meetings/6",
)
TITLE = "Club d'essai\u00a0: Comment garder nos régleurs ?"


@pytest.mark.parametrize(
    ("seen", "status", "summary", "is_busy"),
    [
        (Seen(OCTOBER, 0, "accepted"), "CONFIRMED", TITLE, True),
        (Seen(OCTOBER, 0, "tentative"), "TENTATIVE", f"{TITLE} (s’il le faut)", True),
        (Seen(OCTOBER, 0, "none"), "TENTATIVE", f"{TITLE} (à confirmer)", True),
        (Seen(OCTOBER, 0, "waiting"), "TENTATIVE", f"{TITLE} (liste d’attente)", True),
        (Seen(OCTOBER, 0, ""), "CONFIRMED", TITLE, False),
        (Seen(OCTOBER, 0, "none", runs_it=True), "CONFIRMED", TITLE, True),
        (Seen(OCTOBER, 0, "none", presence="present"), "CONFIRMED", TITLE, True),
        (Seen(OCTOBER, 0, "accepted", is_cancelled=True), "CANCELLED", f"Annulé\u00a0: {TITLE}", False),
        (Seen(OCTOBER, 0, "accepted", is_full=True), "CONFIRMED", "Club d'essai\u00a0: complet", False),
    ],
)
def test_a_meeting_stands_as_its_reader_answered(seen: Seen, status: str, summary: str, is_busy: bool) -> None:
    (shown,) = published([seen])
    assert (shown.status, shown.entry.summary, shown.is_busy) == (status, summary, is_busy)


@pytest.mark.parametrize(
    "seen",
    [
        Seen(OCTOBER, 0, "declined"),
        Seen(OCTOBER, 0, "declined", is_cancelled=True),
        Seen(OCTOBER, 0, "accepted", presence="excused"),
    ],
)
def test_what_one_declined_or_missed_is_not_shown(seen: Seen) -> None:
    assert published([seen]) == []


def test_what_accepted_mail_has_put_there_is_left_out_when_asked() -> None:
    by_mail = Seen(OCTOBER, 0, "accepted", is_by_mail=True)
    declined_since = Seen(OCTOBER, 0, "none", is_by_mail=True)
    assert published([by_mail], without_accepted=True) == []
    assert len(published([by_mail])) == len(published([declined_since], without_accepted=True)) == 1


def test_who_is_kept_out_reads_the_date_the_company_and_nothing_else() -> None:
    (shown,) = published([Seen(OCTOBER, 3, "accepted", is_full=True, is_by_mail=True)], without_accepted=True)
    entry = shown.entry
    assert (entry.starts_at, entry.location) == (OCTOBER.starts_at, "Décolletage Bouquetin")
    assert (entry.description, entry.url, entry.geo) == ("", "", None)


def test_it_is_stamped_by_what_changed_last_the_meeting_or_the_answer() -> None:
    answered_at = CHANGED + timedelta(days=1)
    (shown,) = published([Seen(OCTOBER, 0, "accepted", answered_at=answered_at)])
    assert (shown.entry.stamp, shown.entry.changed) == (answered_at, CHANGED)
