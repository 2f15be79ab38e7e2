// Answers by weekday fill in the dates of that weekday as one taps. Without this script the server does the same.

const LETTERS = { yes: "Y", maybe: "M", no: "N" };
const WORDS = { Y: "yes", M: "maybe", N: "no" };
const wish = document.querySelector("[data-wish]");
const told = document.querySelector("[data-filled]");

/** The radios of one date, and what is chosen there. */
function dateRadios(weekday) {
  return [...wish.querySelectorAll(`[data-weekday="${weekday}"]`)].map((part) => [...part.querySelectorAll("input")]);
}

const chosen = (radios) => radios.find((radio) => radio.checked)?.value;

/** The dates that followed the former answer follow the new one; those that differ stay. */
function follow(weekday, answer) {
  const drawn = [...wish.drawn.value];
  const former = WORDS[drawn[weekday]];
  for (const radios of dateRadios(weekday)) {
    if (chosen(radios) === former) radios.find((radio) => radio.value === answer).checked = true;
  }
  drawn[weekday] = LETTERS[answer];
  wish.drawn.value = drawn.join("");
}

wish?.addEventListener("change", (event) => {
  const weekday = event.target.name.match(/^weekday_(\d)$/)?.[1];
  if (weekday) follow(Number(weekday), event.target.value);
});

if (told) {
  const form = told.closest("form");
  form.addEventListener("change", () => {
    told.textContent = told.dataset.filled.replace("{n}", form.querySelectorAll(":checked").length);
  });
}
