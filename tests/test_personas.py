"""Who passes which door: the table in doors.txt, drawn from the app's own map of URLs.

`python -m pytest tests/test_personas.py --draw-doors` writes the table anew, to be read before it is committed.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from bourse import doors
from bourse.board.models import Board, Idea, IdeaState, Phase
from bourse.clock import now
from bourse.clubs.models import BroughtList, Club, Company, CompanyLink, Membership, Role
from bourse.clubs.relate import LinkKind
from bourse.db import db
from bourse.mailroom.compose import Parts
from bourse.mailroom.models import write
from bourse.meetings.heard_models import Heard
from bourse.meetings.judge import Verdict
from bourse.meetings.models import Answer, Meeting, SeasonState, Via
from bourse.outcomes.models import Commitment, Outcome
from bourse.people.models import Alias, Person
from bourse.planning.models import SchoolPeriod
from bourse.planning.states import Zone
from bourse.problems.attachment_models import Attachment
from bourse.problems.inspect import Inspected, Kind
from bourse.problems.models import Problem
from tests.cast import a_club, a_company, a_member, a_person, invitation_of
from tests.planning.season import a_joint_plan, a_plan, a_poll, a_season_asked, a_wish

LIST = "Entreprise;Nom;Prénom;Mail\nGénépi;Montvernois;Claire;c.montvernois@genepi.example".encode()
LETTER = Parts("Objet", "Texte", "<p>Texte</p>")
TABLE = Path(__file__).parent / "doors.txt"
SHORT = {
    "claire": "facilitator",
    "carole": "facilitator of another club",
    "hugo": "host",
    "marc": "member who comes",
    "denis": "member who does not come",
    "nadia": "member who has not answered",
    "lucie": "member who has not signed the charter",
    "louis": "member who left",
    "xavier": "member whose company the host keeps out",
    "gaston": "guest of the meeting",
    "sandra": "substitute of marc's at the meeting, who has not answered",
    "odile": "office",
    "stranger": "signed in, of no club",
    "nobody": "not signed in",
}


@pytest.fixture
def database_url(either_database):
    return either_database


@pytest.fixture
def places(app, club):
    """More people than the usual cast, and one of everything that a URL can name."""
    with app.app_context():
        ours = db.session.get_one(Club, club.club)
        meeting = db.session.get_one(Meeting, club.meeting)
        for name in ("denis", "lucie", "louis", "xavier"):
            membership = a_member(ours, a_person(name), a_company(ours.organisation, f"Entreprise de {name}"))
            meeting.invite(membership.person)
        db.session.flush()
        denis, lucie, louis, xavier = ours.memberships[-4:]
        for invitation in meeting.invitations[-4:]:
            answer = Answer.declined if invitation.person is denis.person else Answer.accepted
            invitation.give(answer, at=now(), via=Via.web, by=invitation.person)
        lucie.charter_version = None
        louis.leave()
        assert xavier.company_id
        meeting.exclude(xavier.company_id, by=meeting.host.person, at=now())
        a_member(a_club("autre-club"), a_person("carole"), None, Role.facilitator)
        gaston = meeting.invite_guest(a_person("gaston"), by=meeting.host.person)
        db.session.flush()
        gaston.invitation.give(Answer.accepted, at=now(), via=Via.web, by=gaston.invitation.person)
        sandra = meeting.invite_guest(a_person("sandra"), by=meeting.host.person)
        sandra.stand_in(invitation_of(meeting.id, club.marc), None)
        board = Board(meeting=meeting, phase=Phase.revealed, revision=1)
        idea = Idea(
            board=board, author_id=club.marc, client_key="k", text="Filmer", revision=1, state=IdeaState.revealed
        )
        commitment = Commitment(person_id=club.marc, text="Envoyer", due_on=now().date())
        outcome = Outcome(meeting=meeting, commitments=[commitment])
        alias = Alias(person_id=club.marc, address="marc@ailleurs.example")
        brought = BroughtList(club=ours, person_id=club.claire, file_name="liste.csv", content=LIST)
        heard = Heard(fingerprint="f", message_id="", sender="", received_at=now(), kind="reply", club=ours)
        heard.verdict, heard.reason = Verdict.queued, "other_sender"
        letter = write(
            LETTER,
            key="l",
            kind="invitation",
            to=("Marc", "marc@bourse.example"),
            language="fr",
            about=f"meeting:{meeting.id}",
        )
        db.session.add_all([alias, board, idea, outcome, brought, heard])
        version, attachment = a_problem(meeting)
        season, period = what_is_asked(ours, meeting)
        proposed = what_is_sent(ours)
        db.session.commit()
        company, other = (
            db.session.scalars(db.select(Company).filter_by(name=name)).one()
            for name in ("Ateliers Gentiane", "Tournage Edelweiss")
        )
        link = CompanyLink(company=company, other=other, kind=LinkKind.supplier, declared_by=company)
        link.noted_by_id = club.marc
        db.session.add(link)
        db.session.commit()
        membership = db.session.scalars(db.select(Membership).filter_by(person_id=club.marc)).one()
        return {
            "club": club.slug,
            "meeting": club.meeting,
            "season": season.id,
            "organisation": ours.organisation_id,
            "joint": season.proposals[-1].joint_id,
            "proposed": proposed.id,
            "period": period.id,
            "company": company.id,
            "link": link.id,
            "membership": membership.id,
            "brought": brought.id,
            "invitation": invitation_of(club.meeting, club.nadia).id,
            "guest": gaston.id,
            "heard": heard.id,
            "letter": letter.id,
            "idea": idea.id,
            "alias": alias.id,
            "commitment": commitment.id,
            "version": version.id,
            "attachment": attachment.token,
            "token": "x",
            "name": "x",
            "code": "fr",
            "filename": "tokens.css",
            "ending": "csv",
            "part": "member",
        }


def a_problem(meeting):
    """Handed in, with a file."""
    problem = Problem(meeting=meeting)
    db.session.add(problem)
    problem.save({"question": "Comment ?"}, by=meeting.host.person, at=now())
    problem.submit(by=meeting.host.person, at=now())
    attachment = Attachment.of(Inspected("plan.pdf", Kind.pdf, b"%PDF-"), by=meeting.host.person)
    attachment.problem = problem
    db.session.add(attachment)
    db.session.flush()
    return db.session.scalars(problem.versions.select()).one(), attachment


def what_is_asked(club, meeting):
    """The wishes for a season to come, and a few days for the meeting, which has to move; nadia has answered."""
    season = a_season_asked(club)
    period = SchoolPeriod(organisation_id=club.organisation_id, zone=Zone.a, name="Hiver", starts_on=now().date())
    period.ends_on = period.starts_on
    a_poll(meeting)
    db.session.add(period)
    nadia = next(each for each in club.memberships if each.person.given_name == "Nadia")
    a_wish(season, nadia)
    claire = next(each.person for each in club.memberships if each.person.given_name == "Claire")
    a_plan(season, claire)
    a_joint_plan([season], claire)
    return season, period


def what_is_sent(club):
    """A season whose plan was sent to the members for their opinion."""
    season = a_season_asked(club, state=SeasonState.proposed)
    proposal = a_plan(season, next(each.person for each in club.memberships if each.person.given_name == "Claire"))
    proposal.shared_draft, proposal.shared_at = 0, now()
    proposal.opinion_by = now().date()
    return season


# These pages are of a season whose plan was sent; the others of one whose members are asked for their wishes.
OF_PLAN_SENT = ("planning.opinion", "planning.note_opinion", "planning.remind_opinions", "planning.extend_opinions")


@pytest.fixture
def shells(app):
    """The app with every view emptied: what answers is the guard alone, and nothing is changed."""
    views = dict(app.view_functions)
    for endpoint in views:
        mark = doors.door_of(app, endpoint)

        def shell(**_values):
            return "", 204

        shell.door = mark  # type: ignore[attr-defined]
        app.view_functions[endpoint] = shell
    yield app
    app.view_functions.update(views)


def rules(app: Flask) -> Iterator[tuple[str, str, str]]:
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods or set()):
            if method not in ("HEAD", "OPTIONS") and rule.endpoint != "static":
                yield rule.endpoint, method, rule.rule


def url_of(app: Flask, endpoint: str, values: dict[str, Any]) -> str:
    rule = next(app.url_map.iter_rules(endpoint))
    if endpoint in OF_PLAN_SENT:
        values = values | {"season": values["proposed"]}
    with app.test_request_context():
        return app.url_for(endpoint, **{name: values[name] for name in rule.arguments})


def verdict(client, method, url) -> str:
    answer = client.open(url, method=method)
    if answer.status_code == 204:
        return "in"
    assert answer.status_code in (302, 404), (method, url, answer.status_code)
    if answer.status_code == 302:
        return "charter" if "/charter" in answer.location else "no"
    return "no"


def draw(app, places, visit) -> str:
    clients = {name: visit(app.test_client(), name) if name != "nobody" else app.test_client() for name in SHORT}
    lines = []
    for endpoint, method, _rule in sorted(rules(app)):
        url = url_of(app, endpoint, places)
        verdicts = {name: verdict(client, method, url) for name, client in clients.items()}
        inside = [name for name, word in verdicts.items() if word == "in"]
        first = [f"{name}*" for name, word in verdicts.items() if word == "charter"]
        everybody = len(inside) == len(SHORT)
        lines.append(f"{method:5}{endpoint:32}{'everybody' if everybody else ' '.join([*inside, *first])}".rstrip())
    people = [f"# {name:10}{words}" for name, words in SHORT.items()]
    return "\n".join(["# Who passes which door. A star: after accepting the charter.", *people, "", *lines, ""])


def test_everybody_passes_the_doors_of_the_table_and_no_other(shells, places, visit, request):
    drawn = draw(shells, places, visit)
    if request.config.getoption("--draw-doors"):
        TABLE.write_text(drawn)
    assert drawn == TABLE.read_text()


def test_no_door_opens_to_a_closed_account(shells, places, club, visit):
    client = visit(shells.test_client(), "claire")
    with shells.app_context():
        db.session.get_one(Person, club.claire).is_closed = True
        db.session.commit()
    for endpoint, method, _rule in rules(shells):
        mark = doors.door_of(shells, endpoint)
        if mark and not mark.is_open:
            assert verdict(client, method, url_of(shells, endpoint, places)) == "no", endpoint


def test_every_unsafe_door_asks_for_a_token(app, places, visit):
    """All but the answers by link, whose own token is the authority and which read no cookie."""
    app.config["WTF_CSRF_ENABLED"] = True
    client = visit(app.test_client(), "claire")
    open_without = [
        endpoint
        for endpoint, method, _rule in rules(app)
        if method == "POST" and client.post(url_of(app, endpoint, places)).status_code != 400
    ]
    assert open_without == ["meetings.answer_by_link", "planning.answer_by_link"]


def test_reading_changes_nothing(app, places, visit):
    def everything():
        with app.app_context():
            tables = [table for table in db.metadata.sorted_tables if table.name != "sign_in"]
            return {table.name: db.session.execute(db.select(table)).all() for table in tables}

    clients = [visit(app.test_client(), name) for name in ("claire", "hugo", "marc", "odile")]
    before = everything()
    for client in clients:
        for endpoint, method, _rule in rules(app):
            if method == "GET":
                assert client.get(url_of(app, endpoint, places)).status_code < 500, endpoint
    assert everything() == before
