// Answers by weekday fill in the dates of that weekday as one taps, and what is counted follows. Without this script
// the server does the same.

const LETTERS = { yes: "Y", maybe: "M", no: "N" };
const WORDS = { Y: "yes", M: "maybe", N: "no" };
const told = document.querySelector("[data-filled]");
const form = told.closest("form");

/** The radios of one date, and what is chosen there. */
function dateRadios(weekday) {
  return [...form.querySelectorAll(`[data-weekday="${weekday}"]`)].map((part) => [...part.querySelectorAll("input")]);
}

const chosen = (radios) => radios.find((radio) => radio.checked)?.value;

/** The dates that followed the former answer follow the new one; those that differ stay. */
function follow(weekday, answer) {
  const drawn = [...form.drawn.value];
  const former = WORDS[drawn[weekday]];
  for (const radios of dateRadios(weekday)) {
    if (chosen(radios) === former) radios.find((radio) => radio.value === answer).checked = true;
  }
  drawn[weekday] = LETTERS[answer];
  form.drawn.value = drawn.join("");
}

/** « 7 oui, 1 non » beside each month, and how many dates are filled in below all of them. */
function countAnswers() {
  const filled = form.querySelectorAll('[name^="date_"]:checked').length;
  told.textContent = told.dataset.filled.replace("{n}", filled);
  for (const month of form.querySelectorAll("[data-answers]")) {
    const dates = [...month.closest("details").querySelectorAll("[data-weekday]")];
    const answers = dates.map((date) => date.querySelector(":checked")?.value ?? "");
    if (answers.join("")) month.textContent = countIn(answers, JSON.parse(month.dataset.answers));
  }
}

function countIn(answers, words) {
  const counts = words.map(([answer, word]) => [answers.filter((each) => each === answer).length, word]);
  return counts.filter(([count]) => count).map((told) => told.join(" ")).join(", ");
}

form.addEventListener("change", (event) => {
  const weekday = event.target.name?.match(/^weekday_(\d)$/)?.[1];
  if (weekday) follow(Number(weekday), event.target.value);
  countAnswers();
});
