"""One cell of a members' list, put in the form that is kept.

Every function takes the text of a cell. Those that can fail return None when the text holds no usable value;
an empty text is never a failure, and stays empty.
"""

import re
import unicodedata
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
PARTICLES = {"de", "des", "du", "von", "van", "der", "den"}
CIVILITIES = {"m", "mr", "mme", "mlle", "monsieur", "madame", "mademoiselle", "mrs", "ms", "miss", "dr"}
LANGUAGES = {"fr": "fr", "francais": "fr", "french": "fr", "en": "en", "anglais": "en", "english": "en"}
SIZE_CLASSES = ((250, "250+"), (50, "50-249"), (20, "20-49"), (10, "10-19"), (0, "0-9"))


def line(text: str) -> str:
    """The text on one line: no control or zero-width characters, single plain spaces, composed accents."""
    return " ".join(UNSEEN.sub("", unicodedata.normalize("NFC", text)).split())


def bare(text: str) -> str:
    """The text without accents and case: « Épicéa » and « EPICEA » are one."""
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()


@lru_cache(maxsize=10_000)
def fold(text: str) -> str:
    """The text as a key to look up: bare words with single spaces, no punctuation (unless there is nothing else)."""
    plain = bare(text)
    return re.sub(r"[\W_]+", " ", plain).strip() or line(plain)


def email(text: str) -> str | None:
    """A usable address in lower case, without the name that may stand before it in `Name <address>`."""
    if not text:
        return ""
    try:
        return validate_email(text, check_deliverability=False, allow_display_name=True).normalized.lower()
    except (EmailNotValidError, UnicodeError):
        return None


def phone(text: str) -> str | None:
    """The first number in the text, in E.164: a French one however it is spelled, or one with its country code.

    Nine digits are a French number whose zero a spreadsheet has eaten.
    """
    for piece in (text, *re.split(r"[/;,]|\bou\b|\bor\b", text)):
        digits = re.sub(r"\(0\)|[\s().\-/\u2010-\u2015]", "", piece)
        if national := re.fullmatch(r"(?:\+33|0033|33|0)?0?([1-9][0-9]{8})", digits):
            return f"+33{national[1]}"
        if foreign := re.fullmatch(r"(?:\+|00)(?!33)([1-9][0-9]{6,14})", digits):
            return f"+{foreign[1]}"
    return None if text else ""


def is_landline(number: str) -> bool:
    """Whether an E.164 number is French and no mobile: no text message reaches it."""
    return number.startswith("+33") and number[3:4] not in ("6", "7")


def siren(text: str) -> str | None:
    """Nine digits; a SIRET (fourteen) gives its first nine."""
    digits = re.sub(r"[\s.\-]", "", text)
    if not digits:
        return ""
    return digits[:9] if re.fullmatch(r"[0-9]{9}(?:[0-9]{5})?", digits) else None


def has_check_digit(number: str) -> bool:
    """Whether nine digits satisfy Luhn's formula (ISO/IEC 7812-1, annex B), as every true SIREN does."""
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def activity_code(text: str) -> str | None:
    """A NAF code, as `25.62A`."""
    if not text:
        return ""
    code = re.fullmatch(r"([0-9]{2})[.\s]*([0-9]{2})[.\s]*([A-Z])", text.upper())
    return f"{code[1]}.{code[2]}{code[3]}" if code else None


def postcode(text: str) -> str | None:
    """Five digits; four are a postcode whose zero a spreadsheet has eaten."""
    if not text:
        return ""
    code = re.fullmatch(r"(?:F-?)?([0-9]{4,5})(?:CEDEX.*)?", text.upper().replace(" ", ""))
    return code[1].zfill(5) if code else None


def headcount(text: str) -> int | None:
    """The one whole number in the text (`22 salariés`, `1 200`, `38,5`); None for none, several or « moins de »."""
    whole = re.sub(r"(?<=\d)[.,]\d{1,2}(?!\d)", "", re.sub(r"(?<=\d)[ .](?=\d{3}(?!\d))", "", text))
    numbers = re.findall(r"[0-9]+", whole)
    if len(numbers) != 1 or len(numbers[0]) > 7 or re.search(r"<|-\d|\bmoins\b|\bless\b", whole):
        return None
    return int(numbers[0])


def size_class(people: int) -> str:
    """The class that a headcount falls in: 0-9, 10-19, 20-49, 50-249 or 250+."""
    return next(name for least, name in SIZE_CLASSES if people >= least)


@lru_cache(maxsize=1_000)
def tags(text: str) -> tuple[str, ...]:
    """What stands between semicolons, commas and line breaks, each thing once."""
    found: dict[str, str] = {}
    for tag in map(line, re.split(r"[;,\r\n]", text)):
        if tag:
            found.setdefault(fold(tag), tag)
    return tuple(found.values())


def language(text: str) -> str | None:
    """`fr` or `en`."""
    if not text:
        return ""
    return LANGUAGES.get(fold(text).partition(" ")[0])


def given_name(text: str) -> str:
    """A given name; `JEAN-LUC` and `jean-luc` become `Jean-Luc`, a name with both cases stays as typed."""
    if not (text.isupper() or text.islower()):
        return text
    return re.sub(r"[^\W\d_]+", lambda word: word[0].capitalize(), text)


def family_name(text: str) -> str:
    """A family name, likewise; `DE LA TOUR` becomes `de La Tour`."""
    capitals = given_name(text)
    if capitals == text:
        return text
    *before, last = capitals.split(" ")
    words = [word.lower() if word.lower() in PARTICLES else word for word in before]
    return re.sub(r"\bD(?=['’])", "d", " ".join([*words, last]))


def names(text: str, family_first: bool) -> tuple[str, str, bool]:
    """Family and given name that share a cell, and whether they were told apart only by their order.

    A comma after the family name or its capitals decide first.
    """
    words = text.split()
    if words and fold(words[0]) in CIVILITIES:
        words = words[1:]
    family, comma, given = " ".join(words).partition(",")
    if comma:
        return family.strip(), given.strip(), False
    shouted = [word for word in words if word.isupper() and len(word.strip(".")) > 1]  # no initial
    if 0 < len(shouted) < len(words):
        return " ".join(shouted), " ".join(word for word in words if word not in shouted), False
    if len(words) < 2:
        return family, "", False
    if family_first:
        return " ".join(words[:-1]), words[-1], True
    return " ".join(words[1:]), words[0], True
