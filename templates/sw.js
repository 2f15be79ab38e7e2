// Answers for the house when the network is away: the pages for writing a problem, or a page that says so.
// It keeps nothing but these assets and pages, which it asks for as nobody: they hold no word of anybody.

const NAME = {{ name|tojson }};
const ASSETS = [
  {%- for name in ("tokens.css", "components.css", "pages.css", "favicon.svg", "app.js", "alone.js", "away.js", "dictate.js", "draft.js", "problem.js", "send.js", "tell.js", "unsent.js") %}
  {{ asset(name)|tojson }},
  {%- endfor %}
  {{ url_for("static", filename="fonts/archivo-latin-wght-normal.woff2")|tojson }},
];
const WRITE = {{ url_for("problems.offline", code=language)|tojson }};
const AWAY = {{ url_for("offline.away", code=language)|tojson }};
const STEPS = {{ steps_of_writing()|tojson }};
const WRITING = /^\/problems\/\d+\/write$/;
const PATIENCE = 8000; // a network that says nothing for so long is away

const stepPage = (step) => `${WRITE}?step=${step}`;

async function install() {
  const kept = await caches.open(NAME);
  const pages = [...STEPS.map(stepPage), AWAY].map((url) => new Request(url, { credentials: "omit", cache: "reload" }));
  await kept.addAll([...ASSETS, ...pages]);
  await skipWaiting();
}

async function activate() {
  const old = (await caches.keys()).filter((name) => name !== NAME);
  await Promise.all(old.map((name) => caches.delete(name)));
  await clients.claim();
}

async function asset(request) {
  return (await recall(request.url)) ?? fetch(request);
}

async function write(request, url) {
  try {
    const answer = await soon(fetch(request));
    if ([502, 503, 504].includes(answer.status)) throw answer;
    return answer;
  } catch {
    const step = STEPS.includes(url.searchParams.get("step")) ? url.searchParams.get("step") : STEPS[0];
    return (await recall(stepPage(step))) ?? Response.error();
  }
}

/** A step that could not leave: its text is on the phone, so its button leads on. */
async function submit(request, url) {
  const copy = request.clone();
  try {
    return await fetch(request);
  } catch {
    const isLater = (await copy.formData()).get("then") === "later";
    const next = STEPS[STEPS.indexOf(url.searchParams.get("step")) + 1] ?? STEPS.at(-1);
    return Response.redirect(isLater ? "/" : `${url.pathname}?step=${next}`, 303);
  }
}

async function page(request) {
  try {
    return await fetch(request);
  } catch {
    return (await recall(AWAY)) ?? Response.error();
  }
}

/** From this very cache only, whatever others the browser may still hold. */
async function recall(url) {
  return (await caches.open(NAME)).match(url, { ignoreVary: true });
}

function soon(answer) {
  const late = new Promise((_, reject) => setTimeout(reject, PATIENCE));
  return Promise.race([answer, late]);
}

function answerTo(request) {
  const url = new URL(request.url);
  if (request.mode !== "navigate") {
    return ASSETS.includes(url.pathname + url.search) && url.origin === location.origin ? asset(request) : null;
  }
  const isWriting = WRITING.test(url.pathname);
  if (request.method === "POST") return isWriting ? submit(request, url) : null;
  return isWriting ? write(request, url) : page(request);
}

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(activate()));
addEventListener("fetch", (event) => {
  const answer = answerTo(event.request);
  if (answer) event.respondWith(answer);
});
