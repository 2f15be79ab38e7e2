"""A problem from the blank page to its readers."""

import re

import pytest

from bourse.clubs.models import Membership
from bourse.db import db
from bourse.mailroom.models import Letter
from bourse.meetings.due import write_calendar_letters
from bourse.meetings.models import Meeting
from bourse.people.models import AuditEvent
from bourse.problems.models import Problem
from bourse.problems.read import ProblemState
from tests.cast import in_days


@pytest.fixture
def database_url(either_database):
    return either_database


QUESTION = "Comment garder le savoir-faire de Gérard ?"
ANSWERS = {
    "question": QUESTION,
    "why_now": "Canari-pourquoi : il part en janvier.",
    "context": "Canari-contexte : 38 personnes, 4 régleurs.",
    "tried": "Canari-essais : un logiciel abandonné.",
    "options": "Canari-options : le garder à mi-temps.",
    "out_of_bounds": "Canari-limites : son départ.",
    "expected": "Canari-attentes : deux idées.",
    "to_look_at": "Canari-visite : le poste 4.",
}
DELICATE = ["Canari-pourquoi", "Canari-options", "Canari-visite"]
SUMMARY = ["Canari-contexte", "Canari-essais", "Canari-limites", "Canari-attentes"]
EVERYBODY_ELSE = ["marc", "nadia", "odile", "stranger"]


def the_problem(app):
    with app.app_context():
        return db.session.scalars(db.select(Problem).execution_options(populate_existing=True)).one()


def version(app):
    return str(the_problem(app).version)


def save(client, club, **answers):
    return client.post(f"/problems/{club.meeting}/save", data={"version": "0"} | answers)


def submit(client, club, app, **choices):
    form = {"version": version(app), "readers": "attending", "then": "submit"} | choices
    return client.post(f"/problems/{club.meeting}/write?step=share", data=form)


@pytest.fixture
def draft(app, club, visit):
    """Hugo has written all of it."""
    assert save(visit(app.test_client(), "hugo"), club, **ANSWERS).status_code == 200
    return club


@pytest.fixture
def submitted(app, draft, visit):
    assert submit(visit(app.test_client(), "hugo"), draft, app).status_code == 302
    return draft


@pytest.fixture
def approved(app, submitted, visit):
    assert approve(app, submitted, visit).status_code == 302
    return submitted


def approve(app, club, visit, **form):
    url = f"/problems/{club.meeting}/approve"
    return visit(app.test_client(), "claire").post(url, data={"version": version(app)} | form)


def move_to(app, club, days):
    with app.app_context():
        meeting = db.session.get_one(Meeting, club.meeting)
        meeting.starts_at, meeting.ends_at = in_days(days), in_days(days, 18)
        db.session.commit()


def read(app, club, visit, name):
    return visit(app.test_client(), name).get(f"/problems/{club.meeting}")


# Writing


def test_the_host_writes_in_five_steps_and_hands_in(app, club, client, visit):
    visit(client, "hugo")
    page = f"/problems/{club.meeting}/write"
    assert "Étape 1 sur 5" in client.get(page).text
    answer = client.post(f"{page}?step=company", data={"version": "0", "context": "38 personnes"})
    assert answer.location == f"{page}?step=problem"
    answer = client.post(f"{page}?step=problem", data={"version": version(app), "question": "Comment\nfaire ?"})
    assert answer.location == f"{page}?step=hopes"
    assert submit(client, club, app).location == f"/meetings/{club.meeting}"
    problem = the_problem(app)
    assert problem.state is ProblemState.submitted
    assert (problem.question, problem.context) == ("Comment faire ?", "38 personnes")


def test_later_saves_and_leads_back_to_the_meeting(app, club, client, visit):
    form = {"version": "0", "to_look_at": "Le poste 4", "then": "later"}
    answer = visit(client, "hugo").post(f"/problems/{club.meeting}/write?step=visit", data=form)
    assert answer.location == f"/meetings/{club.meeting}"
    assert the_problem(app).to_look_at == "Le poste 4"


