"""Whom a host keeps out: what he sees, what reaches him, and how it is taken back."""

import re
from datetime import timedelta

import pytest

from bourse.board.models import Board, Idea, IdeaState, Phase
from bourse.clock import now
from bourse.clubs.models import Club, Company, Membership, MembershipState, OfficeRole, Role
from bourse.db import db
from bourse.mailroom.models import Letter, LetterState
from bourse.mailroom.worker import Worker
from bourse.meetings.due import write_calendar_letters
from bourse.meetings.facts import Turnout, turnouts
from bourse.meetings.letters import answer_url
from bourse.meetings.models import Answer, Meeting, Presence, Via
from bourse.outcomes.models import Commitment, Outcome
from bourse.outcomes.read import Readers
from bourse.people.models import AuditEvent, Person
from tests.cast import HOSTS_COMPANY, a_meeting, a_member, a_person, in_days, invitation_of
from tests.meetings.test_views import calendar_of, the_form

MARCS_COMPANY = "Ateliers Gentiane"
TITLE = "Canari du titre"


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


@pytest.fixture
def carry(app, smtp):
    """What the worker does; returns the new mails by reader."""

    def carry():
        before = len(smtp.received)
        Worker(app.config["SETTINGS"].mail_from, lambda: smtp.url, (write_calendar_letters,)).run(once=True)
        mails = [mail.message for mail in smtp.received[before:]]
        return {mail["To"].addresses[0].username: mail for mail in mails}

    return carry


def the_meeting(club):
    return db.session.get_one(Meeting, club.meeting, populate_existing=True)


def membership(person):
    return db.session.scalars(db.select(Membership).filter_by(person_id=person)).one()


def company(name=MARCS_COMPANY):
    return db.session.scalars(db.select(Company.id).filter_by(name=name)).one()


@pytest.fixture
def hugo(app, visit):
    return visit(app.test_client(), "hugo")


@pytest.fixture
def claire(app, visit):
    return visit(app.test_client(), "claire")


@pytest.fixture
def marc(app, visit):
    return visit(app.test_client(), "marc")


def choose(client, club, *ticked, shown=(), sure=True, **more):
    """Sends the page of the companies to keep out."""
    form = {
        "companies": [*ticked],
        "shown": [*shown],
        "host": the_meeting(club).host_id,
        "is_sure": "y" if sure else "",
    }
    return client.post(f"/meetings/{club.meeting}/keep-out", data=form | more)


@pytest.fixture
def kept_out(club, hugo):
    """Hugo keeps marc's company out before any letter has left."""
    assert choose(hugo, club, company()).status_code == 302
    return club


def row_of(page):
    """The season's row of hugo's meeting."""
    return next(row for row in re.findall(r"<li data-state.*?</li>", page, re.DOTALL) if HOSTS_COMPANY in row)


# What he sees


@pytest.mark.parametrize("path", ["/", "/meetings/"])
def test_he_sees_the_date_the_company_and_full(kept_out, marc, path):
    the_meeting(kept_out).title = TITLE
    db.session.commit()
    page = marc.get(path).text
    row = row_of(page)
    assert "Complet" in row
    assert "href" not in row
    assert "attendu" not in row
    assert TITLE not in page
    assert f"/meetings/{kept_out.meeting}" not in page


def test_every_address_under_the_meeting_is_one_that_does_not_exist(app, kept_out, marc):
    db.session.add(Board(meeting=the_meeting(kept_out), phase=Phase.writing, revision=0))
    db.session.commit()
    addresses = ["/meetings/{}", "/meetings/{}/keep-out", "/problems/{}", "/board/{}", "/board/{}/since"]
    addresses += ["/agenda/{}", "/attendance/{}", "/outcomes/{}", "/outcomes/{}/write", "/outcomes/{}/ideas"]
    for address in addresses:
        known, unknown = marc.get(address.format(kept_out.meeting)), marc.get(address.format(999999))
        assert (known.status_code, unknown.status_code) == (404, 404), address
        assert known.text.split("nonce=")[0] == unknown.text.split("nonce=")[0]
    assert marc.post(f"/meetings/{kept_out.meeting}/answer", data={"answer": "accepted"}).status_code == 404
    assert marc.post(f"/board/{kept_out.meeting}", data={"text": "moi"}).status_code == 404


