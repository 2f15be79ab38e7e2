// While a plan is being looked for, its page follows by itself. Without this script a link draws it anew.

const OFTEN = 1000; // milliseconds

async function follow() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer?.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("#plan");
    if (!fresh) return;
    document.querySelector("#plan").replaceWith(fresh);
  }
  if (document.querySelector("#plan[data-busy]")) setTimeout(follow, OFTEN);
}

if (document.querySelector("#plan[data-busy]")) setTimeout(follow, OFTEN);
