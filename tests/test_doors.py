"""Closed by default."""

import pytest
from flask import Flask

from bourse import doors


def test_a_view_without_a_mark_keeps_the_app_from_starting():
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/", "forgotten", lambda: "secret")
    with pytest.raises(LookupError, match="forgotten"):
        doors.hang_doors(app)


def test_a_stranger_is_sent_to_sign_in_whether_the_page_exists_or_not(club, client):
    for path in (f"/meetings/{club.meeting}", "/meetings/999999", f"/clubs/{club.slug}"):
        assert client.get(path).location == "/people/sign-in"


def test_what_one_may_not_know_looks_like_what_does_not_exist(club, client, visit):
    visit(client, "stranger")
    known, unknown = client.get(f"/meetings/{club.meeting}"), client.get("/meetings/999999")
    assert (known.status_code, unknown.status_code) == (404, 404)
    assert known.text.split("nonce=")[0] == unknown.text.split("nonce=")[0]


def test_another_host_name_is_refused(club, client):
    assert client.get("/people/sign-in", headers={"Host": "evil.example"}).status_code == 400


def test_every_answer_carries_the_policy_with_a_nonce_of_its_own(club, client):
    policies = {client.get(path).headers["Content-Security-Policy"] for path in ("/people/sign-in", "/nowhere")}
    assert len(policies) == 2
    assert all("default-src 'none'" in policy and "unsafe" not in policy for policy in policies)


@pytest.mark.parametrize(
    "path", ["/meetings/99999999999999999999", "/meetings/2147483648", "/clubs/%00", "/clubs/x%00y"]
)
def test_an_address_that_no_row_can_have_is_no_page(club, client, visit, path):
    assert visit(client, "claire").get(path).status_code == 404


def test_a_question_asked_by_a_script_is_no_page_to_come_back_to(club, client):
    client.get(f"/board/{club.meeting}/since", headers={"Sec-Fetch-Mode": "cors"})
    with client.session_transaction() as session:
        assert "next" not in session
