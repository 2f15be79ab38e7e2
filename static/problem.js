// Keeps the problem as it is typed: on this phone at every key, on the server as soon as it can; and says where it is.
// The same script serves the page that the server draws and the blank one that the phone keeps (isAlone).

import { dress, goWhereHeStopped } from "./alone.js";
import * as phone from "./draft.js";
import { lastWords, send } from "./send.js";
import { tell } from "./tell.js";
import { Unsent } from "./unsent.js";

const PAUSE = 1500; // after the last key, in milliseconds
const RETRY = 15000;
const APART = ["away", "busy"]; // the server is tried again
const FOR_LONG = [...APART, "out", "closed"]; // typing on does not help

const form = document.querySelector("[data-writing]");
const line = form.querySelector(".save");
const writing = JSON.parse(document.querySelector("#writing").textContent);
const { step, words } = writing;
const steps = new Map(writing.steps);
const fields = new Map(steps.get(step).map((name) => [name, form.elements[name]]));
const isAlone = !writing.person;
const meeting = Number(location.pathname.split("/")[2]);

let person;
let seen; // the problem as the server last showed it here
let unsent;
let said = line.textContent.trim(); // what the server said of the last save
let trouble = isAlone ? "away" : ""; // one of FOR_LONG, or the sentence of a refusal
let isExplicit = writing.isExplicit; // only its buttons save
let isReady = false;
let isLeaving = false;
let running = null; // the save under way
let timer = 0;

// What it says

function say() {
  const { names } = unsent;
  if (!names.length) tell(line, said, { icon: trouble ? "off" : "check" });
  else if (isToCompare()) tell(line, words.conflict, { icon: "alert" });
  else if (isApart()) tell(line, words[trouble][unsent.isLasting ? "kept" : "page"], { icon: "off" });
  else if (trouble === "out") tell(line, words.out, { icon: "alert", href: location.href, link: words.signIn });
  else if (trouble) tell(line, words[trouble] ?? trouble, { icon: "alert" });
  else if (mayLeave()) tell(line, words.typing);
  else if (names.some((name) => fields.has(name))) tell(line, words.explicit);
  else tell(line, words.elsewhere, { icon: "alert", href: `?step=${stepOf(names[0])}`, link: words.look });
}

const stepOf = (name) => [...steps.keys()].find((each) => steps.get(each).includes(name));
const isApart = () => APART.includes(trouble);
const isToCompare = () => [...fields.keys()].some((name) => name in unsent.theirs);

function showTheirs() {
  for (const [name, text] of Object.entries(unsent.theirs)) {
    const place = fields.get(name)?.closest(".stack");
    if (!place || place.querySelector(".theirs")) continue;
    const block = document.querySelector("#theirs").content.cloneNode(true);
    if (text) block.querySelector(".typed").textContent = text;
    place.append(block);
    form.querySelector(".btn.primary").textContent = words.mine;
  }
}

// Typing and sending

function typed({ target }) {
  if (!fields.has(target.name) || !isReady) return;
  unsent.take(target.name, target.value);
  unsent.keep();
  if (!FOR_LONG.includes(trouble)) trouble = "";
  if (!trouble) wait(PAUSE);
  say();
}

const mayLeave = () => !isExplicit && Object.keys(unsent.free).length > 0;

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
  if (!mayLeave()) return say();
  const answers = unsent.free;
  const answer = await send(form, await unsent.depart(answers), person);
  trouble = "";
  await (heard[answer.is] ?? heard.trouble)(answer, answers);
  say();
}

const heard = {
  async saved(answer, sent) {
    said = answer.said;
    await unsent.confirm(answer.version, sent);
    await see();
    if (step === "share" && !isAlone) location.reload(); // one hands in what one reads
    if (mayLeave()) wait(PAUSE);
  },

  async conflict({ version, theirs }) {
    await unsent.compare(version, theirs);
    showTheirs();
    wait(0); // the rest, for the version that is there now
  },

  refused: (answer) => (trouble = answer.said),
  explicit: () => (isExplicit = true),
  other: () => location.reload(), // this page is not for who is here now

  trouble(answer) {
    trouble = answer.is;
    if (isApart()) wait(RETRY);
  },
};

// Leaving

