// The page of a plan follows the search, tells what a change would do, and lets a meeting be dragged to another date.
// Without this script a link draws the page anew, and the form under « Ajuster » does every change.

const OFTEN = 1000; // milliseconds
const A_MOMENT = 120;
const FAR_ENOUGH = 6; // pixels, before a press is a drag
const EDGE = 72; // pixels from the top and the bottom where the page scrolls under the hand
const STEP = 14;

async function follow() {
  const answer = await fetch(plan().dataset.busy, { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer?.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("#plan");
    if (!fresh) return;
    plan().replaceWith(fresh);
  }
  if (plan().dataset.busy) setTimeout(follow, OFTEN);
}

const plan = () => document.querySelector("#plan");

if (plan()?.dataset.busy) setTimeout(follow, OFTEN);

// What a change would do

let asked;

/** Shows in the form what its change would do; only the last question is answered. */
async function weigh(form) {
  asked?.abort();
  asked = new AbortController();
  const { signal } = asked;
  const fields = new URLSearchParams(new FormData(form));
  fields.delete("csrf_token");
  await new Promise((done) => setTimeout(done, A_MOMENT));
  if (signal.aborted) return;
  const answer = await fetch(`${form.dataset.weigh}?${fields}`, { signal }).catch(() => null);
  if (!signal.aborted && answer && [200, 409].includes(answer.status)) {
    form.querySelector("[data-effect]").innerHTML = await answer.text();
  }
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form.adj");
  if (form && event.target.matches("select")) weigh(form);
});

document.addEventListener("submit", () => asked?.abort());

// Dragged

let drag; // of one meeting: its row, the grip, where the hand took it, what it is over

const drop = () => document.querySelector("#drop");

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || !event.isPrimary || event.button > 0) return;
  event.preventDefault();
  grip.setPointerCapture(event.pointerId);
  drag = { grip, row: grip.closest("[data-slot]"), x: event.clientX, y: event.clientY, scroll: scrollY, over: null };
});

document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  drag.at = { x: event.clientX, y: event.clientY };
  if (!drag.isUnderWay && Math.hypot(drag.at.x - drag.x, drag.at.y - drag.y) > FAR_ENOUGH) begin();
  if (drag.isUnderWay) move();
});

document.addEventListener("pointerup", () => end(true));
document.addEventListener("pointercancel", () => end(false));
document.addEventListener("keydown", (event) => event.key === "Escape" && end(false));

function begin() {
  drag.isUnderWay = true;
  drag.row.dataset.dragged = "";
  invite();
  drop().hidden = false;
  drag.scrolling = setInterval(scroll, 16);
}

function invite() {
  asked?.abort();
  const said = drop().querySelector("[data-effect]");
  said.textContent = said.dataset.before;
}

/** The number follows the hand; the date under it says what would happen. */
function move() {
  const { grip, at, x, y, scroll } = drag;
  grip.style.translate = `${at.x - x}px ${at.y - y + scrollY - scroll}px`;
  const over = document.elementFromPoint(at.x, at.y)?.closest("[data-slot]") ?? null;
  if (over === drag.over) return;
  delete drag.over?.dataset.over;
  drag.over = over === drag.row ? null : over;
  if (!drag.over) return invite();
  drag.over.dataset.over = "";
  fill();
  weigh(drop());
}

function scroll() {
  const { y } = drag.at;
  const bottom = drop().getBoundingClientRect().top;
  if (y < EDGE) scrollBy(0, -STEP);
  else if (y > bottom - EDGE && y < bottom) scrollBy(0, STEP);
  else return;
  move();
}

/** The same fields as those of the form under « Ajuster ». */
function fill() {
  const { slot, host, new_slot: newSlot, new_host: newHost } = drop().elements;
  slot.value = drag.row.dataset.slot;
  host.value = newHost.value = drag.row.dataset.host;
  newSlot.value = drag.over.dataset.slot;
}

function end(isDropped) {
  if (!drag) return;
  const { grip, row, over, isUnderWay, scrolling } = drag;
  clearInterval(scrolling);
  drag = null;
  if (!isUnderWay) return;
  delete row.dataset.dragged;
  grip.style.translate = "";
  if (isDropped && over) return drop().requestSubmit();
  delete over?.dataset.over;
  asked?.abort();
  drop().hidden = true;
}
