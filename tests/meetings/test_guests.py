"""Somebody from outside: a guest of one meeting, or a member's substitute in his seat."""

import re
from datetime import timedelta

import pytest

from bourse.board.models import Board, Idea, IdeaState, Phase
from bourse.clock import now
from bourse.clubs.models import Company, Membership, Role
from bourse.db import db
from bourse.mailroom.models import Letter, LetterState
from bourse.meetings.answer import send_instead
from bourse.meetings.due import write_calendar_letters
from bourse.meetings.heard_models import Heard
from bourse.meetings.judge import Verdict
from bourse.meetings.letters import answer_url
from bourse.meetings.models import Answer, Meeting, Presence, Via
from bourse.people.models import Alias, AuditEvent, Language, Person
from bourse.problems.attachment_models import Attachment
from bourse.problems.inspect import Inspected, Kind
from bourse.problems.models import Problem, ProblemState
from tests.cast import HOSTS_COMPANY, a_club, a_company, a_member, a_person, in_days, invitation_of
from tests.meetings.test_views import the_form
from tests.test_queries import MOST, counted

EVA = {"given_name": "Eva", "family_name": "Expert", "email": "Eva@bourse.example", "language": "fr"}
EXPERT = EVA | {"company": "Cabinet Pervenche", "why": "experte du crédit d'impôt recherche"}
SAM = {"given_name": "Sam", "family_name": "Suppléant", "email": "sam@bourse.example", "language": "fr"}


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


@pytest.fixture
def at(app, visit):
    """The browser of somebody: `at("claire")`."""
    return lambda name: visit(app.test_client(), name)


@pytest.fixture
def claire(at):
    return at("claire")


def the_meeting(club) -> Meeting:
    return db.session.get_one(Meeting, club.meeting)


def the_person(name: str) -> Person:
    return db.session.scalars(db.select(Person).filter_by(email=f"{name}@bourse.example")).one()


def invitation(club, name: str):
    db.session.expire_all()
    return invitation_of(club.meeting, the_person(name).id)


def invite(client, club, **changes):
    return client.post(f"/meetings/{club.meeting}/guests/new", data=EXPERT | changes)


def send(client, club, name: str = "marc", **changes):
    url = f"/meetings/invitations/{invitation(club, name).id}/substitute"
    return client.post(url, data=SAM | changes)


def say(client, club, answer: str) -> str:
    return client.post(f"/meetings/{club.meeting}/answer", data={"answer": answer}, follow_redirects=True).text


def mails(name: str) -> list[Letter]:
    """What the worker writes to somebody now; it leaves at once."""
    write_calendar_letters(now())
    fresh = db.session.scalars(db.select(Letter).filter_by(state="planned").order_by(Letter.id)).all()
    for letter in fresh:
        letter.settle(LetterState.sent, now())
    db.session.commit()
    return [letter for letter in fresh if letter.to_address == f"{name}@bourse.example"]


def unfolded(letter: Letter) -> str:
    return re.sub(r"\r?\n ", "", (letter.calendar or b"").decode())


# A guest


@pytest.fixture
def guest(club, claire):
    """Eva, invited by the facilitator; the meeting is in ten days."""
    assert invite(claire, club).status_code == 302
    return club


@pytest.mark.parametrize("language", list(Language))
def test_a_guest_gets_the_invitation_in_her_language_and_calendar(club, claire, language):
    invite(claire, club, language=language.value)
    (letter,) = mails("eva")
    assert "METHOD:REQUEST" in unfolded(letter)
    assert "mailto:eva@bourse.example" in unfolded(letter)
    assert EXPERT["why"].replace("'", "’") in letter.text.replace("'", "’")
    told = {"fr": "parce que Club d'essai vous invite", "en": "because Club d'essai invites you"}[language.value]
    assert told in letter.text
    assert "membre de" not in letter.text


def test_before_the_go_nothing_leaves_and_nothing_opens(club, claire, at):
    the_meeting(club).released_at = None
    db.session.commit()
    invite(claire, club)
    assert mails("eva") == []
    assert at("eva").get(f"/meetings/{club.meeting}").status_code == 404


