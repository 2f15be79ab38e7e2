"""The house as it stands on the Internet: behind TLS, with every guard up."""

import re

import pytest

from bourse.app import create_app
from bourse.db import db
from bourse.mailroom.models import Letter
from bourse.settings import Settings
from tests.cast import a_person
from tests.conftest import Visitor

HOME = "https://club.example"


@pytest.fixture
def house(database_url, tmp_path):
    app = create_app(
        Settings(
            env="production",
            data_dir=tmp_path,
            database_url=database_url,
            secret_key="k3Yq8Zt1Vw5Xy7Bn0Mm2Ll4Pp6Rr9SsT",
            base_url=HOME,
            smtp_url="smtp://127.0.0.1:1",
        )
    )
    app.test_client_class = Visitor
    with app.app_context():
        a_person("marc")
        db.session.commit()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def browser_at_home(house):
    return house.test_client()


def token_in(page):
    return re.findall(r'name="csrf_token" value="([^"]+)"', page.text)[0]


def test_one_signs_in_behind_tls_from_a_page_that_sends_no_referer(house, browser_at_home):
    client = browser_at_home
    form = client.get("/people/sign-in", base_url=HOME)
    client.post("/people/sign-in", base_url=HOME, data={"email": "marc@bourse.example", "csrf_token": token_in(form)})
    letter = db.session.scalars(db.select(Letter)).one()
    (link,) = re.findall(rf"{HOME}(/people/sign-in/\S+)", letter.text)
    page = client.get(link, base_url=HOME)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    answer = client.post(link, base_url=HOME, data={"csrf_token": token_in(page)})
    assert answer.status_code == 302
    assert client.get("/people/me", base_url=HOME).status_code == 200


def test_the_cookie_stays_with_this_host_and_out_of_scripts(browser_at_home):
    answer = browser_at_home.get("/people/sign-in", base_url=HOME)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-bourse=")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


def test_another_host_name_is_refused_even_localhost(browser_at_home):
    assert browser_at_home.get("/people/sign-in", base_url="https://localhost").status_code == 400


def test_the_development_catcher_is_not_there(house):
    assert not [rule for rule in house.url_map.iter_rules() if "catcher" in rule.endpoint]