def test_his_next_meeting_is_the_one_after(kept_out, marc):
    meeting = the_meeting(kept_out)
    assert "La prochaine rencontre est complète" in marc.get("/").text
    nadia = membership(kept_out.nadia)
    a_meeting(meeting.club, nadia, [nadia.person, membership(kept_out.marc).person], days=30)
    db.session.commit()
    panel = re.search(r'<section class="panel next".*?</section>', marc.get("/").text, re.DOTALL)
    assert panel
    assert "Tournage Edelweiss" in panel.group()


def test_the_guest_list_lacks_him_and_no_count_has_a_hole(app, kept_out, claire, visit):
    page = claire.get(f"/meetings/{kept_out.meeting}").text
    guests = page.partition('id="guests"')[2].partition("</ul>")[0]
    assert "Nadia" in guests
    assert "Marc" not in guests
    assert turnouts([the_meeting(kept_out)]) == {kept_out.meeting: Turnout(invited=2, yes=1)}
    invitation_of(kept_out.meeting, kept_out.nadia).give(Answer.accepted, at=now(), via=Via.phone, by=None)
    db.session.commit()
    seen_by_nadia = visit(app.test_client(), "nadia").get(f"/meetings/{kept_out.meeting}").text
    assert "Marc" not in seen_by_nadia
    assert "écart" not in seen_by_nadia


def test_before_the_go_he_sees_nothing_at_all(kept_out, marc):
    the_meeting(kept_out).released_at = None
    db.session.commit()
    assert HOSTS_COMPANY not in marc.get("/").text + marc.get("/meetings/").text


def test_an_old_link_says_full_and_nothing_else(app, kept_out, client):
    link = answer_url(invitation_of(kept_out.meeting, kept_out.marc)).removeprefix(app.config["SETTINGS"].base_url)
    for answer in (client.get(f"{link}?answer=accepted"), client.post(link, data={"answer": "declined"})):
        assert answer.status_code == 404
        assert "Cette rencontre est complète" in answer.text
        assert HOSTS_COMPANY not in answer.text
    assert invitation_of(kept_out.meeting, kept_out.marc).answer is Answer.accepted


def test_what_was_open_before_his_eyes_is_closed_at_the_next_request(club, hugo, marc):
    meeting = the_meeting(club)
    board = Board(meeting=meeting, phase=Phase.writing, revision=1)
    mine = Idea(board=board, author_id=club.marc, client_key="k", text="Filmer", revision=1, state=IdeaState.private)
    db.session.add(mine)
    db.session.commit()
    assert marc.get(f"/board/{club.meeting}/since").json["cards"]
    choose(hugo, club, company())
    assert marc.get(f"/board/{club.meeting}/since").status_code == 404
    assert marc.get(f"/board/ideas/{mine.id}").status_code == 404


def test_an_excluded_member_of_the_office_reads_nothing_by_that_door_either(kept_out, marc):
    db.session.add(OfficeRole(organisation=the_meeting(kept_out).club.organisation, person_id=kept_out.marc))
    db.session.commit()
    assert marc.get(f"/meetings/{kept_out.meeting}").status_code == 404
    assert marc.get(f"/attendance/{kept_out.meeting}").status_code == 404
    assert "Complet" in row_of(marc.get("/meetings/").text)
    assert f"/meetings/{kept_out.meeting}" not in marc.get(f"/overview/{kept_out.slug}").text