def test_she_finds_date_company_and_title_and_nothing_else(guest, at):
    meeting = the_meeting(guest)
    meeting.title = "Comment garder nos régleurs"
    db.session.commit()
    eva = at("eva")
    home = eva.get("/").text
    assert f"/meetings/{guest.meeting}" in home
    assert f"/meetings/{guest.meeting}" in eva.get("/meetings/").text
    assert "attendu" in at("marc").get("/meetings/").text
    assert "attendu" not in eva.get("/meetings/").text
    help_page = eva.get("/help/member").text
    assert "Claire Exemple" in help_page
    assert 'href="/outcomes/"' not in help_page
    page = eva.get(f"/meetings/{guest.meeting}").text
    assert HOSTS_COMPANY in page
    assert "Comment garder nos régleurs" in page
    assert "Serez-vous avec nous" in page
    for word in ("Marc", "Nadia", "viennent", "sans réponse", 'id="problem"', 'id="board"', "/feed/"):
        assert word not in page, word
    for address in ("/clubs/club-essai", f"/board/{guest.meeting}", f"/problems/{guest.meeting}", "/feed/"):
        assert eva.get(address).status_code == 404, address
    assert eva.get(f"/meetings/{guest.meeting}/rencontre.ics").status_code == 200


def test_she_answers_on_the_page_and_by_link_and_takes_a_seat(app, guest, at, client):
    assert "vous venez" in say(at("eva"), guest, "accepted")
    assert the_meeting(guest).taken_seats == 2
    link = answer_url(invitation(guest, "eva")).removeprefix("http://localhost")
    assert client.post(link, data={"answer": "declined"}).status_code == 200
    assert invitation(guest, "eva").current_answer is Answer.declined


def test_she_waits_like_anybody_when_it_is_full(guest, at):
    the_meeting(guest).places = 1
    db.session.commit()
    assert "liste d’attente" in say(at("eva"), guest, "accepted")


def test_she_comes_and_still_reads_neither_the_list_nor_the_follow_up(guest, at):
    say(at("eva"), guest, "accepted")
    page = at("eva").get(f"/meetings/{guest.meeting}").text
    assert "Marc" not in page
    assert at("eva").get(f"/outcomes/{guest.meeting}").status_code == 404


def test_the_day_after_her_pages_close(app, guest, at, client):
    say(at("eva"), guest, "accepted")
    link = answer_url(invitation(guest, "eva")).removeprefix("http://localhost")
    meeting = the_meeting(guest)
    meeting.starts_at, meeting.ends_at = now() - timedelta(hours=10), now() - timedelta(hours=6)
    db.session.commit()
    assert at("eva").get(f"/meetings/{guest.meeting}").status_code == 200
    meeting = the_meeting(guest)
    meeting.starts_at, meeting.ends_at = now() - timedelta(hours=29), now() - timedelta(hours=25)
    db.session.commit()
    assert at("eva").get(f"/meetings/{guest.meeting}").status_code == 404
    assert client.get(link).status_code == 404
    for page in ("/", "/meetings/"):
        assert f"/meetings/{guest.meeting}" not in at("eva").get(page).text


def test_another_meeting_of_the_club_stays_closed_to_her(guest, at):
    meeting = the_meeting(guest)
    other = Meeting(club=meeting.club, host=meeting.host, number=7, starts_at=in_days(40), ends_at=in_days(40, 18))
    db.session.add(other)
    other.release(now())
    db.session.commit()
    assert at("eva").get(f"/meetings/{other.id}").status_code == 404


def test_she_is_on_the_attendance_list_with_her_company_and_sees_her_own_presence(guest, claire, at):
    invitation(guest, "eva").presence = Presence.present
    meeting = the_meeting(guest)
    meeting.starts_at, meeting.ends_at = now() - timedelta(minutes=2), now() - timedelta(minutes=1)
    db.session.commit()
    page = claire.get(f"/attendance/{guest.meeting}").text
    assert "Expert</b> Eva" in page
    assert "Cabinet Pervenche" in page
    assert "Vous étiez là" in at("eva").get(f"/meetings/{guest.meeting}").text


