// What this phone keeps of the problems written on it, each under its writer: the texts that the server has not
// confirmed (drafts), the last answers seen of a problem (seen), and who is signed in here.

const PATIENCE = 1000; // for the page before this one to let its draft go, in milliseconds

let opening;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("bourse", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("drafts", { keyPath: "key" });
      asked.result.createObjectStore("seen", { keyPath: ["person", "meeting"] });
      asked.result.createObjectStore("here");
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opening;
}

/** Asks something of one store; resolves when the phone has done it. */
async function within(name, mode, act) {
  const transaction = (await open()).transaction(name, mode);
  const asked = act(transaction.objectStore(name));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(asked.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

const read = (name, act) => within(name, "readonly", act);
const write = (name, act) => within(name, "readwrite", act);
const all = (name) => read(name, (store) => store.getAll());

/** Removes the rows of which this is true. */
async function drop(name, isGone, keyOf) {
  const gone = (await all(name)).filter(isGone);
  await Promise.all(gone.map((row) => write(name, (store) => store.delete(keyOf(row)))));
}

const dropDrafts = (isGone) => drop("drafts", isGone, (draft) => draft.key);
const dropSeen = (isGone) => drop("seen", isGone, (seen) => [seen.person, seen.meeting]);

// Drafts: {key, turn, person, meeting, base, answers, was, theirs, at}. `base` is the version of the problem that was
// open, `was` what the answers were in it, `theirs` those of somebody else that the writer is to compare with his own,
// `turn` the number of the next request.

export function blank(person, meeting, base) {
  return { key: crypto.randomUUID(), turn: 1, person, meeting, base, answers: {}, was: {}, theirs: {}, at: 0 };
}

/** The draft to go on with: the newest one left by a page that is closed, else a new one. */
export async function claim(person, meeting, base) {
  const left = (await drafts(person)).filter((draft) => draft.meeting === meeting).sort((a, b) => b.at - a.at);
  for (const { key } of left) {
    const draft = (await hold(key)) && (await read("drafts", (store) => store.get(key)));
    if (!draft) continue; // of a page that is open, or sent meanwhile
    draft.turn += 1; // the last one may be under way
    await keep(draft);
    return draft;
  }
  const draft = blank(person, meeting, base);
  await hold(draft.key);
  return draft;
}

/** Takes the draft for this page alone, for as long as it is open; says whether it could. */
function hold(key) {
  return new Promise((resolve) => {
    const untilLeft = () => {
      resolve(true);
      return new Promise((release) => addEventListener("pagehide", release, { once: true }));
    };
    const signal = AbortSignal.timeout?.(PATIENCE);
    navigator.locks.request(`draft ${key}`, { signal }, untilLeft).catch(() => resolve(false));
  });
}

/** Writes a draft down, or away once nothing of it is unsent. */
export function keep(draft) {
  draft.at = Date.now();
  const isEmpty = !Object.keys(draft.answers).length;
  return write("drafts", (store) => (isEmpty ? store.delete(draft.key) : store.put(draft)));
}

export async function drafts(person) {
  return (await all("drafts")).filter((draft) => draft.person === person);
}

/** The people of whom something is unsent. */
export async function writers() {
  return [...new Set((await all("drafts")).map((draft) => draft.person))];
}

// Seen: {person, meeting, version, answers, back}. `back` leads to the meeting.

export const see = (seen) => write("seen", (store) => store.put(seen));
export const seen = (person, meeting) => read("seen", (store) => store.get([person, meeting]));
export const unsee = (person, meeting) => write("seen", (store) => store.delete([person, meeting]));

// Who is here

export const whoIsHere = () => read("here", (store) => store.get("person"));

/** Somebody signed in: of the others only what they have not sent is kept, and shown to nobody else. */
export async function arrive(person) {
  await write("here", (store) => store.put(person, "person"));
  await dropSeen((seen) => seen.person !== person);
}

/** Somebody signed out: nothing stays. */
export async function forget(person) {
  await dropDrafts((draft) => draft.person === person);
  await dropSeen((seen) => seen.person === person);
  await write("here", (store) => store.delete("person"));
  localStorage.removeItem("person");
}
