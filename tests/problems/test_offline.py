"""The problem written where there is no network: nothing is lost, nothing is sent twice, nobody else sees it."""

import re

import pytest
from playwright.sync_api import expect

from bourse.clock import now
from bourse.db import db
from bourse.problems.models import Problem
from bourse.problems.read import ProblemState
from tests.problems.phone import SCREEN, Network, a_phone

ON_THE_PHONE = re.compile("Enregistré sur ce téléphone, envoi dès le retour du réseau")
THERE_IT_WAITS = re.compile(r"Enregistré sur ce téléphone\s: le serveur est occupé")
ON_THE_SERVER = re.compile("Brouillon enregistré")
SOON = 20_000
A_BLINK = 300  # milliseconds: the most that a phone takes to keep what was typed
EVERYTHING_IN = """(name) => new Promise((resolve) => {
    const asked = indexedDB.open("bourse");
    asked.onsuccess = () => {
        const base = asked.result;
        if (!base.objectStoreNames.contains(name)) return base.close(), resolve([]);
        const all = base.transaction(name).objectStore(name).getAll();
        all.onsuccess = () => { base.close(); resolve(all.result); };
    };
})"""


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


@pytest.fixture
def network(app, listening):
    app.config["WTF_CSRF_ENABLED"] = True
    listening.server_close()
    network = Network(app, listening.port)
    network.mend()
    yield network
    network.cut()


@pytest.fixture
def phone(browser, tmp_path, network):
    with a_phone(browser, tmp_path / "phone", network.home) as phone:
        yield phone


@pytest.fixture
def key_of(app, visit):
    """What a browser carries of somebody who signed in."""
    return lambda name: visit(app.test_client(), name).get_cookie("bourse").value


def stored(app):
    with app.app_context():
        return db.session.scalars(db.select(Problem).execution_options(populate_existing=True)).one()


def line(page):
    return page.locator(".save")


def is_ready(page):
    page.evaluate("navigator.serviceWorker.ready")


@pytest.mark.parametrize("comes_back", ["before", "after"])
def test_typed_without_network_killed_reopened_sent_once(app, club, network, phone, key_of, comes_back):
    write = f"/problems/{club.meeting}/write"
    phone.sign_in(key_of("hugo"))
    page = phone.open()
    page.goto(f"{write}?step=problem")
    is_ready(page)
    page.fill("#question", "Comment garder Gérard ?")
    expect(line(page)).to_have_text(ON_THE_SERVER, timeout=SOON)
    before = stored(app).version
    network.cut()
    page.type("#tried", "Écrit à la cave")
    expect(line(page)).to_have_text(ON_THE_PHONE, timeout=SOON)
    page.type("#tried", ", puis à l'atelier")
    page.wait_for_timeout(A_BLINK)
    phone.die()
    if comes_back == "before":
        network.mend()
    page = phone.open()
    page.goto(f"{write}?step=problem")
    expect(page.locator("#question")).to_have_value("Comment garder Gérard ?")
    expect(page.locator("#tried")).to_have_value("Écrit à la cave, puis à l'atelier")
    if comes_back == "after":
        expect(line(page)).to_have_text(ON_THE_PHONE, timeout=SOON)
        page.get_by_role("button", name="Continuer").click()
        expect(page).to_have_url(re.compile("step=hopes"))
        page.type("#expected", "Deux idées")
        network.mend()
        page.evaluate("dispatchEvent(new Event('online'))")
    expect(line(page)).to_have_text(ON_THE_SERVER, timeout=SOON)
    problem = stored(app)
    assert (problem.question, problem.tried) == ("Comment garder Gérard ?", "Écrit à la cave, puis à l'atelier")
    assert problem.expected == ("Deux idées" if comes_back == "after" else "")
    assert problem.version == before + 1
    assert page.locator(".theirs").count() == 0
    nothing_is_left(page)


# One browser, whose network goes and comes back


@pytest.fixture
def hugo(browser, network, key_of):
    """Hugo's browser, which has opened his problem once."""
    context = browser.new_context(base_url=network.home, **SCREEN)
    signed_in(context, network, key_of("hugo"))
    yield context
    context.close()