def test_those_who_come_read_who_she_is(guest, at):
    page = at("marc").get(f"/meetings/{guest.meeting}").text
    assert "Eva Expert" in page
    assert "Cabinet Pervenche" in page
    assert "experte du crédit d&#39;impôt recherche" in page
    assert "/meetings/guests/" not in page


def tick(client, club, name="eva", **ticks):
    url = f"/meetings/guests/{invitation(club, name).guest.id}"
    typed = {"company": "Cabinet Pervenche", "why": "experte", "email": f"{name}@bourse.example"}
    return client.post(url, data=typed | ticks)


def test_her_address_is_corrected_by_who_leads_all_that_she_is_invited_to(guest, claire, at):
    write_calendar_letters(now())
    for letter in db.session.scalars(db.select(Letter)):
        letter.settle(LetterState.failed, now(), "550 5.1.1 No such mailbox")
    db.session.commit()
    dead = db.session.scalars(db.select(Letter).filter_by(to_address="eva@bourse.example")).one().id
    eva = invitation(guest, "eva")
    form = f"/meetings/guests/{eva.guest.id}"
    page = claire.get(f"/outbox/{dead}").text
    assert f'class="btn primary" href="{form}#email"' in page
    assert 'value="eva@bourse.example"' in claire.get(form).text
    assert "déjà celle de quelqu’un" in tick(claire, guest, email="marc@bourse.example").text
    assert tick(claire, guest, email="eva.e@bourse.example").status_code == 302
    assert [letter.kind for letter in mails("eva.e")] == ["invitation"]
    assert db.session.query(Letter).filter_by(to_address="eva@bourse.example").count() == 1
    assert "ne dit plus vrai" in claire.post(f"/outbox/{dead}/again", follow_redirects=True).text
    assert db.session.query(AuditEvent).filter_by(act="change_address").count() == 1


def test_nobody_takes_the_address_of_a_guest_who_is_more_than_his_guest(guest, claire, at):
    host = db.session.get_one(Membership, the_meeting(guest).host_id)
    other = a_club("autre-club")
    a_member(other, the_person("eva"), a_company(other.organisation, "Cabinet Pervenche"))
    db.session.commit()
    form = f"/meetings/guests/{invitation(guest, 'eva').guest.id}"
    for name in ("claire", host.person.email.partition("@")[0]):
        assert 'name="email"' not in at(name).get(form).text
        tick(at(name), guest, email="hugo.bis@bourse.example")
    assert the_person("eva").email == "eva@bourse.example"


def test_the_shared_problem_opens_to_her_only_when_ticked(guest, at):
    meeting = the_meeting(guest)
    meeting.starts_at, meeting.ends_at = in_days(5), in_days(5, 18)
    problem = Problem(meeting=meeting, question="Comment former nos régleurs ?", tried="canari")
    problem.state = ProblemState.approved
    db.session.add(problem)
    db.session.commit()
    address = f"/problems/{guest.meeting}"
    assert at("eva").get(address).status_code == 404
    assert "former nos régleurs" not in at("eva").get(f"/meetings/{guest.meeting}").text
    tick(at("hugo"), guest, sees_problem="y")
    assert "canari" in at("eva").get(address).text
    assert "former nos régleurs" in at("eva").get(f"/meetings/{guest.meeting}").text
    say(at("eva"), guest, "declined")
    assert at("eva").get(address).status_code == 404
    tick(at("hugo"), guest)
    say(at("eva"), guest, "accepted")
    assert at("eva").get(address).status_code == 404