def test_the_facilitator_writes_as_well(app, club, client, visit):
    assert save(visit(client, "claire"), club, context="Vu avec Hugo").status_code == 200
    assert the_problem(app).saved_by_id == club.claire


def test_opening_the_page_writes_nothing(app, club, client, visit):
    assert visit(client, "hugo").get(f"/problems/{club.meeting}/write").status_code == 200
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(Problem.id))) == 0


def test_the_facilitator_hears_that_nothing_is_written_yet(app, club, client, visit):
    visit(client, "claire")
    meeting = f"/meetings/{club.meeting}"
    assert "Rien n’est encore écrit." in client.get(meeting).text
    save(client, club, context="Vu avec Hugo")
    assert "Rien n’est encore écrit." not in client.get(meeting).text


def test_autosave_says_when_and_which_version(app, club, client, visit):
    answer = save(visit(client, "hugo"), club, tried="Un logiciel")
    assert answer.json["said"].startswith("Brouillon enregistré à")
    assert answer.json["version"] == the_problem(app).version


def test_saving_the_same_text_twice_changes_nothing(app, club, client, visit):
    first = save(visit(client, "hugo"), club, tried="Un logiciel").json
    assert save(client, club, tried="Un logiciel").json == first


def test_autosave_leaves_the_other_steps_alone(app, draft, client, visit):
    save(visit(client, "hugo"), draft, version=version(app), tried="Rien")
    assert the_problem(app).context == ANSWERS["context"]


def test_an_answer_too_long_comes_back_as_typed(app, club, client, visit):
    long = "Comment " + "très " * 60
    form = {"version": "0", "question": long}
    page = visit(client, "hugo").post(f"/problems/{club.meeting}/write?step=problem", data=form)
    assert long.strip() in page.text
    assert "Écrivez au plus 200" in page.text
    assert save(client, club, question=long).status_code == 422


def test_without_a_question_nothing_is_handed_in_and_the_choice_stays(app, club, client, visit):
    save(visit(client, "hugo"), club, context="38 personnes")
    page = submit(client, club, app, readers="club")
    assert "Écrivez votre problème en une phrase." in page.text
    assert re.search('<input[^>]* checked[^>]* value="club"', page.text)
    assert the_problem(app).state is ProblemState.draft


def test_two_writers_get_both_texts(app, draft, client, visit):
    opened = version(app)
    save(visit(app.test_client(), "claire"), draft, version=opened, tried="Le mot de Claire")
    form = {"version": opened, "tried": "Le mot de Hugo"}
    page = visit(client, "hugo").post(f"/problems/{draft.meeting}/write?step=problem", data=form)
    assert page.status_code == 409
    assert "Le mot de Claire" in page.text
    assert "Le mot de Hugo" in page.text
    assert the_problem(app).tried == "Le mot de Claire"
    client.post(f"/problems/{draft.meeting}/write?step=problem", data=form | {"version": version(app)})
    assert the_problem(app).tried == "Le mot de Hugo"


def test_autosave_tells_the_other_text(app, draft, client, visit):
    opened = version(app)
    save(visit(app.test_client(), "claire"), draft, version=opened, tried="Le mot de Claire")
    answer = save(visit(client, "hugo"), draft, version=opened, tried="Le mot de Hugo", context=ANSWERS["context"])
    assert answer.status_code == 409
    assert answer.json["theirs"] == {"tried": "Le mot de Claire"}


# Drafts on a phone

PHONE, LAPTOP = "7a1d0000-0000-4000-8000-000000000001", "7a1d0000-0000-4000-8000-000000000002"


def send(client, club, turn, key=PHONE, **answers):
    return save(client, club, key=key, turn=str(turn), **answers)


