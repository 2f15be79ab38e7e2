// A button by each text to dictate it, where the browser offers that. app.js asks first: the voice may leave the phone.

const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;
const ASKED = "dictates";
const language = { fr: "fr-FR", en: "en-GB" }[document.documentElement.lang];
let listening = null; // {recognition, button}

function offer(field) {
  const button = document.querySelector("#dictate").content.firstElementChild.cloneNode(true);
  button.setAttribute("aria-describedby", `${field.id}-dictated`);
  button.append(Object.assign(document.createElement("span"), { className: "sr", textContent: ` : ${field.labels[0].textContent}` }));
  if (localStorage.getItem(ASKED)) delete button.dataset.confirm;
  const told = Object.assign(document.createElement("p"), { id: `${field.id}-dictated`, className: "hint" });
  told.setAttribute("role", "status");
  field.after(button, told);
}

function press(event) {
  const button = event.target.closest(".dictate");
  if (!button || event.defaultPrevented) return;
  localStorage.setItem(ASKED, "yes");
  document.querySelectorAll(".dictate").forEach((each) => delete each.dataset.confirm);
  const isOn = listening?.button === button;
  listening?.recognition.stop();
  if (!isOn) listen(button);
}

function listen(button) {
  const field = button.previousElementSibling;
  const told = button.nextElementSibling;
  const recognition = Object.assign(new Recognition(), { lang: language, continuous: true });
  recognition.addEventListener("result", (event) => write(field, [...event.results].slice(event.resultIndex)));
  recognition.addEventListener("error", ({ error }) => {
    if (error === "not-allowed" || error === "service-not-allowed") told.textContent = button.dataset.closed;
    if (error === "network") told.textContent = button.dataset.away;
  });
  recognition.addEventListener("end", () => {
    button.setAttribute("aria-pressed", "false");
    if (listening?.button === button) listening = null;
  });
  told.textContent = "";
  button.setAttribute("aria-pressed", "true");
  listening = { recognition, button };
  recognition.start();
}

/** At the caret, a space apart from what stands before it. */
function write(field, results) {
  const words = results.filter((each) => each.isFinal).map(([best]) => best.transcript.trim()).join(" ");
  if (!words) return;
  const before = field.value.slice(0, field.selectionStart);
  field.setRangeText(/(^|\s)$/.test(before) ? words : ` ${words}`, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

if (Recognition) {
  document.querySelectorAll("[data-writing] textarea").forEach(offer);
  document.addEventListener("click", press);
}