def test_the_cards_open_to_her_only_when_ticked_and_revealed_and_she_writes_none(guest, at):
    board = Board(meeting=the_meeting(guest), phase=Phase.writing, revision=1)
    card = Idea(board=board, author_id=guest.marc, client_key="k", text="canari", revision=1, state=IdeaState.private)
    db.session.add(card)
    db.session.commit()
    address = f"/board/{guest.meeting}"
    tick(at("claire"), guest, sees_cards="y")
    say(at("eva"), guest, "accepted")
    assert at("eva").get(address).status_code == 404
    db.session.expire_all()
    board, card = db.session.scalars(db.select(Board)).one(), db.session.scalars(db.select(Idea)).one()
    board.phase, card.state = Phase.revealed, IdeaState.revealed
    db.session.commit()
    assert "canari" in at("eva").get(address).text
    assert "canari" in at("eva").get(f"{address}/since").text
    assert at("eva").post(address, data={"text": "moi"}).status_code == 404
    tick(at("claire"), guest)
    assert at("eva").get(address).status_code == 404


@pytest.mark.parametrize(
    ("answer", "presence", "reads_all"),
    [
        ("accepted", None, True),
        ("tentative", Presence.present, True),
        (None, Presence.present, True),
        (None, None, False),
        ("accepted", Presence.absent, False),
        ("accepted", Presence.excused, False),
    ],
)
def test_once_it_has_begun_a_ticked_guest_reads_all_only_in_the_room(guest, at, answer, presence, reads_all):
    meeting = the_meeting(guest)
    problem = Problem(meeting=meeting, tried="résumé-canari", why_now="délicat-canari", state=ProblemState.approved)
    file = Attachment.of(Inspected("plan.png", Kind.png, b"canari"), by=meeting.host.person)
    file.problem = problem
    board = Board(meeting=meeting, phase=Phase.revealed, revision=1)
    db.session.add_all([file, board])
    db.session.commit()
    tick(at("hugo"), guest, sees_problem="y", sees_cards="y")
    if answer:
        say(at("eva"), guest, answer)
    invitation(guest, "eva").presence = presence
    meeting = the_meeting(guest)
    meeting.starts_at, meeting.ends_at = now() - timedelta(hours=4), now() - timedelta(hours=1)
    db.session.commit()
    token = db.session.scalars(db.select(Attachment.token)).one()
    eva = at("eva")
    page = eva.get(f"/problems/{guest.meeting}").text
    assert "résumé-canari" in page
    assert ("délicat-canari" in page) is reads_all
    for address in (f"/problems/attachments/{token}", f"/board/{guest.meeting}"):
        assert eva.get(address).status_code == (200 if reads_all else 404), address


def test_withdrawn_she_loses_the_date_and_the_pages(guest, claire, at):
    mails("eva")
    tick(claire, guest, act="withdraw")
    (letter,) = mails("eva")
    assert "METHOD:CANCEL" in unfolded(letter)
    assert letter.subject.startswith("Invitation retirée")  # the meeting stands
    assert "annulée" not in letter.text + letter.html
    assert at("eva").get(f"/meetings/{guest.meeting}").status_code == 404
    assert [each.act for each in db.session.scalars(db.select(AuditEvent))].count("withdraw_guest") == 1
    assert invite(claire, guest, why="revient").status_code == 302
    again = invitation(guest, "eva")
    assert (again.is_withdrawn, again.guest.why, again.current_answer) == (False, "revient", Answer.none)


def test_a_change_of_the_meeting_leaves_her_invited(guest, claire):
    mails("eva")
    form = the_form(the_meeting(guest), day=in_days(20).date().isoformat())
    form["invited"] = [guest.hugo, guest.marc, guest.nadia]
    claire.post(f"/meetings/{guest.meeting}/change", data=form)
    assert not invitation(guest, "eva").is_withdrawn
    assert [letter.kind for letter in mails("eva")] == ["new_date"]


