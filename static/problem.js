// Keeps the problem as it is typed: on this phone at every key, on the server as soon as it can; and says where it is.
// The same script serves the page that the server draws and the blank one that the phone keeps (isAlone).

import { dress, goWhereHeStopped } from "./alone.js";
import * as phone from "./draft.js";
import { lastWords, send } from "./send.js";
import { tell } from "./tell.js";

const PAUSE = 1500; // after the last key, in milliseconds
const RETRY = 15000;

const form = document.querySelector("[data-writing]");
const line = form.querySelector(".save");
const writing = JSON.parse(document.querySelector("#writing").textContent);
const { step, words } = writing;
const steps = new Map(writing.steps);
const fields = new Map(steps.get(step).map((name) => [name, form.elements[name]]));
const isAlone = !writing.person;
const meeting = Number(location.pathname.split("/")[2]);

let person;
let draft;
let seen; // the problem as the server last showed it here
let said = line.textContent.trim(); // what the server said of the last save
let trouble = isAlone ? "away" : ""; // away, out, closed, or the sentence of a refusal
let isExplicit = writing.isExplicit; // only its buttons save
let isLasting = true; // the phone does keep
let isReady = false;
let isLeaving = false;
let latest = Promise.resolve(); // the writing under way on the phone, and the one that waits for it
let next = null;
let running = null; // the save under way
let timer = 0;

// What it says

function say() {
  const unsent = Object.keys(draft.answers);
  const here = unsent.filter((name) => fields.has(name));
  if (!unsent.length) tell(line, said, { isSaved: !trouble });
  else if (here.some((name) => name in draft.theirs)) tell(line, words.conflict);
  else if (trouble === "away") tell(line, isLasting ? words.kept : words.page);
  else if (trouble === "out") tell(line, words.out, { href: location.href, link: words.signIn });
  else if (trouble) tell(line, words[trouble] ?? trouble);
  else if (Object.keys(toSend()).length) tell(line, words.typing);
  else if (here.length) tell(line, words.explicit);
  else tell(line, words.elsewhere, { href: `?step=${stepOf(unsent[0])}`, link: words.look });
}

const stepOf = (name) => [...steps.keys()].find((each) => steps.get(each).includes(name));

function showTheirs() {
  for (const [name, text] of Object.entries(draft.theirs)) {
    const place = fields.get(name)?.closest(".stack");
    if (!place || place.querySelector(".theirs")) continue;
    const block = document.querySelector("#theirs").content.cloneNode(true);
    if (text) block.querySelector(".typed").textContent = text;
    place.append(block);
    form.querySelector(".btn.primary").textContent = words.mine;
  }
}

// Typing

function typed({ target }) {
  if (!fields.has(target.name) || !isReady) return;
  take(target.name, target.value);
  keep();
  if (!["away", "out", "closed"].includes(trouble)) trouble = "";
  if (!trouble) wait(PAUSE);
  say();
}

function take(name, text) {
  draft.was[name] ??= seen.answers[name];
  draft.answers[name] = text;
}

function letGo(name) {
  for (const part of [draft.answers, draft.was, draft.theirs]) delete part[name];
}

/** On the phone, one writing at a time: what is typed during one goes with the next. */
function keep() {
  next ??= latest.then(() => {
    next = null;
    latest = phone.keep(draft).then(() => (isLasting = true), () => (isLasting = false));
    return latest;
  });
  return next;
}

// Sending

/** What may leave by itself: not the answers that the writer is to compare with somebody else's. */
function toSend() {
  if (isExplicit) return {};
  return Object.fromEntries(Object.entries(draft.answers).filter(([name]) => !(name in draft.theirs)));
}

const signed = (answers) => ({ key: draft.key, turn: draft.turn, version: draft.base, ...answers });

function wait(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(save, milliseconds);
}

/** One save at a time. */
async function save() {
  clearTimeout(timer);
  running ??= attempt();
  await running;
  running = null;
}

async function attempt() {
  const answers = toSend();
  if (!Object.keys(answers).length) return say();
  const message = signed(answers);
  draft.turn += 1;
  await keep(); // before it is sent
  const answer = await send(form, message, person);
  trouble = "";
  await (heard[answer.is] ?? heard.trouble)(answer, answers);
  say();
}

