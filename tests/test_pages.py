"""Every page that one can reach: whole, labelled, and asking nobody else for anything."""

import re
from urllib.parse import urljoin, urlsplit

import pytest
from lxml import html

from bourse.db import db
from bourse.people.models import Person

DATA = ("application/json", "importmap")  # a script that runs nothing
PEOPLE = ("claire", "hugo", "marc", "odile")


@pytest.fixture
def demo(app, runner):
    result = runner.invoke(args=["demo"])
    assert result.exit_code == 0, result.output
    return app


def crawl(client, start="/", most=400):
    """Every page that links lead to, from `start`, as (path, tree); each path's query is read once."""
    waiting: list[str] = [start]
    seen: set[str] = set()
    while waiting and len(seen) < most:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = client.get(path, follow_redirects=False)
        assert answer.status_code in (200, 302), (path, answer.status_code)
        if answer.status_code == 302:
            waiting.append(answer.location)
            continue
        if answer.mimetype != "text/html":
            continue
        tree = html.fromstring(answer.text)
        yield path, answer.text, tree
        for link in tree.xpath("//a/@href"):
            there = urlsplit(urljoin(path, link))
            if not there.netloc and not there.scheme:
                waiting.append(there.path + (f"?{there.query}" if there.query else ""))


def faults(path, text, tree):  # noqa: PLR0912 - a list of checks
    if len(tree.xpath("//h1")) != 1:
        yield "one h1"
    if tree.get("lang") not in ("fr", "en"):
        yield "lang"
    if not (tree.findtext(".//title") or "").strip():
        yield "title"
    if tree.xpath("//*[@style] | //style") and not path.startswith("/catcher"):
        yield "inline style"
    if any(name.startswith("on") for element in tree.iter() for name in element.attrib):
        yield "inline handler"
    for script in tree.xpath("//script"):
        if not script.get("nonce") or (not script.get("src") and script.get("type") not in DATA):
            yield "script"
    for form in tree.xpath("//form[translate(@method, 'POST', 'post')='post']"):
        if not form.xpath(".//input[@name='csrf_token']/@value"):
            yield f"token in form {form.get('action')}"
    for control in tree.xpath("//input[not(@type='hidden')] | //select | //textarea"):
        labelled = control.get("aria-label") or control.get("aria-labelledby") or control.xpath("ancestor::label")
        if not labelled and not tree.xpath(f"//label[@for='{control.get('id')}']"):
            yield f"label of {control.get('name')}"
    ids = tree.xpath("//@id")
    if len(ids) != len(set(ids)):
        yield f"ids twice: {sorted({each for each in ids if ids.count(each) > 1})}"
    if re.search(r"(src|href|action)=\"(https?:)?//(?!127\.0\.0\.1|localhost)", text):
        yield "another host"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", PEOPLE)
def test_every_page_is_whole(demo, client, visit, name, language):
    with demo.app_context():
        db.session.scalars(db.select(Person).filter_by(email=f"{name}@bourse.example")).one().language = language
        db.session.commit()
    visit(client, name)
    found = {path: list(faults(path, text, tree)) for path, text, tree in crawl(client)}
    assert len(found) > 5
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_an_english_reader_finds_no_french_sentence(demo, client, visit):
    """Words of the screens only: what the demo's people wrote stays French."""
    with demo.app_context():
        db.session.scalars(db.select(Person).filter_by(email="marc@bourse.example")).one().language = "en"
        db.session.commit()
    visit(client, "marc")
    buttons = {
        re.sub(r"\s+", " ", button.text_content()).strip()
        for _path, _text, tree in crawl(client)
        for button in tree.xpath("//button | //nav//a | //label")
    }
    assert not [words for words in buttons if re.search(r"\b(le|la|les|une|des|votre|vous)\b", words)]


def test_no_two_pages_share_a_title(demo, client, visit):
    visit(client, "marc")
    titles: dict[str, set[str]] = {}
    for path, _text, tree in crawl(client):
        titles.setdefault(tree.findtext(".//title"), set()).add(path.split("?")[0])
    assert {title: paths for title, paths in titles.items() if len(paths) > 1} == {}
