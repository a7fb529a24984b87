// What is static stands in the page already; this adds to it. Each part finds
// its own elements and does without those that a page lacks.
const live = document.querySelector("main[data-live]");
let was = live && live.innerHTML; // as it came, before anything is added
const svgNS = "http://www.w3.org/2000/svg";
const element = (name, attributes, text) => {
  const e = document.createElement(name);
  for (const k in attributes || {}) e.setAttribute(k, attributes[k]);
  if (text !== undefined) e.textContent = text;
  return e;
};
const shape = (name, attributes, text) => {
  const e = document.createElementNS(svgNS, name);
  for (const k in attributes || {}) e.setAttribute(k, attributes[k]);
  if (text !== undefined) e.textContent = text;
  return e;
};

// One tip for the page, moved to where it is needed.
const tip = element("div", {class: "tip", role: "tooltip", hidden: ""});
document.body.append(tip);
const showTip = (text, x, y) => {
  tip.textContent = text;
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  tip.style.left = Math.max(4, Math.min(x + 14, innerWidth - box.width - 4)) + "px";
  tip.style.top = (y + 18 + box.height > innerHeight ? y - box.height - 10 : y + 18) + "px";
};
const hideTip = () => { tip.hidden = true; };

// Shapes with a title show it at once, and to the keyboard as well. The title
// of a whole picture becomes its label: as a title it would show everywhere.
for (const title of document.querySelectorAll("figure svg title")) {
  const at = title.parentNode;
  const text = title.textContent;
  title.remove();
  at.setAttribute("aria-label", text);
  if (at.tagName === "svg") {
    at.removeAttribute("aria-labelledby");
    continue;
  }
  at.addEventListener("pointermove", e => showTip(text, e.clientX, e.clientY));
  at.addEventListener("pointerleave", hideTip);
  if (at.closest(".series") && (at.classList.contains("form") || at.tagName === "circle")) {
    at.setAttribute("tabindex", "0");
    at.setAttribute("role", "img");
    at.addEventListener("focus", () => { const b = at.getBoundingClientRect(); showTip(text, b.right, b.bottom); });
    at.addEventListener("blur", hideTip);
  }
}

// The keys of a chart of curves switch their lines. What is within an img can't
// be reached, so that the chart becomes a group.
for (const chart of document.querySelectorAll("svg.curves")) chart.setAttribute("role", "group");
for (const key of document.querySelectorAll("svg.curves .key")) {
  const chart = key.closest("svg");
  const name = key.dataset.key;
  const turn = () => {
    const off = key.classList.toggle("off");
    key.setAttribute("aria-pressed", String(!off));
    for (const s of chart.querySelectorAll(".series")) if (s.dataset.series === name) s.classList.toggle("off", off);
  };
  for (const [k, v] of [["role", "button"], ["tabindex", "0"], ["aria-pressed", "true"], ["aria-label", name]]) key.setAttribute(k, v);
  key.addEventListener("click", turn);
  key.addEventListener("keydown", e => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); turn(); } });
}