def test_who_joins_the_club_is_no_longer_a_guest(guest, claire, at):
    a_member(the_meeting(guest).club, the_person("eva"), None, Role.facilitator)
    db.session.commit()
    assert at("eva").get(f"/clubs/{guest.slug}").status_code == 200
    form = the_form(the_meeting(guest))
    claire.post(f"/meetings/{guest.meeting}/change", data=form)
    assert invitation(guest, "eva").guest is None


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("email", "eva", "Indiquez une adresse e-mail complète"),
        ("given_name", " ", "Indiquez le prénom."),
        ("why", "", "Dites à quel titre vous l’invitez."),
        ("language", "de", "Not a valid choice"),
        ("email", "nadia@bourse.example", "Nadia Exemple est du club"),
        ("why", "x" * 201, "au plus"),
    ],
)
def test_a_wrong_entry_gets_a_sentence_and_keeps_what_was_typed(club, claire, field, typed, sentence):
    page = invite(claire, club, **{field: typed}).text
    if field != "language":
        assert sentence in page.replace("\xa0", " ")
    assert "Cabinet Pervenche" in page
    assert "<title>Erreur" in page
    assert db.session.scalar(db.select(db.func.count(Person.id)).filter_by(email="eva@bourse.example")) == 0


def test_a_double_click_invites_once(club, claire):
    invite(claire, club)
    assert "a déjà une invitation" in invite(claire, club).text
    assert len([each for each in the_meeting(club).invitations if each.guest]) == 1


def test_no_guest_is_of_a_company_that_the_host_keeps_out(guest, claire, at):
    meeting = the_meeting(guest)
    elsewhere = a_club("autre-club")
    rival = db.session.scalars(db.select(Company).filter_by(name="Tournage Edelweiss")).one()
    zoe = a_person("zoe")
    a_member(elsewhere, zoe, rival)
    meeting.exclude(rival.id, by=meeting.host.person, at=now())
    db.session.commit()
    db.session.add(another_address(zoe, "privee@ailleurs.example"))
    db.session.commit()
    for address in ("zoe@bourse.example", "privee@ailleurs.example"):
        page = invite(claire, guest, email=address).text
        assert "à l’écart" in page
        assert "Zoe" not in page
    mails("eva")
    a_member(db.session.merge(elsewhere), the_person("eva"), db.session.merge(rival))
    db.session.commit()
    assert at("eva").get(f"/meetings/{guest.meeting}").status_code == 404
    assert "METHOD:CANCEL" in unfolded(mails("eva")[0])


def another_address(person: Person, address: str) -> Alias:
    return Alias(person=person, address=address, asked_at=now(), confirmed_at=now())


@pytest.mark.parametrize("address", ["yves@bourse.example", "prive@ailleurs.example"])
def test_the_form_does_not_tell_who_holds_an_address(club, claire, address):
    db.session.add(another_address(a_person("yves", "Connu"), "prive@ailleurs.example"))
    db.session.commit()
    answer = invite(claire, club, email=address)
    with claire.session_transaction() as session:
        assert [told.replace("’", "'") for _, told in session["_flashes"]] == [
            "Eva Expert\xa0: l'invitation part dans la minute."
        ]
    assert answer.status_code == 302
    write_calendar_letters(now())
    letter = db.session.scalars(db.select(Letter).filter_by(to_address=address)).one()
    assert ("Connu" in letter.to_name) is (address == "yves@bourse.example")


def test_whose_account_is_closed_is_not_invited(club, claire):
    a_person("fermee").is_closed = True
    db.session.commit()
    page = invite(claire, club, email="fermee@bourse.example").text
    assert "Cette personne ne peut pas être invitée ici." in page
    assert "Fermee" not in page


def test_a_guest_invites_nobody(guest, at):
    eva, own = at("eva"), invitation(guest, "eva").id
    assert eva.get(f"/meetings/{guest.meeting}/guests/new").status_code == 404
    assert eva.get(f"/meetings/invitations/{own}/substitute").status_code == 404
    assert eva.get(f"/meetings/guests/{invitation(guest, 'eva').guest.id}").status_code == 404


# A substitute


@pytest.fixture
def sent(club, at):
    """Sam, whom marc sends in his seat."""
    assert send(at("marc"), club).status_code == 302
    return club


