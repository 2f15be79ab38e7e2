// The page that says « no network »: leads its reader back to what he has written on this phone.

import { drafts, whoIsHere } from "./draft.js";

const template = document.querySelector("#kept");
const person = await whoIsHere();
const meetings = new Set((await drafts(person)).map((draft) => draft.meeting).filter(Number.isInteger));
if (person && meetings.size) {
  const section = template.content.cloneNode(true);
  const line = section.querySelector("li");
  line.replaceWith(...[...meetings].map((meeting) => leadTo(meeting, line)));
  template.replaceWith(section);
}
addEventListener("online", () => location.reload());

function leadTo(meeting, line) {
  const here = line.cloneNode(true);
  here.querySelector("a").href = `/problems/${meeting}/write`;
  return here;
}