def test_a_draft_whose_answer_was_lost_is_no_other_writer(app, draft, client, visit):
    opened = version(app)
    send(visit(client, "hugo"), draft, 1, version=opened, tried="Un logiciel")
    assert send(client, draft, 2, version=opened, tried="Un logiciel, puis rien").status_code == 200
    assert the_problem(app).tried == "Un logiciel, puis rien"


def test_a_request_that_comes_twice_or_late_changes_nothing(app, draft, client, visit):
    opened = version(app)
    send(visit(client, "hugo"), draft, 1, version=opened, tried="Un logiciel")
    now = send(client, draft, 2, version=opened, tried="Un logiciel, puis rien").json
    for turn, text in ((2, "Un logiciel, puis rien"), (1, "Un logiciel")):
        assert send(client, draft, turn, version=opened, tried=text).json == now
    assert the_problem(app).tried == "Un logiciel, puis rien"


def test_another_draft_of_the_same_person_is_another_writer(app, draft, client, visit):
    opened = version(app)
    send(visit(client, "hugo"), draft, 1, version=opened, tried="Au téléphone")
    answer = send(client, draft, 1, LAPTOP, version=opened, tried="Au bureau")
    assert (answer.status_code, answer.json["theirs"]) == (409, {"tried": "Au téléphone"})
    late = send(client, draft, 2, version=opened, tried="Au téléphone encore")
    assert late.status_code == 200
    assert send(client, draft, 2, LAPTOP, version=version(app), tried="Au bureau").status_code == 200
    assert send(client, draft, 3, version=opened, tried="Trop tard").status_code == 409


@pytest.mark.parametrize("key", ["", "x", "é" * 36, "-" * 500])
def test_a_key_that_is_none_makes_no_writer(app, draft, client, visit, key):
    opened = version(app)
    save(visit(client, "hugo"), draft, version=opened, key=key, turn="1", tried="Un")
    assert save(client, draft, version=opened, key=key, turn="2", tried="Deux").status_code == 409


def test_the_plain_form_carries_the_key_as_well(app, draft, client, visit):
    opened = version(app)
    send(visit(client, "hugo"), draft, 1, version=opened, tried="Un")
    form = {"version": opened, "key": PHONE, "turn": "2", "tried": "Deux"}
    assert client.post(f"/problems/{draft.meeting}/write?step=problem", data=form).status_code == 302
    assert the_problem(app).tried == "Deux"


def test_after_the_approval_a_draft_asks_again(app, submitted, client, visit):
    opened = version(app)
    send(visit(app.test_client(), "hugo"), submitted, 1, version=opened, tried="Pendant la lecture")
    approve(app, submitted, visit)
    assert send(visit(client, "hugo"), submitted, 2, version=opened, tried="Après").status_code == 409


def test_only_the_pages_for_writing_open_the_microphone(club, client, visit):
    visit(client, "hugo")
    write, read = (client.get(f"/problems/{club.meeting}{page}") for page in ("/write?step=visit", ""))
    kept = client.get("/problems/offline/en?step=visit")
    assert [page.headers["Permissions-Policy"].count("microphone=(self)") for page in (write, kept, read)] == [1, 1, 0]


def test_the_phones_script_speaks_the_readers_language_and_is_asked_for_anew(client):
    answers = {code: client.get("/sw.js", headers={"Accept-Language": code}) for code in ("fr", "en")}
    assert all(answer.headers["Cache-Control"] == "no-cache" for answer in answers.values())
    assert all(answer.mimetype == "text/javascript" for answer in answers.values())
    assert all(f"/problems/offline/{code}" in answer.text for code, answer in answers.items())
    kept = client.get("/problems/offline/en?step=visit", headers={"Accept-Language": "fr"}).text
    assert 'lang="en"' in kept
    assert "What should be looked at during the visit?" in kept


@pytest.mark.parametrize("page", ["/problems/offline/de?step=visit", "/problems/offline/fr?step=x", "/offline/de"])
def test_a_phone_keeps_no_page_that_does_not_exist(club, client, page):
    assert client.get(page).status_code == 404


