"""The files that go with a problem: who adds them, who reads them, how they leave."""

from io import BytesIO
from urllib.parse import quote

import pytest

from bourse.clock import now
from bourse.clubs.models import Membership
from bourse.db import db
from bourse.meetings.models import Meeting
from bourse.people.models import Person
from bourse.problems.attachment_models import Attachment
from bourse.problems.inspect import MOST_FILES
from bourse.problems.models import Problem
from bourse.problems.read import ProblemState, Readers
from tests.cast import in_days
from tests.problems import hostile


@pytest.fixture
def database_url(either_database):
    return either_database


PLAN = "Plan d'atelier – été.pdf"


def add(client, club, *files):
    data = {"files": [(BytesIO(content), name) for name, content in files]}
    return client.post(f"/problems/{club.meeting}/attachments", data=data)


def standing():
    rows = db.session.scalars(db.select(Attachment).order_by(Attachment.id)).all()
    return [attachment.name for attachment in rows if attachment.removed_at is None]


def token_of(name):
    return db.session.scalars(db.select(Attachment.token).filter_by(name=name)).one()


@pytest.fixture
def hugo(app, club, visit):
    return visit(app.test_client(), "hugo")


@pytest.fixture
def attached(club, hugo):
    assert add(hugo, club, (PLAN, hostile.PDF)).status_code == 302
    return club


def test_several_files_are_added_at_once_and_the_same_one_twice_is_one(attached, hugo):
    add(hugo, attached, ("photo.jpg", hostile.photograph()), ("coûts.xlsx", hostile.workbook()))
    add(hugo, attached, ("copie.pdf", hostile.PDF))
    assert standing() == [PLAN, "photo.jpg", "coûts.xlsx"]
    page = hugo.get(f"/problems/{attached.meeting}/write?step=share").text
    assert "photo.jpg" in page


def test_what_is_refused_is_named_beside_the_field_and_the_rest_is_kept(club, hugo):
    page = add(hugo, club, ("plan.pdf", hostile.PDF), ("dessin.svg", b"<svg/>"), ("<b>.docx", hostile.LOCKED))
    assert page.status_code == 422
    assert "Ajoutez « dessin.svg » au format" in page.text.replace("\u00a0", " ")
    assert "&lt;b&gt;.docx" in page.text
    assert "Erreur" in page.text.split("</title>")[0]
    assert standing() == ["plan.pdf"]
    assert "Choisissez un fichier." in add(hugo, club).text


def test_where_every_file_is_refused_nothing_is_begun(club, hugo):
    assert add(hugo, club, ("dessin.svg", b"<svg/>")).status_code == 422
    assert db.session.scalars(db.select(Problem)).all() == []


def test_a_file_leaves_to_be_saved_and_never_to_be_shown(attached, hugo):
    address = f"/problems/attachments/{token_of(PLAN)}"
    for answer in (hugo.get(address), hugo.head(address)):
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith("attachment; ")
        assert answer.headers["Content-Disposition"].endswith(f"filename*=UTF-8''{quote(PLAN)}")
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.mimetype == "application/pdf"
    assert hugo.get(address).data == hostile.PDF


def test_a_file_goes_with_the_complete_text_only(app, attached, visit):
    meeting = db.session.get_one(Meeting, attached.meeting)
    host, claire = meeting.host.person, db.session.get_one(Person, attached.claire)
    meeting.problem.save({"question": "Comment faire ?"}, by=host, at=now())
    meeting.problem.approve(claire, now())
    meeting.problem.readers = Readers.club
    db.session.commit()
    address = f"/problems/attachments/{token_of(PLAN)}"
    people = ("claire", "hugo", "marc", "nadia", "odile", "stranger")
    readers = {}
    for days in (5, -1, -40):
        meeting.starts_at, meeting.ends_at = in_days(days), in_days(days, 18)
        db.session.commit()
        got = {name: visit(app.test_client(), name).get(address).status_code for name in people}
        pages = {name: visit(app.test_client(), name).get(f"/problems/{meeting.id}").text for name in people}
        readers[days] = [name for name, status in got.items() if status == 200]
        assert [name for name, page in pages.items() if "Plan d&#39;atelier" in page] == readers[days]
    assert readers == {5: ["claire", "hugo"], -1: ["claire", "hugo", "marc"], -40: ["claire", "hugo"]}


def test_a_removed_file_is_put_back_until_the_next_one_comes(attached, hugo):
    token = token_of(PLAN)
    hugo.post(f"/problems/attachments/{token}/detach")
    assert standing() == []
    assert hugo.get(f"/problems/attachments/{token}").status_code == 404
    assert "Remettre" in hugo.get(f"/problems/{attached.meeting}/attachments").text
    hugo.post(f"/problems/attachments/{token}/put-back")
    assert standing() == [PLAN]
    hugo.post(f"/problems/attachments/{token}/detach")
    add(hugo, attached, ("photo.jpg", hostile.photograph()))
    assert hugo.post(f"/problems/attachments/{token}/put-back").status_code == 404
    assert db.session.scalar(db.select(db.func.count(Attachment.id))) == 1


def test_a_meeting_that_is_full_takes_no_more(attached, hugo):
    problem = db.session.scalars(db.select(Problem)).one()
    row = {"problem_id": problem.id, "kind": "pdf", "size": 1, "content": b"x", "by_id": attached.hugo, "at": now()}
    rows = [row | {"token": f"t{n}", "name": f"{n}.pdf", "sha256": f"{n}"} for n in range(MOST_FILES - 1)]
    db.session.execute(db.insert(Attachment), rows)
    page = add(hugo, attached, ("photo.jpg", hostile.photograph()))
    assert "n’entre plus" in page.text
    assert len(standing()) == MOST_FILES


def test_the_visit_is_saved_on_the_way_to_the_files(club, hugo):
    form = {"version": "0", "to_look_at": "Le poste 4", "then": "attach"}
    answer = hugo.post(f"/problems/{club.meeting}/write?step=visit", data=form)
    assert answer.location == f"/problems/{club.meeting}/attachments"
    assert db.session.scalars(db.select(Problem.to_look_at)).one() == "Le poste 4"


def test_another_host_finds_no_file_of_the_former_one(app, attached, visit):
    meeting = db.session.get_one(Meeting, attached.meeting)
    meeting.change_host(db.session.scalars(db.select(Membership).filter_by(person_id=attached.nadia)).one())
    db.session.commit()
    token = token_of(PLAN)
    for name in ("nadia", "claire", "hugo"):
        client = visit(app.test_client(), name)
        assert client.get(f"/problems/attachments/{token}").status_code == 404
        assert client.post(f"/problems/attachments/{token}/detach").status_code == 404


def test_files_changed_after_approval_are_reviewed_again(app, attached, hugo, visit):
    def approve():
        problem = db.session.scalars(db.select(Problem)).one()
        problem.approve(problem.saved_by, now())
        db.session.commit()

    def state():
        return db.session.scalars(db.select(Problem)).one().state

    db.session.scalars(db.select(Problem)).one().saved_by_id = attached.hugo
    approve()
    assert "Si vous changez les fichiers" in hugo.get(f"/problems/{attached.meeting}/attachments").text
    add(visit(app.test_client(), "claire"), attached, ("note.pdf", hostile.PDF + b"%"))
    assert state() is ProblemState.approved  # what the facilitator adds, she has seen
    hugo.post(f"/problems/attachments/{token_of(PLAN)}/detach")
    assert state() is ProblemState.submitted
    approve()
    add(hugo, attached, ("photo.jpg", hostile.photograph()))
    assert state() is ProblemState.submitted
