// Tells the reader of a board that it changed, and leaves his page and his focus alone.

const EVERY = 8000;
const place = document.querySelector("[data-since]");

async function ask() {
  if (document.hidden || place.childElementCount > 1) return;
  const { since, revision, phase } = place.dataset;
  const answer = await fetch(`${since}?revision=${revision}`).catch(() => null); // no network: next time
  if (!answer?.ok || answer.redirected) return;
  const news = await answer.json();
  const others = news.cards.some((card) => !card.mine);
  if (others || news.phase !== phase) place.append(place.querySelector("template").content.cloneNode(true));
}

setInterval(ask, EVERY);