def test_a_double_click_hands_in_once(app, draft, client, visit):
    visit(client, "hugo")
    opened = version(app)
    answers = [submit(client, draft, app, version=opened) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert the_problem(app).state is ProblemState.submitted
    assert acts(app).count("submit_problem") == 1


def acts(app):
    with app.app_context():
        return list(db.session.scalars(db.select(AuditEvent.act).order_by(AuditEvent.id)))


def test_handing_in_a_text_that_one_has_not_seen_asks_to_read_it(app, draft, client, visit):
    opened = version(app)
    save(visit(app.test_client(), "claire"), draft, version=opened, tried="Le mot de Claire")
    page = submit(visit(client, "hugo"), draft, app, version=opened)
    assert page.status_code == 409
    assert "Le mot de Claire" in page.text
    assert the_problem(app).state is ProblemState.draft


# Reviewing


def test_the_facilitator_sends_back_with_a_word_that_the_host_alone_reads(app, submitted, client, visit):
    word = "Ajoutez deux chiffres."
    visit(client, "claire").post(f"/problems/{submitted.meeting}/send-back", data={"review_note": word})
    assert the_problem(app).state is ProblemState.to_complete
    assert word in visit(app.test_client(), "hugo").get(f"/problems/{submitted.meeting}/write").text
    submit(visit(app.test_client(), "hugo"), submitted, app)
    assert the_problem(app).state is ProblemState.submitted


def test_sending_back_needs_a_word(app, submitted, client, visit):
    page = visit(client, "claire").post(f"/problems/{submitted.meeting}/send-back", data={"review_note": " "})
    assert "Écrivez à l’hôte ce qu’il faut compléter." in page.text
    assert the_problem(app).state is ProblemState.submitted


def test_she_approves_the_very_text_she_read(app, submitted, visit):
    seen = version(app)
    save(visit(app.test_client(), "hugo"), submitted, version=seen, tried="Changé pendant la lecture")
    page = approve(app, submitted, visit, version=seen)
    assert page.status_code == 409
    assert "Changé pendant la lecture" in page.text
    assert the_problem(app).state is ProblemState.submitted


def test_a_draft_cannot_be_approved(app, draft, visit):
    assert approve(app, draft, visit).status_code == 400


def test_what_the_host_changes_after_approval_is_reviewed_again(app, approved, client, visit):
    save(visit(client, "hugo"), approved, version=version(app), tried="Autre chose")
    assert the_problem(app).state is ProblemState.submitted
    assert read(app, approved, visit, "marc").status_code == 404


@pytest.mark.parametrize("name", ["hugo", "marc", "odile", "stranger"])
def test_only_the_facilitator_reviews(app, submitted, client, visit, name):
    visit(client, name)
    for act in ("approve", "send-back"):
        form = {"version": version(app), "review_note": "Non"}
        assert client.post(f"/problems/{submitted.meeting}/{act}", data=form).status_code == 404


@pytest.mark.parametrize("name", EVERYBODY_ELSE)
def test_only_host_and_facilitator_write(app, draft, client, visit, name):
    visit(client, name)
    assert client.get(f"/problems/{draft.meeting}/write").status_code == 404
    assert save(client, draft, version=version(app), tried="Non").status_code == 404


# Reading


@pytest.mark.parametrize("name", EVERYBODY_ELSE)
def test_a_draft_stands_on_no_page_of_anybody_else(app, draft, client, visit, name):
    seen = pages_of(app, visit(client, name), draft)
    assert not [word for word in [QUESTION, "Canari"] if word in seen]


def pages_of(app, client, club):
    """Every page that can be opened with the ids we know, one after the other."""
    known = {"club": club.slug, "meeting": club.meeting, "company": 1, "membership": 1, "invitation": 1}
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and rule.arguments <= set(known)]
    with app.test_request_context():
        urls = [app.url_for(rule.endpoint, **{name: known[name] for name in rule.arguments}) for rule in rules]
    assert len(urls) > 10
    return "\n".join(client.get(url.removeprefix("http://localhost")).text for url in urls if "/catcher" not in url)


