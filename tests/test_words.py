"""Words in both languages: messages, typography, dates and numbers."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask_babel import Babel, force_locale
from jinja2 import Environment
from markupsafe import Markup

from bourse.words import (
    PARIS,
    Language,
    _,
    _l,
    _n,
    capital,
    clock_name,
    day,
    day_short,
    hour,
    in_days,
    language,
    month_letters,
    num,
    phone,
    span,
    teach,
    typography,
    when,
)

MARCH = date(2026, 3, 12)


def seen(text: str) -> str:
    """Makes visible what does not break: the spaces ~ and, thinner, ^; the joiner +."""
    return text.replace("\u00a0", "~").replace("\u202f", "^").replace("\u2060", "+")


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    """An instant of 2026, told in the club's time and kept in UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=PARIS).astimezone(UTC)


@pytest.fixture
def english() -> Iterator[None]:
    app = Flask("words")
    Babel(app, default_locale="fr")
    with app.app_context(), force_locale("en"):
        yield


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Serez-vous avec nous ?", "Serez-vous avec nous^?"),
        ("Noté : vous venez ; merci !", "Noté~: vous venez^; merci^!"),
        ("« Comment garder ? »", "«~Comment garder^?~»"),
        ("«Comment garder»", "«~Comment garder~»"),
        ("un client à 60 %", "un client à 60~%"),
        ("10 000 € par an", "10~000~€ par an"),
        ("à 14 h 30", "à 14~h~30"),
        ("14 h – 18 h", "14~h~–~18~h"),
        ("le 1er mai, le 12 mars", "le 1er~mai, le 12~mars"),
        ("11 sur 12", "11~sur~12"),
        ("bilan à J + 30, envoi à J - 7", "bilan à J~+~30, envoi à J~-~7"),
        ("la presse n° 4", "la presse n°~4"),
        ("Gérard – trente ans ici – part", "Gérard~– trente ans ici~– part"),
        ("l'atelier d'aujourd'hui", "l’atelier d’aujourd’hui"),
        ("04 99 00 00 12", "04~99~00~00~12"),
        ("https://bourse.example/r?a=1", "https://bourse.example/r?a=1"),
        ("", ""),
    ],
)
def test_french_is_set_as_a_printer_would(typed: str, printed: str) -> None:
    assert seen(typography(typed)) == printed
    assert typography(typography(typed)) == typography(typed)


def test_a_value_is_inserted_as_its_author_typed_it() -> None:
    told = _("Bonjour %(name)s : « %(title)s »", name="O'Hara", title="Quoi ?")
    assert seen(told) == "Bonjour O'Hara~: «~Quoi ?~»"


def test_a_percent_sign_needs_no_value() -> None:
    assert seen(_("un client à 60 %")) == "un client à 60~%"
    assert seen(_("%(n)s à 60 %%", n=2)) == "2 à 60~%"


@pytest.mark.parametrize(
    ("n", "told"),
    [(0, "0~membre vient"), (1, "1~membre vient"), (1.5, "1,5~membre vient"),
     (2, "2~membres viennent"), (1200, "1^200~membres viennent")],
)  # fmt: skip
def test_zero_and_one_are_singular_in_french(n: float, told: str) -> None:
    assert seen(_n("%(num)s membre vient", "%(num)s membres viennent", n)) == told


@pytest.mark.parametrize(("n", "told"), [(0, "days"), (1, "day"), (2, "days")])
@pytest.mark.usefixtures("english")
def test_only_one_is_singular_in_english(n: int, told: str) -> None:
    assert _n("day", "days", n) == told


@pytest.mark.usefixtures("english")
def test_english_keeps_its_own_typography() -> None:
    assert language() == "en"
    assert _("What's next ?") == "What's next ?"


def test_a_label_is_told_in_the_language_of_its_reader(english: None) -> None:
    label = _l("l'atelier")
    assert str(label) == "l'atelier"
    with force_locale("fr"):
        assert str(label) == "l’atelier"


def page(source: str, autoescape: bool = True, **values: object) -> str:
    environment = Environment(autoescape=autoescape)
    teach(environment)
    return seen(environment.from_string(source).render(**values))


def test_a_page_escapes_what_people_typed_and_trusts_the_message() -> None:
    source = "{{ _('Bonjour <b>%(name)s</b> !', name=name) }}"
    assert page(source, name="<i>") == "Bonjour <b>&lt;i&gt;</b>^!"
    assert page(source, name=Markup("<i>")) == "Bonjour <b><i></b>^!"


def test_a_plain_letter_escapes_nothing() -> None:
    source = "{{ _('Chez %(name)s', name=name) }}, {{ _n('%(num)s jour', '%(num)s jours', 3) }}"
    assert page(source, autoescape=False, name="Pic & Fils") == "Chez Pic & Fils, 3~jours"


def test_a_page_counts_and_dates() -> None:
    source = (
        "{{ _n('%(num)s idée de %(name)s', '%(num)s idées de %(name)s', 2, name='<') }}"
        ", {{ d|day(year=False)|capital }}, {{ '<5 ?'|fr }}"
    )
    assert page(source, d=MARCH) == "2~idées de &lt;, Jeudi 12~mars, &lt;5^?"


@pytest.mark.parametrize(
    ("d", "to", "told"),
    [
        (MARCH, "fr", "jeudi 12~mars 2026"),
        (MARCH, "en", "Thursday 12~March 2026"),
        (date(2026, 5, 1), "fr", "vendredi 1er~mai 2026"),
        (date(2026, 5, 1), "en", "Friday 1~May 2026"),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "fr", "vendredi 1er~janvier 2027"),
    ],
)
def test_a_day_has_its_weekday(d: date, to: Language, told: str) -> None:
    assert seen(day(d, to=to)) == told


