// The directory finds as one types. Without this script the same form asks the server, which finds the same (look_up.py).

const form = document.querySelector(".find");
const rows = [...document.querySelectorAll("#directory tbody tr")].map((row) => [row, wordsOf(row)]);

/** The text as a key to look up: no accents, no case, no punctuation (unless there is nothing else). */
function fold(text) {
  const bare = text.normalize("NFKD").replace(/\p{M}/gu, "").toUpperCase().toLowerCase();
  return bare.replace(/[^\p{L}\p{N}]+/gu, " ").trim() || bare.trim();
}

function wordsOf(row) {
  return [...row.querySelectorAll("[data-find]")].map((part) => fold(part.textContent)).join(" ");
}

function find() {
  const wanted = fold(form.q.value).split(" ");
  let found = 0;
  for (const [row, words] of rows) {
    row.hidden = !wanted.every((word) => words.includes(word));
    found += !row.hidden;
  }
  document.getElementById("directory").hidden = !found;
  document.getElementById("nobody").hidden = found;
  tell(found);
  keepAddress();
}

function tell(found) {
  const said = form.querySelector("[role=status]");
  const words = new Intl.PluralRules(document.documentElement.lang).select(found) === "one" ? "one" : "other";
  said.textContent = form.q.value.trim() ? said.dataset[words].replace("{n}", found) : said.dataset.all;
}

function keepAddress() {
  const wanted = form.q.value.trim();
  history.replaceState(null, "", location.pathname + (wanted ? `?q=${encodeURIComponent(wanted)}` : ""));
}

function letGo(event) {
  if (event.key !== "Escape" || !form.q.value) return;
  event.preventDefault();
  form.q.value = "";
  find();
}

if (form) {
  form.addEventListener("input", find);
  form.q.addEventListener("keydown", letGo);
  addEventListener("pageshow", () => form.q.value !== form.q.defaultValue && find()); // what a return restored
}
