// Carries answers to the server, once: a lost answer, a session that ended, a token that changed lose nothing.

const PATIENCE = 8000;

/** What came of it, as {is, …}: saved, conflict or refused with what the server says; out, other, closed, busy or away. */
export async function send(form, answers, person) {
  try {
    const answer = await post(form, answers);
    return await understand(answer.status === 400 ? await again(form, answers, person) : answer);
  } catch (trouble) {
    return trouble.is ? trouble : { is: "away" };
  }
}

/** Says something while the page closes; nobody hears the answer. */
export function lastWords(form, answers) {
  post(form, answers, { keepalive: true, signal: null }).catch(() => {});
}

function post(form, answers, options = {}) {
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value, ...answers });
  return fetch("save", { method: "POST", body, redirect: "manual", signal: AbortSignal.timeout?.(PATIENCE), ...options });
}

/** The token was of another sign-in, or none: the page as it is now brings a good one – if it is the same person's. */
async function again(form, answers, person) {
  const answer = await fetch("write", { redirect: "manual", signal: AbortSignal.timeout?.(PATIENCE) });
  if (!answer.ok) throw await understand(answer);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const writing = JSON.parse(page.querySelector("#writing").textContent);
  if (writing.person !== person) throw { is: "other" };
  if (writing.isExplicit) throw { is: "explicit" };
  form.elements.csrf_token.value = page.querySelector("[name=csrf_token]").value;
  return post(form, answers);
}

async function understand(answer) {
  if (answer.type === "opaqueredirect") return { is: "out" };
  if (answer.status === 404) return { is: "closed" };
  if (answer.ok) return { is: "saved", ...(await answer.json()) };
  if (answer.status === 409) return { is: "conflict", ...(await answer.json()) };
  if (answer.status === 422) return { is: "refused", ...(await answer.json()) };
  return { is: "busy" };
}