@pytest.mark.parametrize(
    ("d", "to", "told"),
    [
        (date(2025, 9, 18), "fr", "18~sept."),
        (date(2025, 9, 18), "en", "18~Sept"),
        (date(2026, 8, 1), "fr", "1er~août"),
    ],
)
def test_a_short_day_fits_the_head_of_a_column(d: date, to: Language, told: str) -> None:
    assert seen(day_short(d, to=to)) == told


@pytest.mark.parametrize(
    ("then", "french", "english"),
    [
        (at(12, 14), "14~h", "2~pm"),
        (at(12, 14, 30), "14~h~30", "2:30~pm"),
        (at(12, 9, 5), "9~h~05", "9:05~am"),
        (at(12, 0), "0~h", "12~am"),
        (at(12, 12), "12~h", "12~pm"),
        (at(12, 10, 10), "10~h~10", "10:10~am"),
        (at(9, 14, month=7), "14~h", "2~pm"),
    ],
)
def test_an_hour_is_the_clubs_in_winter_and_in_summer(then: datetime, french: str, english: str) -> None:
    assert (seen(hour(then, to="fr")), seen(hour(then, to="en"))) == (french, english)


def test_an_hour_can_be_told_in_another_zone() -> None:
    assert seen(hour(at(12, 14), ZoneInfo("Indian/Reunion"), "fr")) == "17~h"


@pytest.mark.parametrize(
    ("start", "end", "french", "english"),
    [
        (at(12, 14), at(12, 18), "14~h~–+~18~h", "2–+6~pm"),
        (at(12, 14, 30), at(12, 17), "14~h~30~–+~17~h", "2:30–+5~pm"),
        (at(12, 10), at(12, 14), "10~h~–+~14~h", "10~am~–+~2~pm"),
    ],
)
def test_a_span_names_the_half_of_the_day_once(start: datetime, end: datetime, french: str, english: str) -> None:
    assert (seen(span(start, end, to="fr")), seen(span(start, end, to="en"))) == (french, english)


@pytest.mark.parametrize(
    ("end", "to", "told"),
    [
        (at(12, 18), "fr", "jeudi 12~mars 2026, 14~h~–+~18~h"),
        (at(12, 18), "en", "Thursday 12~March 2026, 2–+6~pm"),
        (None, "fr", "jeudi 12~mars 2026 à 14~h"),
        (None, "en", "Thursday 12~March 2026, 2~pm"),
        (at(13, 12), "fr", "jeudi 12~mars 2026 à 14~h~– vendredi 13~mars 2026 à 12~h"),
    ],
)
def test_a_meeting_is_told_by_day_and_hours(end: datetime | None, to: Language, told: str) -> None:
    assert seen(when(at(12, 14), end, to=to)) == told


@pytest.mark.parametrize(
    ("then", "french", "english"),
    [
        (at(22, 9), "dans 10~jours", "in 10~days"),
        (at(13, 0, 10), "demain", "tomorrow"),
        (at(12, 23, 50), "aujourd’hui", "today"),
        (at(11, 23, 50), "hier", "yesterday"),
        (at(9, 18), "il y a 3~jours", "3~days ago"),
        (date(2026, 3, 14), "dans 2~jours", "in 2~days"),
    ],
)
def test_a_distance_counts_the_clubs_days(then: date, french: str, english: str) -> None:
    now = at(12, 22)
    assert (seen(in_days(then, now, to="fr")), seen(in_days(then, now, to="en"))) == (
        french,
        english,
    )


@pytest.mark.parametrize(
    ("n", "french", "english"),
    [(10.4, "10,4", "10.4"), (12, "12", "12"), (1234.5, "1^234,5", "1,234.5"), (9.0, "9", "9")],
)
def test_a_number_has_the_readers_comma(n: float, french: str, english: str) -> None:
    assert (seen(num(n, "fr")), seen(num(n, "en"))) == (french, english)


def test_a_capital_leaves_the_rest_alone() -> None:
    assert capital("épicéa Usinage") == "Épicéa Usinage"
    assert capital("") == ""


@pytest.mark.parametrize(
    ("number", "read"), [("+33639980021", "06~39~98~00~21"), ("+41791234567", "+41791234567"), ("", "")]
)
def test_a_telephone_number_is_read_in_pairs(number: str, read: str) -> None:
    assert seen(phone(number)) == read


def test_the_ring_has_twelve_letters() -> None:
    assert "".join(month_letters("fr")) == "JFMAMJJASOND"
    assert len(month_letters("en")) == 12


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Montreal", "Indian/Reunion"])
@pytest.mark.parametrize("on", [(2026, 10, 15), (2026, 11, 12), (2027, 3, 28), (2026, 10, 25), (2028, 2, 29)])
def test_two_in_the_afternoon_is_that_on_every_day_of_the_year(zone: str, on: tuple[int, int, int]) -> None:
    there = ZoneInfo(zone)
    at = datetime(*on, 14, tzinfo=there)
    assert seen(hour(at.astimezone(UTC), there, "fr")) == "14~h"
    assert day(at.astimezone(UTC), zone=there) == day(at.date())


@pytest.mark.parametrize(
    ("zone", "french", "english"),
    [
        ("Europe/Paris", "heure de Paris", "Paris time"),
        ("America/Montreal", "heure de Montreal", "Montreal time"),
        ("Africa/Abidjan", "heure d’Abidjan", "Abidjan time"),
        ("Pacific/Noumea", "heure de Nouméa", "Noumea time"),
    ],
)
def test_clocks_are_named_after_their_city(zone: str, french: str, english: str) -> None:
    assert (clock_name(ZoneInfo(zone), "fr"), clock_name(ZoneInfo(zone), "en")) == (french, english)