def test_a_substitute_is_invited_for_the_member_s_company_and_the_member_is_away(sent, at):
    (letter,) = mails("sam")
    assert "Marc Exemple ne peut pas venir et vous propose sa place." in letter.text
    assert "METHOD:REQUEST" in unfolded(letter)
    assert (invitation(sent, "marc").current_answer, invitation(sent, "marc").via) == (Answer.declined, Via.web)
    sam = invitation(sent, "sam")
    assert (sam.guest.company, sam.current_answer) == ("Ateliers Gentiane", Answer.none)
    assert "Vous avez proposé votre place à Sam Suppléant" in at("marc").get(f"/meetings/{sent.meeting}").text
    page = at("claire").get(f"/meetings/{sent.meeting}").text
    assert "À sa place : Sam Suppléant" in page.replace("\xa0", " ")
    assert "Remplace Marc Exemple" in page


def test_the_member_s_seat_is_kept_until_the_substitute_has_answered(club, at):
    the_meeting(club).places = 1
    db.session.commit()
    say(at("nadia"), club, "accepted")
    send(at("marc"), club)
    assert (the_meeting(club).free_seats, invitation(club, "nadia").current_answer) == (0, Answer.waiting)
    assert "vous venez" in say(at("sam"), club, "accepted")
    say(at("sam"), club, "declined")
    assert invitation(club, "nadia").current_answer is Answer.accepted


def test_the_seat_that_is_kept_is_to_confirm_like_any_other_when_the_date_moves(club, at):
    send(at("marc"), club)
    assert the_meeting(club).taken_seats == 1
    the_meeting(club).move(in_days(20), in_days(20, 18))
    db.session.commit()
    assert the_meeting(club).taken_seats == 0


def test_who_waits_sends_somebody_to_wait_in_his_turn(club, at):
    the_meeting(club).places = 1
    db.session.commit()
    say(at("nadia"), club, "accepted")
    since = invitation(club, "nadia").waiting_since
    send(at("nadia"), club, "nadia")
    say(at("sam"), club, "accepted")
    assert invitation(club, "sam").waiting_since == since
    assert invitation(club, "nadia").current_answer is Answer.declined


def test_the_member_takes_his_seat_back_by_saying_yes(sent, at):
    mails("sam")
    the_meeting(sent).places = 1
    db.session.commit()
    assert "vous venez" in say(at("marc"), sent, "accepted")
    assert invitation(sent, "sam").is_withdrawn
    assert "METHOD:CANCEL" in unfolded(mails("sam")[0])
    assert at("sam").get(f"/meetings/{sent.meeting}").status_code == 404


def test_the_member_may_send_nobody_after_all(sent, at):
    mails("sam")
    marc = at("marc")
    url = f"/meetings/invitations/{invitation(sent, 'marc').id}/substitute/end"
    for _ in range(2):
        assert marc.post(url).status_code == 302
    assert invitation(sent, "sam").is_withdrawn
    assert invitation(sent, "marc").current_answer is Answer.declined
    assert [letter.kind for letter in mails("sam")] == ["cancelled"]


def test_another_substitute_takes_the_place_of_the_first(sent, at):
    the_meeting(sent).places = 1
    db.session.commit()
    send(at("marc"), sent, email="rose@bourse.example", given_name="Rose")
    assert invitation(sent, "sam").is_withdrawn
    assert invitation(sent, "rose").takes_a_seat


@pytest.mark.parametrize("how", ["another", "himself", "nobody"])
def test_the_trail_says_who_ended_a_substitute_s_invitation(sent, at, how):
    marc, sam = at("marc"), invitation(sent, "sam").id
    if how == "another":
        send(marc, sent, email="rose@bourse.example")
    elif how == "himself":
        say(marc, sent, "accepted")
    else:
        marc.post(f"/meetings/invitations/{invitation(sent, 'marc').id}/substitute/end")
    (event,) = db.session.scalars(db.select(AuditEvent).filter_by(act="withdraw_guest"))
    assert (event.about, event.person_id) == (f"invitation:{sam}", sent.marc)


