// Answers to a form that have not left yet, kept on this phone: they come back after the page was closed or the
// browser died, and leave when the network does. Without this script the form is a plain one.

import * as phone from "./draft.js";
import { tell } from "./tell.js";

const PATIENCE = 8000;
const NOT_KEPT = ["csrf_token", "seen"];
const form = document.querySelector("[data-keep]");
const line = form.querySelector("[data-kept]");
const words = line.dataset;
const seen = form.elements.seen;
let draft = null; // {…, base: what was known when the answers were begun, answers: {fields, isSent}}
let isLeaving = false;
let isWaiting = false;

/** What stands in the form, as [name, value], in order. */
const typed = () => [...new FormData(form)].filter(([name]) => !NOT_KEPT.includes(name));

function show(fields) {
  for (const field of form.elements) {
    const values = fields.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field.type === "checkbox") field.checked = values.includes(field.value);
    else if (field.type === "radio") field.checked = values.length ? values.includes(field.value) : field.checked;
    else if (values.length) field.value = values[0];
  }
  form.dispatchEvent(new Event("change")); // what follows the answers
}

async function open() {
  draft = await phone.claim(Number(form.dataset.keep), location.pathname, seen.value);
  const { fields, isSent } = draft.answers;
  const isTaken = isSent && draft.base !== seen.value;
  if ("typed" in form.dataset) return keep(); // it came back from the server, to be put right
  if (!fields || isTaken || String(fields) === String(typed())) return letGo();
  show(fields);
  seen.value = draft.base;
  tell(line, words.back, { icon: "info" });
}

function keep(isSent = false) {
  if (!draft) return;
  draft.base = seen.value;
  draft.answers = { fields: typed(), isSent };
  return phone.keep(draft).catch(() => (draft = null)); // a browser that keeps nothing
}

function letGo() {
  draft.answers = {};
  return phone.keep(draft);
}

/** The form leaves as it would without this script, once somebody is there to take it. */
async function leave(event) {
  event.preventDefault();
  if (isLeaving) return;
  isLeaving = true;
  await keep(true);
  isWaiting = !(await isAnybodyThere());
  if (!isWaiting) return form.submit();
  isLeaving = false;
  await keep();
  tell(line, draft ? words.kept : words.page, { icon: "off" });
}

async function isAnybodyThere() {
  try {
    await fetch(import.meta.url, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout?.(PATIENCE) });
    return true;
  } catch {
    return false;
  }
}

const tryAgain = () => isWaiting && !document.hidden && form.requestSubmit();

form.addEventListener("input", (event) => event.isTrusted && keep());
form.addEventListener("submit", leave);
addEventListener("online", tryAgain);
document.addEventListener("visibilitychange", tryAgain);
addEventListener("pageshow", (event) => event.persisted && location.reload());
open().catch(() => (draft = null)); // a browser that keeps nothing still has the plain form