def test_once_approved_the_club_reads_the_title_and_no_more(app, approved, visit):
    move_to(app, approved, 10)
    for name in ("marc", "nadia"):
        page = read(app, approved, visit, name).text
        assert QUESTION in page
        assert "Canari" not in page
    assert read(app, approved, visit, "odile").status_code == 404
    assert read(app, approved, visit, "stranger").status_code == 404


def test_a_week_before_those_who_come_read_the_summary(app, approved, visit):
    move_to(app, approved, 7)
    page = read(app, approved, visit, "marc").text
    assert [word for word in SUMMARY if word in page] == SUMMARY
    assert not [word for word in DELICATE if word in page]
    assert "Canari" not in read(app, approved, visit, "nadia").text


def test_in_the_room_those_who_come_read_it_all(app, approved, visit):
    move_to(app, approved, -1)
    page = read(app, approved, visit, "marc").text
    assert [word for word in SUMMARY + DELICATE if word in page] == SUMMARY + DELICATE
    assert "Canari" not in read(app, approved, visit, "nadia").text


def test_a_month_later_only_host_and_facilitator_read_it(app, approved, visit):
    move_to(app, approved, -31)
    assert read(app, approved, visit, "marc").status_code == 404
    assert "Canari-options" in read(app, approved, visit, "hugo").text
    assert "Canari-options" in read(app, approved, visit, "claire").text


def test_the_host_opens_it_to_the_club_or_keeps_it_back(app, approved, client, visit):
    move_to(app, approved, 5)
    choose(visit(client, "hugo"), approved, app, readers="club")
    assert "Canari-contexte" in read(app, approved, visit, "nadia").text
    choose(client, approved, app, readers="facilitator")
    assert read(app, approved, visit, "marc").status_code == 404
    assert the_problem(app).state is ProblemState.approved


def choose(client, club, app, **choices):
    form = {"version": version(app), "readers": "attending"} | choices
    return client.post(f"/problems/{club.meeting}/write?step=share", data=form)


def test_a_meeting_that_is_not_released_shows_no_problem(app, approved, visit):
    with app.app_context():
        db.session.get_one(Meeting, approved.meeting).released_at = None
        db.session.commit()
    assert read(app, approved, visit, "marc").status_code == 404


def test_the_meeting_page_shows_what_its_reader_may_read(app, approved, visit):
    move_to(app, approved, 3)
    url = f"/meetings/{approved.meeting}"
    marc, nadia, odile = (visit(app.test_client(), name).get(url).text for name in ("marc", "nadia", "odile"))
    assert "Canari-contexte" in marc
    assert "Canari-options" not in marc
    assert QUESTION in nadia
    assert "Canari" not in nadia
    assert QUESTION not in odile


def test_typed_marks_are_shown_as_text(app, draft, client, visit):
    save(visit(client, "hugo"), draft, version=version(app), context="<script>alert(1)</script>", tried="{{ 7 * 7 }}")
    for url in (f"/problems/{draft.meeting}", f"/problems/{draft.meeting}/write?step=share"):
        page = client.get(url).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "{{ 7 * 7 }}" in page


# Titles in calendars


def title(app, club):
    with app.app_context():
        meeting = db.session.get_one(Meeting, club.meeting)
        return meeting.title, meeting.changed_at


def test_calendars_name_the_problem_only_if_the_host_ticks_it(app, approved, client, visit):
    assert title(app, approved)[0] == ""
    before = title(app, approved)[1]
    choose(visit(client, "hugo"), approved, app, title_in_letters="y")
    assert title(app, approved)[0] == QUESTION
    assert title(app, approved)[1] > before
    choose(client, approved, app)
    assert title(app, approved)[0] == ""


