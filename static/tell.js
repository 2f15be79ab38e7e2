// The line under a text that says where the text is.

/** Says it, unless it says so already: a screen reader would read it out again. */
export function tell(line, text, { icon = "", href = "", link = "" } = {}) {
  if (line.textContent.trim() === `${text} ${link}`.trim()) return;
  line.dataset.state = icon === "check" ? "ok" : "local";
  const words = document.createElement("span");
  words.append(text);
  if (link) words.append(" ", Object.assign(document.createElement("a"), { href, textContent: link }));
  line.replaceChildren(...(text && icon ? [draw(icon)] : []), words);
}

function draw(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS(svg.namespaceURI, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}
