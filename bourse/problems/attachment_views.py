"""The files that go with a problem: adding, removing, reading them."""

from io import BytesIO

from flask import Response, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import FileStorage

from bourse.clock import now
from bourse.clubs.roles import has_signed
from bourse.db import db
from bourse.doors import door
from bourse.meetings.models import Meeting
from bourse.meetings.roles import hosts_or_facilitates, is_host
from bourse.people.models import note
from bourse.problems.attachment_models import Attachment, forget_removed, is_attached, removed_of
from bourse.problems.forms import AttachForm, refusal
from bourse.problems.frame import STEPS
from bourse.problems.inspect import MOST_BYTES, Kind, Refused, inspect, make_room, tidy_name
from bourse.problems.models import Problem
from bourse.problems.read import ProblemState
from bourse.problems.views import bp, problem_to_change
from bourse.words import _, _n, num

OFFICE = "application/vnd.openxmlformats-officedocument."
TYPES = {
    Kind.pdf: "application/pdf",
    Kind.png: "image/png",
    Kind.jpg: "image/jpeg",
    Kind.docx: f"{OFFICE}wordprocessingml.document",
    Kind.xlsx: f"{OFFICE}spreadsheetml.sheet",
    Kind.pptx: f"{OFFICE}presentationml.presentation",
}
CLOSED = "default-src 'none'; sandbox"


def find(token: str) -> Attachment | None:
    """The file of that token, while its writer hosts the meeting."""
    attachment = db.session.scalar(db.select(Attachment).filter_by(token=token))
    return attachment if attachment and attachment.problem is attachment.meeting.problem else None


@bp.app_template_filter("weight")
def weight(size: int) -> str:
    """« 340 ko », « 1,2 Mo »."""
    if size < 10**6:
        return _("%(num)s ko", num=num(max(1, round(size / 1000))))
    return _("%(num)s Mo", num=num(round(size / 10**6, 1)))


@bp.route("/<int:meeting>/attachments", methods=["GET", "POST"])
@door(hosts_or_facilitates, has_signed)
def attach(meeting: Meeting) -> ResponseReturnValue:
    """The files as they stand; of several that are added, the good ones are kept and the others named."""
    form = AttachForm()
    if not form.validate_on_submit():
        return _page(meeting, form)
    problem = problem_to_change(meeting)
    db.session.flush()
    refused = [sentence for file in form.files.data if (sentence := _add(problem, file))]
    added = len(form.files.data) - len(refused)
    if added:
        forget_removed(problem)
        _have_it_read_again(problem)
        note("attach", by=current_user, about=meeting)
        db.session.commit()
    if refused:
        form.files.errors = [" ".join(refused)]
        return _page(meeting, form), 422
    flash(_n("Le fichier est ajouté.", "%(num)s fichiers sont ajoutés.", added))
    return redirect(url_for(".attach", meeting=meeting.id))


@bp.post("/attachments/<attachment>/detach")
@door(hosts_or_facilitates, has_signed)
def detach(attachment: Attachment) -> ResponseReturnValue:
    """Takes the file away; the page offers to put it back."""
    if attachment.removed_at is None:
        attachment.removed_at = now()
        _have_it_read_again(attachment.problem)
        note("detach", by=current_user, about=attachment)
        db.session.commit()
    return redirect(url_for(".attach", meeting=attachment.meeting.id))


@bp.post("/attachments/<attachment>/put-back")
@door(hosts_or_facilitates, has_signed)
def put_back(attachment: Attachment) -> ResponseReturnValue:
    """The file stands again, as if it had never been taken away."""
    if attachment.removed_at is not None:
        attachment.removed_at = None
        _have_it_read_again(attachment.problem)
        note("put_back", by=current_user, about=attachment)
        db.session.commit()
    flash(_("Le fichier est remis."))
    return redirect(url_for(".attach", meeting=attachment.meeting.id))


@bp.get("/attachments/<attachment>")
@door(is_attached, has_signed)
def download(attachment: Attachment) -> Response:
    """The file, to be saved and never to be shown in a page of ours."""
    content = BytesIO(attachment.content)
    answer = send_file(content, TYPES[attachment.kind], as_attachment=True, download_name=attachment.name)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = CLOSED
    return answer


def _have_it_read_again(problem: Problem) -> None:
    """What the host changes once it is approved goes back to the facilitator, files as well as words."""
    if problem.state is ProblemState.approved and is_host(current_user, problem):
        problem.submit(current_user, now())


def _add(problem: Problem, upload: FileStorage) -> str:
    """Takes the file, or says why not."""
    name = upload.filename or ""
    try:
        _attach(problem, Attachment.of(inspect(name, upload.read(MOST_BYTES + 1)), by=current_user))
    except Refused as refused:
        return refusal(refused.reason, tidy_name(name))
    return ""


def _attach(problem: Problem, attachment: Attachment) -> None:
    """The same file twice is one, so that a double press adds nothing. Raises Refused when there is no room."""
    query = db.select(Attachment).filter_by(problem_id=problem.id)
    if known := db.session.scalar(query.filter_by(sha256=attachment.sha256)):
        known.removed_at = None
        return
    standing = query.where(Attachment.removed_at.is_(None)).with_only_columns(Attachment.size)
    make_room(attachment.size, db.session.scalars(standing).all())
    attachment.problem = problem
    db.session.add(attachment)


def _page(meeting: Meeting, form: AttachForm) -> str:
    return render_template(
        "problems/attachments.html", meeting=meeting, form=form, removed=removed_of(meeting.problem), steps=STEPS
    )
