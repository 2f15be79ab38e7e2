// Keeps the problem as it is typed, and says where it is: on the server, or only in this page.

const PAUSE = 1500; // after the last key, in milliseconds
const RETRY = 15000;
const PATIENCE = 8000;

const form = document.querySelector("[data-problem]");
const status = form?.querySelector(".save");
const isExplicit = form && "explicit" in form.dataset; // only its buttons save
let unsaved = false; // something typed that the server has not confirmed
let isStuck = false; // the last try failed
let hasStopped = false; // somebody else wrote, or the session has ended: « Continuer » settles it
let isLeaving = false;
let running = null;
let timer = 0;
let unconfirmed = []; // what was sent and perhaps arrived, though the answer did not

function say(text, state) {
  status.dataset.state = state;
  status.textContent = text;
  if (state === "ok") status.prepend(tick());
}

function tick() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS(svg.namespaceURI, "use");
  use.setAttribute("href", "#i-check");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

function typed() {
  unsaved = true;
  if (isStuck || hasStopped) return;
  if (status.textContent !== form.dataset.typing) say(form.dataset.typing, "local");
  if (!isExplicit) wait(PAUSE);
}

function wait(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(save, milliseconds);
}

/** One save at a time: the next one needs the version that this one brings. */
async function save() {
  clearTimeout(timer);
  running ??= send();
  await running;
  running = null;
  if (unsaved && !isStuck && !hasStopped) wait(PAUSE);
}

async function send() {
  unsaved = false;
  unconfirmed.push(Object.fromEntries(new FormData(form)));
  try {
    await hear(await post({ signal: AbortSignal.timeout(PATIENCE) }));
  } catch {
    keep(form.dataset.away);
  }
}

function post(options) {
  const body = new URLSearchParams(new FormData(form));
  return fetch(form.dataset.problem, { method: "POST", body, redirect: "manual", ...options });
}

async function hear(answer) {
  if (answer.type === "opaqueredirect" || answer.status === 400) return keep(form.dataset.refused, true);
  if (answer.status >= 500) return keep(form.dataset.away);
  const { said, version, theirs } = await answer.json();
  const isOwnEcho = answer.status === 409 && unconfirmed.some((text) => holds(text, theirs));
  if (!answer.ok && !isOwnEcho) return keep(said, answer.status === 409);
  form.elements.version.value = version;
  unconfirmed = [];
  isStuck = false;
  unsaved ||= isOwnEcho;
  say(unsaved ? form.dataset.typing : said, unsaved ? "local" : "ok");
}

/** Whether the other text is what this page itself had sent. */
function holds(text, theirs) {
  return Object.entries(theirs).every(([name, answer]) => text[name]?.trim() === answer);
}

/** The text stays in this page; unless somebody must look, it is tried again. */
function keep(text, forGood = false) {
  unsaved = isStuck = true;
  hasStopped ||= forGood;
  say(text, "local");
  if (!hasStopped) wait(RETRY);
}

/** The form carries the version of the last save, so it waits for one under way. */
async function leave(event) {
  isLeaving = true;
  clearTimeout(timer);
  if (!running) return;
  event.preventDefault();
  await running;
  form.requestSubmit(event.submitter);
}

function lastWords() {
  if (unsaved && !hasStopped && !isLeaving && !isExplicit) post({ keepalive: true }).catch(() => {});
}

function holdBack(event) {
  if (unsaved && !isLeaving && (isStuck || isExplicit || running)) event.preventDefault();
}

if (form) {
  form.elements.version.value = form.dataset.version; // a reload restores what the fields held, the page knows better
  form.addEventListener("input", typed);
  form.addEventListener("submit", leave);
  addEventListener("online", () => unsaved && !hasStopped && save());
  addEventListener("pagehide", lastWords);
  addEventListener("pageshow", () => (isLeaving = false));
  addEventListener("beforeunload", holdBack);
}
