"""The versions of a problem: what changed between two of them, and taking one up again."""

from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import joinedload, selectinload

from bourse.clock import now
from bourse.clubs.roles import has_signed
from bourse.db import db
from bourse.doors import door
from bourse.meetings.models import Meeting
from bourse.meetings.roles import hosts_or_facilitates, is_host
from bourse.people.models import note
from bourse.problems.compare import compare
from bourse.problems.models import Problem
from bourse.problems.version_models import Version
from bourse.problems.views import bp, problem_to_change
from bourse.words import _


def find(id: int) -> Version | None:
    """A version of the problem that the meeting has now."""
    version = db.session.get(Version, id)
    return version if version and version.problem is version.meeting.problem else None


@bp.get("/<int:meeting>/versions")
@door(hosts_or_facilitates, has_signed)
def versions(meeting: Meeting) -> ResponseReturnValue:
    """All versions, newest first, and the difference between two: `after`, and `before` or the one before it."""
    texts = _texts(meeting.problem) if meeting.problem else []
    after, before = _two(texts)
    answers = after.answers if after else {}
    changes = compare(before.answers, answers) if before else {}
    return render_template(
        "problems/versions.html",
        meeting=meeting,
        zone=ZoneInfo(meeting.club.timezone),
        texts=texts,
        before=before,
        after=after,
        written={name: text for name, text in answers.items() if text},
        changes=changes,
        unchanged=[name for name, text in answers.items() if text and name not in changes],
        is_host=is_host(current_user, meeting),
    )


@bp.post("/versions/<int:version>/take-up")
@door(hosts_or_facilitates, has_signed)
def take_up(version: Version) -> ResponseReturnValue:
    """Puts its answers back, as a new change: the text of until now stays in the list."""
    problem = problem_to_change(version.meeting)
    if problem.take_up(version, by=current_user, at=now()):
        note("take_up_version", by=current_user, about=version)
    db.session.commit()
    flash(_("C'est repris. Le texte de jusqu'ici reste dans la liste des versions."))
    return redirect(url_for(".read", meeting=version.meeting.id))


def _texts(problem: Problem) -> list[Version]:
    """The versions, newest first; before them the text as it stands, when it says something else."""
    query = problem.versions.select().options(joinedload(Version.by), selectinload(Version.notes))
    kept = list(db.session.scalars(query))
    stands = problem.saved_by_id and (not kept or problem.answers != kept[0].answers)
    return [problem.standing, *kept] if stands else kept


def _two(texts: list[Version]) -> tuple[Version | None, Version | None]:
    """The two that the address names: a text, else the newest, and another, else the last that said something else."""
    after = _named("after", texts) or next(iter(texts), None)
    if after is None:
        return None, None
    earlier = texts[texts.index(after) + 1 :]
    return after, _named("before", texts) or next((text for text in earlier if text.answers != after.answers), None)


def _named(name: str, texts: list[Version]) -> Version | None:
    """The text as it stands is « now »."""
    return next((text for text in texts if str(text.id or "now") == request.args.get(name)), None)