def test_after_the_meeting_he_was_there_and_reads_nothing_of_it(club, hugo, claire, marc):
    """What has been stays on the attendance sheet; the outcome is closed to him, his own promise included."""
    meeting = the_meeting(club)
    invitation_of(club.meeting, club.marc).presence = Presence.present
    promise = Commitment(person_id=club.marc, text="Canari promis", due_on=now().date())
    outcome = Outcome(meeting=meeting, synthesis=TITLE, readers=Readers.club, closed_at=now(), commitments=[promise])
    db.session.add(outcome)
    meeting.starts_at, meeting.ends_at = now() - timedelta(hours=5), now() - timedelta(hours=1)
    db.session.commit()
    assert "Canari promis" in marc.get(f"/outcomes/{club.meeting}").text
    choose(hugo, club, company())
    pages = marc.get("/").text + marc.get("/outcomes/").text
    assert marc.get(f"/outcomes/{club.meeting}").status_code == 404
    assert marc.get(f"/outcomes/commitments/{promise.id}").status_code == 404
    assert "Marc" in claire.get(f"/attendance/{club.meeting}").text
    assert "Canari promis" not in pages
    assert TITLE not in pages
    assert f"/{club.meeting}" not in pages


# What reaches him


def test_who_was_never_told_gets_no_letter(kept_out, carry):
    assert set(carry()) == {"hugo", "nadia"}


def test_a_letter_on_its_way_is_skipped_and_owes_no_cancellation(club, hugo, carry):
    write_calendar_letters(now())
    db.session.commit()
    choose(hugo, club, company())
    (letter,) = db.session.scalars(db.select(Letter).filter_by(to_address="marc@bourse.example"))
    assert (letter.state, letter.reason) == (LetterState.skipped, "no longer invited")
    assert set(carry()) == {"hugo", "nadia"}
    choose(hugo, club, shown=[company()])
    assert set(carry()) == {"marc"}


def test_a_letter_that_was_tried_may_have_arrived_and_owes_a_cancellation(club, hugo, carry):
    write_calendar_letters(now())
    db.session.execute(db.update(Letter).values(attempts=1))
    db.session.commit()
    choose(hugo, club, company())
    assert "METHOD:CANCEL" in calendar_of(carry()["marc"])


def test_let_in_and_kept_out_again_is_cancelled_once(club, hugo, carry):
    carry()
    choose(hugo, club, company())
    assert "METHOD:CANCEL" in calendar_of(carry()["marc"])
    choose(hugo, club, shown=[company()])
    write_calendar_letters(now())
    db.session.commit()
    choose(hugo, club, company())
    assert carry() == {}


def test_a_calendar_that_has_it_loses_it_with_no_reason_and_nothing_new(club, hugo, carry):
    carry()
    meeting = the_meeting(club)
    meeting.title = TITLE  # approved meanwhile: nobody has had it yet
    db.session.commit()
    choose(hugo, club, company())
    told = carry()
    mail = told.pop("marc")
    assert "METHOD:CANCEL" in calendar_of(mail)
    words = "".join(part.get_content() for part in mail.walk() if part.get_content_maintype() == "text")
    assert TITLE not in words
    assert not re.search(r"écart|concurren|complet|exclu|annulée", words)
    assert all(TITLE in calendar_of(other) for other in told.values())
    assert carry() == {}


def test_moves_and_changes_are_no_news_to_him(club, hugo, claire, carry):
    carry()
    choose(hugo, club, company())
    carry()
    form = the_form(the_meeting(club), practical="Canari pratique", day=in_days(20).date().isoformat())
    claire.post(f"/meetings/{club.meeting}/change", data=form)
    assert set(carry()) == {"hugo", "nadia"}


def test_a_letter_of_whatever_kind_about_the_meeting_is_recalled(kept_out, carry):
    """Whichever room wrote it, and whenever: the next round of the worker looks first."""
    letter = Letter(key="k", kind="summary", about=f"meeting:{kept_out.meeting}", to_name="Marc", language="fr")
    letter.to_address, letter.message_id = "marc@bourse.example", "<k@bourse.example>"
    letter.subject = letter.text = letter.html = TITLE
    db.session.add(letter)
    db.session.commit()
    assert "marc" not in carry()
    assert db.session.scalars(db.select(Letter).filter_by(kind="summary")).one().state is LetterState.skipped


# Choosing, and taking it back