const heard = {
  async saved({ said: sentence, version }, sent) {
    said = sentence;
    draft.base = seen.version = version;
    for (const [name, text] of Object.entries(sent)) {
      seen.answers[name] = draft.was[name] = text;
      if (draft.answers[name] === text) letGo(name);
    }
    await seeAgain();
    await keep();
    if (step === "share" && !isAlone) location.reload(); // one hands in what one reads
    if (Object.keys(toSend()).length) wait(PAUSE);
  },

  /** Only what somebody else did change is to be compared; the rest is sent again, for the version that is there now. */
  async conflict({ version, theirs }) {
    draft.base = version;
    for (const [name, text] of Object.entries(theirs)) {
      if (text !== draft.was[name]?.trim()) draft.theirs[name] = text;
    }
    await keep();
    showTheirs();
    wait(0);
  },

  refused: (answer) => (trouble = answer.said),
  explicit: () => (isExplicit = true),
  other: () => location.reload(), // this page is not for who is here now

  trouble(answer) {
    trouble = answer.is;
    if (trouble === "away") wait(RETRY);
  },
};

// Leaving

/** A press on a button. With network it is a plain form; without, the phone turns the page. */
function leave(event) {
  const { submitter } = event;
  if (!isReady) {
    event.preventDefault();
    return ready.then(() => form.requestSubmit(submitter));
  }
  clearTimeout(timer);
  if (step === "share") return submitter?.value === "submit" && phone.unsee(person, meeting);
  for (const name of fields.keys()) delete draft.theirs[name]; // both versions were there to be read
  keep();
  if (isAlone || trouble === "away" || !navigator.onLine) {
    event.preventDefault();
    return turnThePage(submitter?.value === "later");
  }
  if (running) {
    event.preventDefault();
    return running.then(() => form.requestSubmit(submitter));
  }
  for (const [name, value] of Object.entries(signed())) form.elements[name].value = value;
  isLeaving = true;
}

async function turnThePage(isLater) {
  await keep();
  isLeaving = isLasting;
  const order = [...steps.keys()];
  location.assign(isLater ? seen.back.href : `?step=${order[order.indexOf(step) + 1]}`);
}

function hide() {
  const isSpeechless = isLeaving || isAlone || trouble === "out" || trouble === "closed";
  if (!isSpeechless && Object.keys(toSend()).length) lastWords(form, signed(toSend()));
}

function holdBack(event) {
  if (!isLasting && !isLeaving && Object.keys(draft.answers).length) event.preventDefault();
}

function comeBack() {
  if (trouble) save();
}

// Opening

async function open() {
  person = writing.person ?? (await phone.whoIsHere());
  if (!person) return closeToNobody();
  seen = await lookAt();
  if (!isAlone) await seeAgain();
  draft = await phone.claim(person, meeting, seen.version).catch(keepNothing);
  if (!Object.keys(draft.answers).length) draft.base = seen.version;
  if (isAlone && !location.search) return goWhereHeStopped(steps, { ...seen.answers, ...draft.answers });
  if (isAlone) dress(seen, draft.answers);
  fields.forEach(fill);
  if (!isAlone) Object.keys(draft.answers).forEach(letGoIfThere);
  for (const { dataset, textContent } of form.querySelectorAll("[data-theirs]")) draft.theirs[dataset.theirs] = textContent;
  showTheirs();
  await keep();
  isReady = true;
  listen();
  if (Object.keys(draft.answers).length) save();
}

function closeToNobody() {
  form.inert = true;
  tell(line, words.nobody);
}

/** The last answers seen: the server's when it draws the page, else what the phone kept of them. */
async function lookAt() {
  const { version, answers } = writing;
  const crumb = document.querySelector(".crumb");
  const now = { person, meeting, version, answers, back: { href: crumb.href, text: crumb.textContent } };
  if (isAlone) return (await phone.seen(person, meeting)) ?? { ...now, isBlank: true };
  return now;
}

/** Kept as long as the host is writing. */
async function seeAgain() {
  const isKept = isAlone ? !seen.isBlank : writing.isKept;
  await (isKept ? phone.see(seen) : phone.unsee(person, meeting)).catch(() => {});
}

function keepNothing() {
  isLasting = false;
  return phone.blank(person, meeting, seen.version);
}

/** What was typed before this script came stays; else a field shows the draft, else what was seen. */
function fill(field, name) {
  const isTouched = field.value !== field.defaultValue;
  if (isAlone) field.defaultValue = seen.answers[name] ?? "";
  if (!isTouched && name in draft.answers) field.value = draft.answers[name];
  if (field.value.trim() !== (seen.answers[name] ?? "")) take(name, field.value);
  field.dispatchEvent(new Event("input")); // the count of its characters
}

function letGoIfThere(name) {
  if (draft.answers[name].trim() === seen.answers[name]) letGo(name);
}

function listen() {
  addEventListener("online", comeBack);
  document.addEventListener("visibilitychange", () => document.hidden || comeBack());
  addEventListener("pagehide", hide);
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  addEventListener("beforeunload", holdBack);
}

form.addEventListener("input", typed);
form.addEventListener("submit", leave);
const ready = open();
if (!isAlone) navigator.serviceWorker?.register("/sw.js").catch(() => {});