def signed_in(context, network, key):
    context.add_cookies([{"name": "bourse", "value": key, "url": network.home}])


def writes(context, club, step="problem"):
    page = context.new_page()
    page.goto(f"/problems/{club.meeting}/write?step={step}")
    is_ready(page)
    return page


def online(page, network):
    network.mend()
    page.evaluate("dispatchEvent(new Event('online'))")


def on_the_phone(page):
    """The unsent answers of each draft that the browser keeps."""
    return [draft["answers"] for draft in in_store(page, "drafts")]


def in_store(page, name):
    return page.evaluate(EVERYTHING_IN, name)


def nothing_is_left(page):
    for _ in range(20):
        if on_the_phone(page) == []:
            return
        page.wait_for_timeout(200)
    raise AssertionError(on_the_phone(page))


def test_all_steps_go_on_without_network(app, club, network, hugo):
    page = writes(hugo, club, "company")
    page.fill("#context", "Trente-huit personnes")
    expect(line(page)).to_have_text(ON_THE_SERVER, timeout=SOON)
    network.cut()
    for name, text in (("question", "Comment faire ?"), ("expected", "Deux idées"), ("to_look_at", "Le poste 4")):
        page.get_by_role("button", name="Continuer").click()
        page.fill(f"#{name}", text)
    page.get_by_role("button", name="Continuer").click()
    for text in ("Trente-huit personnes", "Comment faire ?", "Deux idées", "Le poste 4"):
        expect(page.get_by_text(text)).to_be_visible()
    page.goto("/")
    page.get_by_role("link", name="Reprenez votre problème").click()
    expect(page).to_have_url(re.compile("step=problem"))
    network.mend()
    page.get_by_role("button", name="Continuer").click()
    expect(line(page)).to_have_text(ON_THE_SERVER, timeout=SOON)
    nothing_is_left(page)
    problem = stored(app)
    assert (problem.question, problem.expected, problem.to_look_at) == ("Comment faire ?", "Deux idées", "Le poste 4")


def test_a_lost_answer_is_no_other_writer(app, club, network, hugo):
    page = writes(hugo, club)
    lost = []

    def lose(route):
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/save", lose)
    page.fill("#tried", "Un logiciel")
    expect(line(page)).to_have_text(ON_THE_PHONE, timeout=SOON)
    assert lost[0] == 200
    page.unroute("**/save")
    page.fill("#tried", "Un logiciel, puis rien")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(line(page)).to_have_text(ON_THE_SERVER, timeout=SOON)
    assert stored(app).tried == "Un logiciel, puis rien"
    assert page.locator(".theirs").count() == 0


@pytest.mark.parametrize("status", [429, 500])
def test_a_server_that_cannot_now_is_no_lost_network(app, club, network, hugo, status):
    page = writes(hugo, club)
    page.route("**/save", lambda route: route.fulfill(status=status, body=""))
    page.fill("#tried", "Un logiciel")
    expect(line(page)).to_have_text(THERE_IT_WAITS, timeout=SOON)
    page.unroute("**/save")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(line(page)).to_have_text(ON_THE_SERVER, timeout=SOON)
    assert stored(app).tried == "Un logiciel"


def test_what_somebody_else_wrote_meanwhile_is_shown_beside_it(app, club, client, visit, network, hugo):
    page = writes(hugo, club)
    page.fill("#tried", "Rien encore")
    page.fill("#why_now", "Il part")
    expect(line(page)).to_have_text(ON_THE_SERVER, timeout=SOON)
    network.cut()
    page.fill("#tried", "Le mot de Hugo")
    page.fill("#why_now", "Il part en janvier")
    expect(line(page)).to_have_text(ON_THE_PHONE, timeout=SOON)
    claire_writes(app, client, visit, club, tried="Le mot de Claire")
    online(page, network)
    expect(line(page)).to_have_text(re.compile("a changé ailleurs"), timeout=SOON)
    expect(page.locator("#tried")).to_have_value("Le mot de Hugo")
    expect(page.locator(".theirs")).to_contain_text("Le mot de Claire")
    expect(page.locator(".theirs")).to_have_count(1)
    page.wait_for_timeout(500)
    assert (stored(app).tried, stored(app).why_now) == ("Le mot de Claire", "Il part en janvier")
    page.click("text=Enregistrer ma version")
    expect(page).to_have_url(re.compile("step=hopes"))
    nothing_is_left(page)
    assert stored(app).tried == "Le mot de Hugo"