def test_the_host_chooses_among_the_companies_of_the_others_by_name(club, hugo):
    page = hugo.get(f"/meetings/{club.meeting}/keep-out?next=/problems/{club.meeting}/write").text
    assert re.findall(r"<b>([^<]+)</b><small>", page) == [MARCS_COMPANY, "Tournage Edelweiss"]
    assert "Marc Exemple" in page
    assert "Il ne saura pas pourquoi" in page
    assert choose(hugo, club, next=f"/problems/{club.meeting}/write").location == f"/problems/{club.meeting}/write"


def test_it_asks_first_when_somebody_was_told_already(club, hugo, carry):
    carry()
    page = choose(hugo, club, company(), sure=False).text
    assert "Retirer son invitation" in page
    assert "Marc Exemple" in page
    assert the_meeting(club).exclusions == []
    assert carry() == {}


def test_taken_back_he_is_invited_and_asked_anew(club, hugo, marc, carry):
    carry()
    choose(hugo, club, company())
    first = calendar_of(carry()["marc"])
    choose(hugo, club, shown=[company()])
    invitation = invitation_of(club.meeting, club.marc)
    assert (invitation.is_withdrawn, invitation.current_answer) == (False, Answer.none)
    again = calendar_of(carry()["marc"])
    sequences = [int(text.partition("SEQUENCE:")[2].split()[0]) for text in (first, again)]
    assert "METHOD:REQUEST" in again
    assert sequences[0] < sequences[1]
    assert "Serez-vous avec nous" in marc.get("/").text


def test_whom_the_facilitator_had_not_invited_is_not_invited_by_letting_in(club, hugo):
    invitation_of(club.meeting, club.marc).withdraw(now() - timedelta(hours=1))
    db.session.commit()
    choose(hugo, club, company())
    choose(hugo, club, shown=[company()])
    assert invitation_of(club.meeting, club.marc).is_withdrawn


def test_a_page_that_is_out_of_date_lets_nobody_in(kept_out, claire):
    choose(claire, kept_out, company("Tournage Edelweiss"), shown=[])
    assert the_meeting(kept_out).closed_to == {company(), company("Tournage Edelweiss")}


def test_a_double_click_keeps_out_once(club, hugo):
    for _ in range(2):
        assert choose(hugo, club, company()).status_code == 302
    assert len(the_meeting(club).exclusions) == 1
    assert [each.act for each in db.session.scalars(db.select(AuditEvent))].count("keep_out") == 1


def test_what_no_page_offers_changes_nothing(club, hugo):
    own, elsewhere = company(HOSTS_COMPANY), 999999
    assert choose(hugo, club, own, elsewhere).status_code == 302
    assert the_meeting(club).exclusions == []
    assert choose(hugo, club, "x").status_code == 200


def test_the_facilitator_sees_whom_to_call_and_nobody_else_does(app, kept_out, claire, hugo, visit):
    db.session.get_one(Person, kept_out.marc).mobile = "+33699000003"
    db.session.commit()
    for client in (claire, hugo):
        section = client.get(f"/meetings/{kept_out.meeting}").text.partition('id="kept-out"')[2]
        assert "Marc Exemple" in section
        assert ("tel:+33699000003" in section) == (client is claire)
    for name in ("nadia", "odile"):
        assert "kept-out" not in visit(app.test_client(), name).get(f"/meetings/{kept_out.meeting}").text


def test_the_facilitator_cannot_invite_him(kept_out, claire):
    page = claire.get(f"/meetings/{kept_out.meeting}/change").text
    assert "Tenu à l&#39;écart par l&#39;hôte" in page or "Tenu à l’écart par l’hôte" in page
    assert re.search(rf'value="{kept_out.marc}" disabled', page)
    form = the_form(the_meeting(kept_out), invited=[kept_out.hugo, kept_out.marc, kept_out.nadia])
    assert claire.post(f"/meetings/{kept_out.meeting}/change", data=form).status_code == 302
    assert invitation_of(kept_out.meeting, kept_out.marc).is_withdrawn


def test_the_last_step_of_the_problem_leads_there(club, hugo):
    assert f"/meetings/{club.meeting}/keep-out" in hugo.get(f"/problems/{club.meeting}/write?step=share").text


