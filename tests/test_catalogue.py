"""English is complete: every message of the house has its English, and the compiled catalogue is that one."""

import io
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bourse.house import folder

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT / "bourse" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {"_": None, "_l": None, "_n": (1, 2)}
PLACE = re.compile(r"%\(\w+\)s|%%")


@pytest.fixture(scope="module")
def english():
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def said():
    """Every message of code and templates; a plural one as a pair."""
    python = extract_from_dir(ROOT / "bourse", method_map=[("**.py", "python")], keywords=KEYWORDS)
    pages = [("**.html", "jinja2"), ("**.txt", "jinja2")]
    shown = extract_from_dir(folder("templates"), method_map=pages, keywords=KEYWORDS, options_map={"**": {}})
    return {message for _file, _line, message, _comments, _context in (*python, *shown)}


def test_every_message_has_its_english(english):
    missing = [message for message in said() if not english.get(message) or not all(strings(english.get(message)))]
    assert missing == []


def test_the_catalogue_holds_nothing_else(english):
    kept = {message.id for message in english if message.id}
    assert kept - {message if isinstance(message, str) else tuple(message) for message in said()} == set()


def test_the_english_keeps_every_value(english):
    wrong = []
    for message in english:
        for text, source in zip(strings(message), sources(message), strict=True):
            if message.id and text and sorted(PLACE.findall(text)) != sorted(PLACE.findall(source)):
                wrong.append((source, text))
    assert wrong == []


def test_the_english_is_set_in_english(english):
    """No French spaces or guillemets, and no straight quote, which would end an attribute."""
    wrong = [
        text
        for message in english
        if message.id
        for text in strings(message)
        if re.search(r"[«»\"]| [:;?!](?!\w)", text)
    ]
    assert wrong == []


def test_the_compiled_catalogue_is_this_one(english):
    compiled = io.BytesIO()
    write_mo(compiled, english)
    assert CATALOGUE.with_suffix(".mo").read_bytes() == compiled.getvalue(), "make words"


def strings(message):
    return message.string if isinstance(message.string, tuple | list) else (message.string,)


def sources(message):
    return message.id if isinstance(message.id, tuple | list) else (message.id,)