def test_of_an_approved_text_too_one_settles_on_a_version(app, club, client, visit, network, hugo):
    """Nothing leaves by itself then, so the page that comes back shows both texts; pressed again, it is settled."""
    page = writes(hugo, club)
    page.fill("#tried", "Rien encore")
    expect(line(page)).to_have_text(ON_THE_SERVER, timeout=SOON)
    problem = db.session.scalars(db.select(Problem)).one()
    problem.approve(problem.saved_by, now())
    db.session.commit()
    page.reload()
    page.fill("#tried", "Le mot de Hugo")
    claire_writes(app, client, visit, club, tried="Le mot de Claire")
    page.get_by_role("button", name="Continuer").click()
    expect(page.locator(".theirs")).to_contain_text("Le mot de Claire")
    page.click("text=Enregistrer ma version")
    expect(page).to_have_url(re.compile("step=hopes"))
    assert stored(app).tried == "Le mot de Hugo"


def claire_writes(app, client, visit, club, **answers):
    app.config["WTF_CSRF_ENABLED"] = False
    form = {"version": str(stored(app).version)} | answers
    assert visit(client, "claire").post(f"/problems/{club.meeting}/save", data=form).status_code == 200
    app.config["WTF_CSRF_ENABLED"] = True


def test_a_text_of_another_step_waits_for_the_writers_eye(app, club, client, visit, network, hugo):
    page = writes(hugo, club)
    page.fill("#tried", "Rien encore")
    expect(line(page)).to_have_text(ON_THE_SERVER, timeout=SOON)
    network.cut()
    page.fill("#tried", "Le mot de Hugo")
    page.get_by_role("button", name="Continuer").click()
    claire_writes(app, client, visit, club, tried="Le mot de Claire")
    online(page, network)
    page.get_by_role("link", name="Le voir").click()
    expect(page.locator(".theirs")).to_contain_text("Le mot de Claire")
    expect(page.locator("#tried")).to_have_value("Le mot de Hugo")
    assert stored(app).tried == "Le mot de Claire"


def test_two_tabs_keep_apart(app, club, network, hugo):
    pages = [writes(hugo, club), writes(hugo, club)]
    network.cut()
    for page, name in zip(pages, ("tried", "options"), strict=True):
        page.fill(f"#{name}", f"Écrit pour {name}")
        expect(line(page)).to_have_text(ON_THE_PHONE, timeout=SOON)
    assert len(on_the_phone(page)) == 2
    network.mend()
    for page in pages:
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(line(page)).to_have_text(ON_THE_SERVER, timeout=SOON)
    assert (stored(app).tried, stored(app).options) == ("Écrit pour tried", "Écrit pour options")


def test_what_is_unsent_is_not_handed_in(app, club, network, hugo):
    page = writes(hugo, club)
    page.fill("#question", "Comment faire ?")
    expect(line(page)).to_have_text(ON_THE_SERVER, timeout=SOON)
    page.goto(f"/problems/{club.meeting}/write?step=problem")
    page.route("**/save", lambda route: route.abort())
    page.fill("#tried", "Pas encore parti")
    expect(line(page)).to_have_text(ON_THE_PHONE, timeout=SOON)
    page.goto(f"/problems/{club.meeting}/write?step=share")
    hand_in(page)
    expect(line(page)).to_have_text(ON_THE_PHONE, timeout=SOON)
    assert stored(app).state is ProblemState.draft
    page.unroute("**/save")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_text("Pas encore parti")).to_be_visible(timeout=2 * SOON)  # a try may be under way
    hand_in(page)
    expect(page).to_have_url(re.compile("/meetings/"))
    assert (stored(app).state, stored(app).tried) == (ProblemState.submitted, "Pas encore parti")
    assert in_store(page, "seen") == []


