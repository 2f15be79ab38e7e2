// What the pages gain from a script. Without it every page still reads, answers and signs in.

const person = Number(document.body.dataset.person);
const SCROLL = `scroll ${location.pathname + location.search}`;

/** Asks before an act that others will see; the confirming button repeats the verb. */
function confirmActs() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-confirm]");
    if (!button || button.dataset.confirmed) return;
    event.preventDefault();
    ask(button, button.dataset.confirm, button.dataset.why, () => {
      button.dataset.confirmed = "yes";
      button.click();
      delete button.dataset.confirmed;
    });
  });
}

function ask(button, question, why, act) {
  const dialog = document.createElement("dialog");
  const title = make("h2", question);
  title.id = "to-confirm";
  dialog.setAttribute("aria-labelledby", title.id);
  const yes = make("button", button.textContent.trim(), "btn primary");
  const no = make("button", button.dataset.no ?? document.body.dataset.cancel, "btn");
  yes.addEventListener("click", () => {
    dialog.close();
    act();
  });
  no.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  const row = make("p", "", "row");
  row.append(yes, no);
  dialog.append(title, ...(why ? [make("p", why)] : []), row);
  document.body.append(dialog);
  dialog.showModal();
}

function make(name, text, look = "", more = {}) {
  const element = Object.assign(document.createElement(name), more);
  element.textContent = text;
  if (look) element.className = look;
  return element;
}

/** Signing out empties the phone: who wrote something there that has not left yet is asked first. */
function askBeforeLeaving() {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const button = event.submitter;
    if (!person || !form.getAttribute("action")?.includes("/people/sign-out") || form.dataset.asked) return;
    event.preventDefault();
    const phone = await import("./draft.js");
    const writers = await phone.writers().catch(() => []); // a browser that keeps nothing
    const spare = writers.some((writer) => writer !== person);
    const leave = async () => {
      await phone.forget(person).catch(() => {});
      if (spare) form.append(make("input", "", "", { type: "hidden", name: "spare" }));
      form.dataset.asked = "yes";
      form.requestSubmit(button);
    };
    if (!writers.includes(person)) return leave();
    ask(button, document.body.dataset.unsent, document.body.dataset.unsentWhy, leave);
  });
}

/** The phone knows who is signed in on it, so that nobody finds another one's texts there without network. */
async function comeIn() {
  if (!person || localStorage.getItem("person") === String(person)) return;
  const phone = await import("./draft.js");
  await phone.arrive(person);
  localStorage.setItem("person", person);
}

/** A form leaves once: a second press waits for the answer. */
function sendOnce() {
  const sent = new WeakSet();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (sent.has(form)) return event.preventDefault();
    sent.add(form);
    sessionStorage.setItem(SCROLL, scrollY);
    if (form.dataset.busy && event.submitter) sayBusy(event.submitter, form.dataset.busy);
    else setTimeout(() => sent.delete(form), 5000); // a download leaves the page where it is
  });
  addEventListener("pageshow", () => [...document.forms].forEach((form) => sent.delete(form)));
}

/** What takes time says so on the button that was pressed, until the page is left or shown again. */
function sayBusy(button, words) {
  const before = [...button.childNodes];
  button.replaceChildren(words, document.createElement("progress"));
  addEventListener("pageshow", () => button.replaceChildren(...before), { once: true });
}

/** « 64 sur 140 caractères » follows the typing. */
function countCharacters() {
  for (const count of document.querySelectorAll("[data-count]")) {
    const field = document.getElementById(count.dataset.count);
    const say = () => (count.textContent = count.textContent.replace(/\d+/, field.value.length));
    field?.addEventListener("input", say);
  }
}

/** A form that came back shows what to put right; an act on a page leaves the reader where he was. */
function takeUp() {
  const errors = document.querySelector(".errors");
  const scroll = sessionStorage.getItem(SCROLL);
  sessionStorage.removeItem(SCROLL);
  if (errors) errors.focus();
  else if (scroll && !location.hash) scrollTo(0, scroll);
}

/** What was just said goes with the next press elsewhere, or with Escape. */
function letGo() {
  const toast = document.querySelector(".toast");
  if (!toast) return;
  document.addEventListener("click", (event) => toast.contains(event.target) || toast.close());
  document.addEventListener("keydown", (event) => event.key === "Escape" && toast.close());
}

confirmActs();
askBeforeLeaving();
sendOnce();
comeIn().catch(() => {}); // a browser that keeps nothing
countCharacters();
takeUp();
letGo();