/** A press on a button. With network it is a plain form; without, the phone turns the page. */
function leave(event) {
  const isAway = isAlone || isApart() || !navigator.onLine;
  if (!isReady || (running && !isAway)) return pressAgain(event);
  clearTimeout(timer);
  if (step === "share") return share(event);
  for (const name of fields.keys()) delete unsent.theirs[name]; // both versions were there to be read
  unsent.keep();
  if (isAway) {
    event.preventDefault();
    return turnThePage(event.submitter?.value === "later");
  }
  for (const [name, value] of Object.entries(unsent.signed())) form.elements[name].value = value;
  isLeaving = true;
}

/** A moment later – unless there is then something to compare that was not there when he pressed. */
async function pressAgain(event) {
  event.preventDefault();
  const isKnown = isReady && isToCompare();
  await ready;
  await running;
  if (isKnown || !isToCompare()) form.requestSubmit(event.submitter);
}

/** What is unsent is not handed in: it goes first, and is read again here. */
function share(event) {
  if (event.submitter?.value !== "submit") return;
  if (unsent.names.length) {
    event.preventDefault();
    save();
  } else phone.unsee(person, meeting).catch(() => {});
}

async function turnThePage(isLater) {
  await unsent.keep();
  isLeaving = unsent.isLasting;
  const order = [...steps.keys()];
  location.assign(isLater ? seen.back.href : `?step=${order[order.indexOf(step) + 1]}`);
}

function hide() {
  const isSpeechless = isLeaving || isAlone || trouble === "out" || trouble === "closed";
  if (!isSpeechless && mayLeave()) lastWords(form, unsent.signed(unsent.free));
}

function holdBack(event) {
  if (!unsent.isLasting && !isLeaving && unsent.names.length) event.preventDefault();
}

function comeBack() {
  if (trouble) save();
}

// Opening

async function open() {
  person = writing.person ?? (await phone.whoIsHere());
  if (!person) return closeToNobody();
  seen = await lookAt();
  if (!isAlone) await see();
  unsent = await Unsent.find(person, meeting, seen);
  if (isAlone && !location.search) return goWhereHeStopped(steps, { ...seen.answers, ...unsent.answers });
  if (isAlone) dress(seen, unsent.answers);
  fields.forEach(fill);
  if (!isAlone) unsent.names.forEach(letGoIfThere);
  const shown = form.querySelectorAll("[data-theirs]"); // the page itself shows both texts: what is pressed next is for its version
  for (const { dataset, textContent } of shown) unsent.theirs[dataset.theirs] = textContent;
  if (shown.length) unsent.draft.base = seen.version;
  showTheirs();
  isReady = true; // no waiting since the fields were filled: nothing is typed unheard
  listen();
  say();
  await unsent.keep();
  if (unsent.names.length) save();
}

function closeToNobody() {
  for (const control of form.elements) control.disabled = true;
  tell(line, words.nobody, { icon: "off" });
}

/** The last answers seen: the server's when it draws the page, else what the phone kept of them. */
async function lookAt() {
  const { version, answers } = writing;
  const crumb = document.querySelector(".crumb");
  const now = { person, meeting, version, answers, back: { href: crumb.href, text: crumb.textContent } };
  if (isAlone) return (await phone.seen(person, meeting)) ?? { ...now, isBlank: true };
  return now;
}

/** Keeps what was seen, as long as the host is writing. */
async function see() {
  const isKept = isAlone ? !seen.isBlank : writing.isKept;
  await (isKept ? phone.see(seen) : phone.unsee(person, meeting)).catch(() => {});
}

/** What was typed before this script came stays; else a field shows what is unsent, else what was seen. */
function fill(field, name) {
  const isTouched = field.value !== field.defaultValue;
  if (isAlone) field.defaultValue = seen.answers[name] ?? "";
  if (!isTouched && name in unsent.answers) field.value = unsent.answers[name];
  if (field.value.trim() !== (seen.answers[name] ?? "")) unsent.take(name, field.value);
  field.dispatchEvent(new Event("input")); // the count of its characters
}

function letGoIfThere(name) {
  if (unsent.answers[name].trim() === seen.answers[name]) unsent.letGo(name);
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
ready.catch(() => form.removeEventListener("submit", leave)); // a browser that keeps nothing still has the plain form
if (!isAlone) navigator.serviceWorker?.register("/sw.js").catch(() => {});
