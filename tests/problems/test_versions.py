"""What a problem said before: its versions, what changed, what the facilitator asked."""

from datetime import timedelta

import pytest
import time_machine
from lxml import html

from bourse.clock import now
from bourse.clubs.models import Membership
from bourse.db import db
from bourse.meetings.models import Meeting
from bourse.problems.keep import Why
from bourse.problems.models import Problem, ProblemState
from bourse.problems.version_models import Version


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


@pytest.fixture
def hugo(app, visit):
    return visit(app.test_client(), "hugo")


@pytest.fixture
def claire(app, visit):
    return visit(app.test_client(), "claire")


def the_problem():
    return db.session.scalars(db.select(Problem).execution_options(populate_existing=True)).one()


def kept():
    """Why each version was kept, with what had been tried until then; the oldest first."""
    versions = db.session.scalars(db.select(Version).order_by(Version.id)).all()
    return [(version.why, version.tried) for version in versions]


def write(client, club, tried, after=timedelta(0), **answers):
    """Saves, that much later."""
    version = str(the_problem().version) if db.session.scalar(db.select(db.func.count(Problem.id))) else "0"
    with time_machine.travel(now() + after):
        form = {"version": version, "tried": tried} | answers
        assert client.post(f"/problems/{club.meeting}/save", data=form).status_code == 200


def hand_in(client, club):
    form = {"version": str(the_problem().version), "readers": "attending", "then": "submit"}
    return client.post(f"/problems/{club.meeting}/write?step=share", data=form)


def approve(client, club):
    return client.post(f"/problems/{club.meeting}/approve", data={"version": str(the_problem().version)})


def send_back(client, club, **words):
    return client.post(f"/problems/{club.meeting}/send-back", data=words)


@pytest.fixture
def returned(club, hugo, claire):
    """Hugo handed in; Claire asked for more."""
    write(hugo, club, "Un logiciel", question="Comment faire ?", context="38 personnes")
    hand_in(hugo, club)
    send_back(claire, club, review_note="Presque.", about_tried="Lequel ?", about_expected="Qu'attendez-vous ?")
    return club


def test_what_stood_is_kept_when_a_sitting_begins_and_when_the_pen_changes_hands(club, hugo, claire):
    write(hugo, club, "Un")
    write(hugo, club, "Un logiciel", after=timedelta(minutes=20))
    assert kept() == []
    write(hugo, club, "Un logiciel, puis rien", after=timedelta(minutes=51))
    write(claire, club, "Le mot de Claire", after=timedelta(minutes=52))
    assert kept() == [(Why.new_sitting, "Un logiciel"), (Why.other_pen, "Un logiciel, puis rien")]


def test_each_act_of_the_review_keeps_the_text_that_was_read(returned, hugo, claire):
    write(hugo, returned, "Un logiciel de gestes")
    hand_in(hugo, returned)
    approve(claire, returned)
    write(hugo, returned, "Changé après l'accord")
    assert kept() == [
        (Why.handed_in, "Un logiciel"),
        (Why.sent_back, "Un logiciel"),
        (Why.handed_in, "Un logiciel de gestes"),
        (Why.approved, "Un logiciel de gestes"),
        (Why.handed_in, "Changé après l'accord"),
    ]


def test_what_is_to_complete_stands_above_its_question(returned, hugo):
    page = hugo.get(f"/problems/{returned.meeting}/write?step=problem").text
    assert "Presque." in page
    assert page.index("Lequel ?") < page.index('for="tried"')
    assert "Qu&#39;attendez-vous ?" not in page
    assert "Qu&#39;attendez-vous ?" in hugo.get(f"/problems/{returned.meeting}/write?step=hopes").text
    assert "Lequel ?" in hugo.get(f"/problems/{returned.meeting}/write?step=share").text
    hand_in(hugo, returned)
    assert "Lequel ?" not in hugo.get(f"/problems/{returned.meeting}/write?step=problem").text
    assert "Lequel ?" in hugo.get(f"/problems/{returned.meeting}/versions").text


def test_one_word_under_one_answer_is_enough_to_send_it_back(club, hugo, claire):
    write(hugo, club, "Un logiciel", question="Comment faire ?")
    hand_in(hugo, club)
    for _ in range(2):  # a double press
        send_back(claire, club, about_tried="Lequel ?")
    problem = the_problem()
    assert (problem.state, problem.asked) == (ProblemState.to_complete, {"tried": "Lequel ?"})
    assert [why for why, _ in kept()] == [Why.handed_in, Why.sent_back]