def test_a_double_click_sends_one(sent, at):
    assert send(at("marc"), sent).status_code == 302
    assert len([each for each in the_meeting(sent).invitations if each.guest]) == 1


def test_a_no_from_the_member_s_calendar_does_not_recall_the_substitute(sent, at):
    say(at("marc"), sent, "declined")
    assert not invitation(sent, "sam").is_withdrawn


@pytest.mark.parametrize("end", ["leaves", "is kept out", "is withdrawn"])
def test_the_substitute_goes_when_his_member_goes(sent, at, end):
    mails("sam")
    membership = db.session.scalars(db.select(Membership).filter_by(person_id=sent.marc)).one()
    if end == "leaves":
        membership.leave()
    elif end == "is kept out":
        the_meeting(sent).exclude(membership.company_id, by=the_person("hugo"), at=now())
    else:
        invitation(sent, "marc").withdraw(now())
    db.session.commit()
    assert at("sam").get(f"/meetings/{sent.meeting}").status_code == 404
    assert "METHOD:CANCEL" in unfolded(mails("sam")[0])


ALIKE = "Transmis à l'animation du club, qui vous répond. D'ici là, votre réponse reste la même."


@pytest.mark.parametrize("who", ["kept-out", "free", "private", "member", "closed"])
def test_of_whomever_the_house_knows_a_member_learns_nothing_and_the_facilitator_decides(club, at, who):
    meeting, elsewhere = the_meeting(club), a_club("autre-club")
    rival = db.session.scalars(db.select(Company).filter_by(name="Tournage Edelweiss")).one()
    a_member(elsewhere, a_person("kept-out"), rival)
    a_member(elsewhere, a_person("free"), a_company(elsewhere.organisation, "Libre"))
    db.session.add(another_address(a_person("zoe"), "private@bourse.example"))
    a_member(meeting.club, a_person("member"), None)
    a_person("closed").is_closed = True
    meeting.exclude(rival.id, by=meeting.host.person, at=now())
    db.session.commit()
    marc = at("marc")
    before = invitation(club, "marc").answered_at
    for _ in range(2):
        answer = send(marc, club, email=f"{who}@bourse.example")
        assert (answer.status_code, answer.location) == (302, f"/meetings/{club.meeting}")
    page = marc.get(answer.location).text
    assert ALIKE in page.replace("’", "'").replace("\xa0", " ")
    assert (invitation(club, "marc").answered_at, len(the_meeting(club).invitations)) == (before, 3)
    asked = db.session.scalars(db.select(AuditEvent).filter_by(act="ask_substitute")).all()
    assert [each.person_id for each in asked] == [club.marc] * 2
    waiting = db.session.scalars(db.select(Heard).where(Heard.settled_at.is_(None))).all()
    assert [each.delegated_to for each in waiting] == [f"{who}@bourse.example"]


def test_the_facilitator_reads_whom_a_member_would_send_and_invites_him_or_not(club, at):
    a_person("sam", "Connu")
    db.session.commit()
    send(at("marc"), club)
    claire = at("claire")
    page = claire.get("/replies/").text
    assert "Demande à envoyer sam@bourse.example à sa place" in page
    assert "Sam Suppléant" in page
    assert "/note" not in page
    link = re.search(r'href="(/meetings/invitations/\d+/substitute[^"]*)"', page)
    assert link
    assert 'value="sam@bourse.example"' in claire.get(link[1]).text
    assert send(claire, club).status_code == 302
    assert invitation(club, "marc").substitute.person is the_person("sam")
    assert "Rien à vérifier" in claire.get("/replies/").text