def hand_in(page):
    page.get_by_role("button", name="Transmettre").click()
    page.get_by_role("dialog").get_by_role("button", name="Transmettre").click()


# Who is there


def test_signed_out_meanwhile_the_text_waits_for_the_next_sign_in(app, club, network, hugo, key_of):
    page = writes(hugo, club)
    hugo.clear_cookies()
    page.fill("#tried", "Écrit après la fin de la session")
    expect(line(page)).to_have_text(re.compile("reconnectez-vous"), timeout=SOON)
    assert on_the_phone(page) == [{"tried": "Écrit après la fin de la session"}]
    page.get_by_role("link", name="Se reconnecter").click()
    expect(page).to_have_url(re.compile("sign-in"))
    signed_in(hugo, network, key_of("hugo"))
    page.goto(f"/problems/{club.meeting}/write?step=problem")
    expect(line(page)).to_have_text(ON_THE_SERVER, timeout=SOON)
    assert stored(app).tried == "Écrit après la fin de la session"


def test_somebody_else_on_the_same_phone_neither_sees_nor_sends_it(app, club, network, hugo, key_of):
    secret = "Canari de Hugo"
    page = writes(hugo, club)
    network.cut()
    page.fill("#tried", secret)
    expect(line(page)).to_have_text(ON_THE_PHONE, timeout=SOON)
    network.mend()
    hugo.clear_cookies()
    signed_in(hugo, network, key_of("claire"))
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#tried")).to_have_value("", timeout=SOON)
    network.cut()
    page.reload()
    expect(line(page)).to_have_text(re.compile("Pas de réseau"))
    expect(page.locator("#tried")).to_have_value("")
    page.goto("/")
    expect(page.get_by_role("heading", name="Pas de réseau")).to_be_visible()
    assert page.get_by_role("link", name="Reprenez").count() == 0
    network.mend()
    page.goto("/")
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page).to_have_url(re.compile("sign-in"))
    with app.app_context():
        assert not db.session.scalars(db.select(Problem)).all()
    signed_in(hugo, network, key_of("hugo"))
    page.goto(f"/problems/{club.meeting}/write?step=problem")
    expect(line(page)).to_have_text(ON_THE_SERVER, timeout=SOON)
    assert stored(app).tried == secret


def test_signing_out_asks_before_it_loses_a_text(app, club, network, hugo):
    page = writes(hugo, club)
    page.route("**/save", lambda route: route.abort())
    page.fill("#tried", "Pas encore parti")
    expect(line(page)).to_have_text(ON_THE_PHONE, timeout=SOON)
    page.get_by_role("button", name="Se déconnecter").click()
    page.get_by_role("dialog").get_by_role("button", name="Annuler").click()
    assert on_the_phone(page) == [{"tried": "Pas encore parti"}]
    page.get_by_role("button", name="Se déconnecter").click()
    page.get_by_role("dialog").get_by_role("button", name="Se déconnecter").click()
    expect(page).to_have_url(re.compile("sign-in"))
    assert on_the_phone(page) == []
    assert page.evaluate("caches.keys()") == []
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0


def test_no_page_with_anybodys_words_is_kept_for_later(club, client, visit, network, hugo):
    page = writes(hugo, club)
    kept = page.evaluate("""async () => {
        const cache = await caches.open((await caches.keys())[0]);
        const urls = (await cache.keys()).map((request) => request.url);
        const texts = await Promise.all(urls.map(async (url) => (await cache.match(url)).text()));
        return Object.fromEntries(urls.map((url, at) => [url.replace(location.origin, ""), texts[at]]));
    }""")
    pages = [url for url in kept if not url.startswith("/static")]
    steps = ("company", "problem", "hopes", "visit", "share")
    assert sorted(pages) == sorted(["/offline/fr", *(f"/problems/offline/fr?step={step}" for step in steps)])
    for word in ("Hugo", "Exemple", 'csrf_token" value="I', "data-person"):
        assert not [url for url in pages if word in kept[url]]
