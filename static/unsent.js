// The answers of one problem that the server has not confirmed, and what is to be compared with somebody else's.

import * as phone from "./draft.js";

export class Unsent {
  isLasting = true; // the phone does keep
  #latest = Promise.resolve(); // the writing under way on the phone
  #next = null; // the one that waits for it

  /** What a page that is closed left of it, or nothing yet; `seen` is the problem as the server last showed it. */
  static async find(person, meeting, seen) {
    try {
      return new Unsent(await phone.claim(person, meeting, seen.version), seen);
    } catch {
      const unsent = new Unsent(phone.blank(person, meeting, seen.version), seen);
      unsent.isLasting = false;
      return unsent;
    }
  }

  constructor(draft, seen) {
    this.draft = draft;
    this.seen = seen;
    if (!this.names.length) draft.base = seen.version;
  }

  get names() {
    return Object.keys(this.draft.answers);
  }

  get answers() {
    return this.draft.answers;
  }

  /** The other texts, by the question, until the writer has pressed the button below them. */
  get theirs() {
    return this.draft.theirs;
  }

  /** What may leave by itself. */
  get free() {
    return Object.fromEntries(Object.entries(this.answers).filter(([name]) => !(name in this.theirs)));
  }

  take(name, text) {
    this.draft.was[name] ??= this.seen.answers[name];
    this.answers[name] = text;
  }

  letGo(name) {
    for (const part of [this.answers, this.draft.was, this.theirs]) delete part[name];
  }

  /** On the phone, one writing at a time: what is typed during one goes with the next. */
  keep() {
    this.#next ??= this.#latest.then(() => {
      this.#next = null;
      this.#latest = phone.keep(this.draft).then(() => (this.isLasting = true), () => (this.isLasting = false));
      return this.#latest;
    });
    return this.#next;
  }

  /** The answers with what tells the server whose they are, and in which order they left. */
  signed(answers) {
    const { key, turn, base } = this.draft;
    return { key, turn, version: base, ...answers };
  }

  /** The same, once the phone knows that they leave. */
  async depart(answers) {
    const message = this.signed(answers);
    this.draft.turn += 1;
    await this.keep();
    return message;
  }

  /** The server has these; what was typed since stays. */
  confirm(version, answers) {
    this.draft.base = this.seen.version = version;
    for (const [name, text] of Object.entries(answers)) {
      this.seen.answers[name] = this.draft.was[name] = text;
      if (this.answers[name] === text) this.letGo(name);
    }
    return this.keep();
  }

  /** Somebody wrote meanwhile: only what he did change is to be compared. */
  compare(version, theirs) {
    this.draft.base = version;
    for (const [name, text] of Object.entries(theirs)) {
      if (text !== this.draft.was[name]?.trim()) this.theirs[name] = text;
    }
    return this.keep();
  }
}