def test_a_word_too_long_comes_back_unfolded(returned, hugo, claire):
    hand_in(hugo, returned)
    page = html.fromstring(send_back(claire, returned, about_tried="très " * 2001).text)
    [unfolded] = page.xpath("//details[@open]//textarea")
    assert unfolded.get("name") == "about_tried"
    assert unfolded.get("form") == page.xpath("//form[contains(@action, 'send-back')]")[0].get("id")
    assert unfolded.text.strip().startswith("très très")


def changes_on(page):
    tree = html.fromstring(page)
    for hidden in tree.xpath("//span[@class='sr']"):
        hidden.drop_tree()
    paragraphs = tree.xpath("//div[contains(@class, 'difference')]//p")
    return [(each.xpath("ins//text()"), each.xpath("del//text()")) for each in paragraphs]


def test_the_facilitator_reads_what_changed_since_her_review(returned, hugo, claire):
    write(hugo, returned, "Un grand logiciel", options="Le garder")
    page = f"/problems/{returned.meeting}"
    assert "depuis votre relecture" not in claire.get(page).text  # Hugo is still at it
    hand_in(hugo, returned)
    read = claire.get(page).text
    assert "Ce qui a changé depuis votre relecture" in read
    assert changes_on(read) == [(["grand"], []), (["Le garder"], [])]
    assert "depuis votre relecture" not in hugo.get(page).text


def test_any_two_versions_are_compared(returned, hugo):
    write(hugo, returned, "Un grand logiciel")
    hand_in(hugo, returned)
    write(hugo, returned, "Rien")
    page = f"/problems/{returned.meeting}/versions"
    first = db.session.scalars(db.select(Version.id).order_by(Version.id)).first()
    assert changes_on(hugo.get(page).text) == [(["Rien"], ["Un grand logiciel"])]
    assert changes_on(hugo.get(f"{page}?before={first}&after=now").text) == [(["Rien"], ["Un logiciel"])]
    assert changes_on(hugo.get(f"{page}?after={first}").text) == []
    assert changes_on(hugo.get(f"{page}?before=x&after=99").text) == [(["Rien"], ["Un grand logiciel"])]


def test_the_words_of_a_difference_are_shown_as_text(club, hugo):
    write(hugo, club, "rien")
    write(hugo, club, "<script>alert(1)</script> {{ 7 * 7 }}", after=timedelta(hours=1))
    page = hugo.get(f"/problems/{club.meeting}/versions").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 * 7 }}" in page
    assert "<script>alert" not in page


def test_a_version_taken_up_again_loses_nothing(returned, hugo):
    write(hugo, returned, "Un grand logiciel")
    first = db.session.scalars(db.select(Version.id).order_by(Version.id)).first()
    for _ in range(2):  # a double press
        assert hugo.post(f"/problems/versions/{first}/take-up").location == f"/problems/{returned.meeting}"
    assert the_problem().tried == "Un logiciel"
    assert kept()[2:] == [(Why.replaced, "Un grand logiciel")]


def test_taking_a_version_up_after_approval_asks_for_another_review(returned, hugo, claire):
    write(hugo, returned, "Un grand logiciel")
    hand_in(hugo, returned)
    approve(claire, returned)
    first = db.session.scalars(db.select(Version.id).order_by(Version.id)).first()
    hugo.post(f"/problems/versions/{first}/take-up")
    assert the_problem().state is ProblemState.submitted


def test_before_a_word_is_written_the_page_says_so(club, hugo):
    assert "Rien n’est encore écrit." in hugo.get(f"/problems/{club.meeting}/versions").text


def test_another_host_finds_no_version_of_the_former_one(returned, app, visit, claire):
    meeting = db.session.get_one(Meeting, returned.meeting)
    meeting.change_host(db.session.scalars(db.select(Membership).filter_by(person_id=returned.nadia)).one())
    db.session.commit()
    first = db.session.scalars(db.select(Version.id).order_by(Version.id)).first()
    for client in (visit(app.test_client(), "nadia"), claire):
        assert "logiciel" not in client.get(f"/problems/{returned.meeting}/versions").text
        assert client.post(f"/problems/versions/{first}/take-up").status_code == 404