def test_the_usual_substitute_stands_ready(club, at):
    marc = at("marc")
    usual = {f"substitute_{name}": SAM[name] for name in ("given_name", "family_name", "email")}
    assert marc.post(f"/clubs/{club.slug}/me", data=usual | {"brings": ""}).status_code == 302
    page = marc.get(f"/meetings/invitations/{invitation(club, 'marc').id}/substitute").text
    assert 'value="sam@bourse.example"' in page
    assert 'value="Suppléant"' in page
    assert "sam@" not in at("nadia").get(f"/clubs/members/{the_person('marc').memberships[0].id}").text
    db.session.scalars(db.select(Membership).filter_by(person_id=club.marc)).one().leave()
    assert the_person("marc").memberships[0].substitute == {}


def test_a_usual_substitute_needs_an_address(club, at):
    page = at("marc").post(f"/clubs/{club.slug}/me", data={"substitute_given_name": "Sam"}).text
    assert "Indiquez une adresse e-mail complète" in page
    assert 'value="Sam"' in page


def test_the_host_sends_nobody_and_nobody_sends_for_another(club, at):
    for name, whose in (("hugo", "hugo"), ("marc", "nadia"), ("claire", "hugo")):
        assert send(at(name), club, whose).status_code == 404, (name, whose)


def test_the_facilitator_sends_whom_a_calendar_named_and_the_reply_is_settled(club, at):
    claim = Heard(fingerprint="f", message_id="", sender="nadia@bourse.example", received_at=now(), kind="reply")
    claim.verdict, claim.reason, claim.delegated_to = Verdict.queued, "delegated", "sam@bourse.example"
    claim.partstat = "DELEGATED"
    meeting = the_meeting(club)
    claim.club, claim.meeting, claim.invitation = meeting.club, meeting, invitation_of(club.meeting, club.nadia)
    db.session.add(claim)
    db.session.commit()
    claire = at("claire")
    link = re.search(r'href="(/meetings/invitations/\d+/substitute[^"]*)"', claire.get("/replies/").text)
    assert link
    assert 'value="sam@bourse.example"' in claire.get(link[1].replace("&amp;", "&")).text
    assert send(claire, club, "nadia").status_code == 302
    assert invitation(club, "nadia").current_answer is Answer.declined
    assert invitation(club, "nadia").via is Via.phone
    assert db.session.scalars(db.select(Heard)).one().settled_by_id == club.claire
    assert "Rien à vérifier" in claire.get("/replies/").text


def test_who_waits_takes_his_turn_back_too(club, at):
    the_meeting(club).places = 1
    db.session.commit()
    say(at("nadia"), club, "accepted")
    since = invitation(club, "nadia").waiting_since
    send(at("nadia"), club, "nadia")
    say(at("nadia"), club, "accepted")
    assert (invitation(club, "nadia").waiting_since, invitation(club, "nadia").rank) == (since, 1)


def test_no_page_asks_more_for_more_guests_substitutes_and_people_who_wait(club, at):
    def asked():
        found = {}
        for name, path in (("claire", ""), ("marc", ""), ("hugo", "/guests/new"), ("claire", "/change")):
            client = at(name)
            with counted() as sent:
                assert client.get(f"/meetings/{club.meeting}{path}").status_code == 200
            found[name, path] = len(sent)
        return found

    def crowd(size):
        meeting = the_meeting(club)
        for number in range(size):
            name = f"{number}-of-{size}"
            member = a_member(meeting.club, a_person(f"member-{name}"), None)
            invited = meeting.invite(member.person)
            waits = meeting.invite_guest(a_person(f"guest-{name}"), by=member.person)
            db.session.flush()
            send_instead(invited, a_person(f"stand-in-{name}"), now=now(), via=Via.web, by=member.person)
            waits.invitation.give(Answer.waiting, at=now(), via=Via.web, by=None)
        db.session.commit()

    crowd(2)
    few = asked()
    crowd(20)
    assert asked() == few
    assert max(few.values()) <= MOST


def test_the_link_of_a_letter_names_nobody_it_leads_to_where_one_signs_in(app, club, client):
    link = answer_url(invitation(club, "marc")).removeprefix("http://localhost")
    page = client.get(link).text
    way = re.search(r'href="(/meetings/invitations/\d+/substitute)"', page)
    assert way
    assert "/sign-in" in client.get(way[1]).location