def test_a_ticked_title_waits_for_the_approval(app, draft, client, visit):
    submit(visit(client, "hugo"), draft, app, title_in_letters="y")
    assert title(app, draft)[0] == ""
    approve(app, draft, visit)
    assert title(app, draft)[0] == QUESTION


def test_no_letter_and_no_calendar_tells_the_text(app, approved, client, visit):
    choose(visit(client, "hugo"), approved, app, title_in_letters="y")
    with app.app_context():
        write_calendar_letters(db.session.get_one(Meeting, approved.meeting).changed_at)
        letters = db.session.scalars(db.select(Letter)).all()
        told = "".join(letter.subject + letter.text + letter.html + unfolded(letter.calendar) for letter in letters)
        db.session.rollback()
    assert letters
    assert "Canari" not in told


def unfolded(calendar):
    return calendar.decode().replace("\r\n ", "")


# Another host


def nadia_hosts(club):
    """Claire gives the meeting to nadia."""
    meeting = db.session.get_one(Meeting, club.meeting)
    meeting.change_host(db.session.scalars(db.select(Membership).filter_by(person_id=club.nadia)).one())
    db.session.commit()


@pytest.mark.parametrize("name", ["claire", "nadia", "marc", "hugo", "odile"])
def test_another_host_inherits_no_problem(app, approved, visit, name):
    nadia_hosts(approved)
    client = visit(app.test_client(), name)
    meeting = approved.meeting
    pages = (f"/problems/{meeting}", f"/problems/{meeting}/write", f"/meetings/{meeting}", "/")
    told = "".join(client.get(page).text for page in pages)
    assert QUESTION not in told
    assert "Canari" not in told


def test_another_host_writes_his_own_and_the_former_one_finds_his_again(app, approved, client, visit):
    nadia_hosts(approved)
    assert save(visit(client, "nadia"), approved, question="Comment recruter ?").status_code == 200
    meeting = db.session.get_one(Meeting, approved.meeting)
    assert (meeting.problem.question, meeting.problem.state) == ("Comment recruter ?", ProblemState.draft)
    meeting.change_host(db.session.scalars(db.select(Membership).filter_by(person_id=approved.hugo)).one())
    db.session.commit()
    assert QUESTION in read(app, approved, visit, "hugo").text


def test_the_title_is_that_of_the_present_host(app, submitted, client, visit):
    submit(visit(client, "hugo"), submitted, app, title_in_letters="y")
    approve(app, submitted, visit)
    assert db.session.get_one(Meeting, submitted.meeting).title == QUESTION
    nadia_hosts(submitted)
    save(visit(client, "nadia"), submitted, question="Comment recruter ?")
    assert db.session.get_one(Meeting, submitted.meeting).title == ""


# The charter


def test_who_has_not_accepted_the_charter_reads_nothing_on_the_meetings_page(app, approved, client, visit):
    move_to(app, approved, 3)
    meeting = f"/meetings/{approved.meeting}"
    assert "Canari-contexte" in visit(client, "marc").get(meeting).text
    db.session.scalars(db.select(Membership).filter_by(person_id=approved.marc)).one().charter_version = None
    db.session.commit()
    page = client.get(meeting).text
    assert QUESTION not in page
    assert "Canari" not in page
    assert f"/clubs/{approved.slug}/charter?next={meeting}" in page


def test_a_version_that_is_no_number_of_ours_is_none(draft, client, visit):
    assert save(visit(client, "hugo"), draft, version="9" * 5000, tried="Rien").status_code == 409


def test_a_space_that_does_not_break_is_kept_as_typed(client, club, visit):
    question = "Comment garder le savoir-faire\u202f?"
    visit(client, "hugo").post(f"/problems/{club.meeting}/save", data={"question": f" {question}\r\n"})
    assert db.session.get_one(Meeting, club.meeting).problem.question == question
    assert question in client.get(f"/problems/{club.meeting}/write?step=problem").text
