// The blank page of a step that the phone kept: filled with the last answers seen and the writer's own.

/** Turns to the step where he stopped, when the address names none. */
export function goWhereHeStopped(steps, answers) {
  const open = [...steps].find(([, names]) => names.some((name) => !answers[name]));
  location.replace(`?step=${open?.[0] ?? "share"}`);
}

export function dress({ back, answers }, unsent) {
  const crumb = document.querySelector(".crumb");
  if (back.text) crumb.querySelector("span").textContent = back.text;
  crumb.href = back.href;
  for (const place of document.querySelectorAll("[data-answer]")) {
    const name = place.dataset.answer;
    place.textContent = (unsent[name] ?? answers[name]) || place.textContent;
  }
}