# What changes around it


def test_who_joins_later_for_that_company_is_kept_out_too(app, kept_out, visit):
    ours = db.session.get_one(Club, kept_out.club)
    a_member(ours, a_person("noe"), db.session.get_one(Company, company()))
    db.session.commit()
    noe = visit(app.test_client(), "noe")
    assert noe.get(f"/meetings/{kept_out.meeting}").status_code == 404
    assert "Complet" in row_of(noe.get("/").text)


def test_who_moves_to_that_company_is_let_go(app, kept_out, visit, carry):
    carry()
    membership(kept_out.nadia).company_id = company()
    db.session.commit()
    nadia = visit(app.test_client(), "nadia")
    assert nadia.get(f"/meetings/{kept_out.meeting}").status_code == 404
    assert "METHOD:CANCEL" in calendar_of(carry()["nadia"])


def test_a_facilitator_is_never_kept_out(app, club, hugo, claire):
    membership(club.claire).company_id = company()
    db.session.commit()
    choose(hugo, club, company())
    assert claire.get(f"/meetings/{club.meeting}").status_code == 200
    assert "Complet" not in row_of(claire.get("/meetings/").text)


def test_a_new_host_begins_without_exclusions_and_the_former_one_finds_his_again(kept_out, claire, marc):
    hosts = {name: membership(getattr(kept_out, name)).id for name in ("hugo", "nadia")}
    url = f"/meetings/{kept_out.meeting}/change"
    claire.post(url, data=the_form(the_meeting(kept_out), host=hosts["nadia"]))
    assert marc.get(f"/meetings/{kept_out.meeting}").status_code == 200
    assert not invitation_of(kept_out.meeting, kept_out.marc).is_withdrawn
    claire.post(url, data=the_form(the_meeting(kept_out), host=hosts["hugo"]))
    assert marc.get(f"/meetings/{kept_out.meeting}").status_code == 404
    assert invitation_of(kept_out.meeting, kept_out.marc).is_withdrawn


def test_the_page_of_a_former_host_writes_nothing_for_the_new_one(club, hugo, claire):
    form = {"companies": [company()], "host": membership(club.hugo).id, "is_sure": "y"}
    the_meeting(club).change_host(membership(club.nadia))
    db.session.commit()
    assert hugo.post(f"/meetings/{club.meeting}/keep-out", data=form).status_code == 404
    assert claire.post(f"/meetings/{club.meeting}/keep-out", data=form, follow_redirects=True).status_code == 200
    assert the_meeting(club).exclusions == []


def test_who_left_and_comes_back_is_still_kept_out(kept_out, marc):
    membership(kept_out.marc).leave()
    db.session.commit()
    assert HOSTS_COMPANY not in marc.get("/").text
    membership(kept_out.marc).state = MembershipState.active
    db.session.commit()
    assert "Complet" in row_of(marc.get("/").text)
    assert marc.get(f"/meetings/{kept_out.meeting}").status_code == 404


def test_who_becomes_a_facilitator_prepares_the_meeting_like_any_other(kept_out, marc):
    membership(kept_out.marc).role = Role.facilitator
    db.session.commit()
    assert marc.get(f"/meetings/{kept_out.meeting}").status_code == 200


def test_another_meeting_of_the_same_host_is_open_to_him(kept_out, marc):
    meeting = the_meeting(kept_out)
    other = a_meeting(meeting.club, meeting.host, [membership(kept_out.marc).person], days=40)
    db.session.commit()
    assert marc.get(f"/meetings/{other.id}").status_code == 200


def test_a_cancelled_meeting_stays_full_to_him_and_writes_him_nothing(club, hugo, claire, marc, carry):
    carry()
    choose(hugo, club, company())
    carry()
    claire.post(f"/meetings/{club.meeting}/cancel", data={"act": "cancel"})
    assert set(carry()) == {"hugo", "nadia"}
    row = row_of(marc.get("/meetings/").text)
    assert "Complet" in row
    assert "Annulée" not in row
