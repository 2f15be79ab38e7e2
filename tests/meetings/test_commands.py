"""What scripts read about meetings."""

import json

from bourse.clock import now
from bourse.db import db
from bourse.meetings.due import write_calendar_letters


def output(runner, *words):
    result = runner.invoke(args=list(words))
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_list_names_each_meeting_and_its_host(club, runner):
    (meeting,) = output(runner, "meetings", "list", "--json")
    assert meeting["host"]["email"] == "hugo@bourse.example"
    assert (meeting["club"], meeting["number"], meeting["sequence"]) == (club.slug, 6, 0)
    assert meeting["starts_at"][-6:] in ("+01:00", "+02:00")


def test_one_meeting_tells_its_answers(club, runner):
    meeting = output(runner, "meetings", "show", str(club.meeting), "--json")
    answers = {each["email"]: (each["answer"], each["via"]) for each in meeting["invitations"]}
    assert answers["marc@bourse.example"] == ("accepted", "web")
    assert answers["nadia@bourse.example"] == ("none", None)
    assert (meeting["problem"], meeting["ideas"], meeting["commitments"]) == ({"state": "to_write"}, 0, 0)


def test_an_unknown_meeting_is_an_error(club, runner):
    refused = runner.invoke(args=["meetings", "show", "999", "--json"])
    assert (refused.exit_code, refused.stdout) == (1, "")


def test_the_outbox_is_a_list(app, club, runner):
    with app.app_context():
        write_calendar_letters(now())
        db.session.commit()
    letters = output(runner, "letters", "list", "--json")
    assert {letter["state"] for letter in letters} == {"planned"}
    assert {letter["meeting"] for letter in letters} == {club.meeting}
