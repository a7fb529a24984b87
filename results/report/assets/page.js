"use strict";
// What is static stands in the page already; this adds to it. Each part finds
// its own elements and does without those that a page lacks.
(() => {
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

// The keys of a chart of curves switch their lines.
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

// Timelines: zoom, hover, search.
const lasting = us => us >= 1e6 ? (us / 1e6).toFixed(2) + " s" : us >= 1e3 ? (us / 1e3).toFixed(us >= 1e5 ? 0 : us >= 1e4 ? 1 : 2) + " ms" : us + " us";
const niceStep = (span, about) => {
  const raw = span / about, power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].map(f => f * power).find(s => s >= raw);
};
for (const figure of document.querySelectorAll("figure.lanes")) {
  const svg = figure.querySelector("svg.lanes"), data = figure.querySelector("script[type='application/json']");
  if (svg && data) timeline(figure, svg, JSON.parse(data.textContent));
}
function timeline(figure, svg, d) {
  let from = 0, to = d.end, picked = null;
  const said = element("output", {"aria-live": "polite"});
  const bar = element("div", {class: "bar", role: "toolbar", "aria-label": "timeline"});
  const button = (text, label, act) => {
    const b = element("button", {type: "button", "aria-label": label, title: label}, text);
    b.addEventListener("click", act);
    bar.append(b);
  };
  const show = (a, b) => {
    const least = Math.min(20, d.end); // microseconds: a trace knows no less
    let span = Math.min(d.end, Math.max(least, b - a));
    from = Math.min(Math.max(0, a), d.end - span);
    to = from + span;
    drawView();
  };
  const zoom = (factor, at) => { const c = at === undefined ? (from + to) / 2 : at; show(c - (c - from) * factor, c + (to - c) * factor); };
  const pan = part => { const by = (to - from) * part; show(from + by, to + by); };
  button("+", "zoom in", () => zoom(.5));
  button("\u2212", "zoom out", () => zoom(2));
  button("\u2190", "earlier", () => pan(-.4));
  button("\u2192", "later", () => pan(.4));
  button("all", "show the whole collation", () => show(0, d.end));
  const find = element("input", {type: "search", inputmode: "numeric", placeholder: "request", "aria-label": "find a request by its id"});
  find.addEventListener("input", () => pick(find.value.trim()));
  bar.append(find, said);
  svg.before(bar);

  const marks = shape("g", {class: "marks"});
  svg.append(marks);
  const time = svg.querySelector("g.time");
  function drawView() {
    const scale = d.end / (to - from);
    for (const g of svg.querySelectorAll("g.zoom"))
      g.setAttribute("transform", `translate(${d.x - scale * (d.x + from / d.end * d.w)} 0) scale(${scale} 1)`);
    axis();
    outline();
    svg.dataset.from = from; svg.dataset.to = to;
  }
  const xOf = us => d.x + (us - from) / (to - from) * d.w;
  function axis() {
    time.replaceChildren();
    const step = niceStep(to - from, 6);
    for (let t = Math.ceil(from / step) * step; t <= to + step * 1e-6; t += step) {
      const x = xOf(t);
      time.append(shape("path", {class: "s-grid", fill: "none", d: `M${x} ${d.y}V${d.foot}`}));
      time.append(shape("text", {class: "mid f-muted", "font-size": 11, x, y: d.foot + 15}, String(+(t / 1000).toPrecision(6))));
    }
  }
  const laneAt = e => {
    const box = svg.getBoundingClientRect(), k = svg.viewBox.baseVal.width / box.width;
    const x = (e.clientX - box.left) * k, y = (e.clientY - box.top) * k;
    return {us: from + (x - d.x) / d.w * (to - from), lane: Math.floor((y - d.y) / d.lane), inside: x >= d.x && x <= d.x + d.w};
  };
  const spanAt = (lane, us) => {
    const row = d.lanes[lane];
    if (!row || us < row[1]) return null;
    for (let i = 2, begin = row[1]; i < row.length; begin = row[i + 1], i += 2)
      if (us < row[i + 1]) return {phase: d.phases[row[i]], begin, end: row[i + 1]};
    return null;
  };
  const tell = (lane, s) => `request ${d.lanes[lane][0]}: ${s.phase}, ${lasting(s.end - s.begin)} (${lasting(s.begin)} to ${lasting(s.end)})`;
  let drag = null;
  const sweep = shape("rect", {class: "sweep", y: d.y, height: d.foot - d.y, visibility: "hidden"});
  svg.append(sweep);
  svg.addEventListener("pointerdown", e => {
    const p = laneAt(e);
    if (p.inside && e.button === 0 && e.pointerType !== "touch") { drag = p.us; svg.setPointerCapture(e.pointerId); e.preventDefault(); }
  });
  svg.addEventListener("pointermove", e => {
    const p = laneAt(e);
    if (drag !== null) {
      const a = xOf(Math.max(from, Math.min(drag, p.us))), b = xOf(Math.min(to, Math.max(drag, p.us)));
      sweep.setAttribute("x", a); sweep.setAttribute("width", Math.max(0, b - a)); sweep.setAttribute("visibility", "visible");
      return;
    }
    const s = p.inside ? spanAt(p.lane, p.us) : null;
    if (s) showTip(tell(p.lane, s), e.clientX, e.clientY); else hideTip();
  });
  svg.addEventListener("pointerup", e => {
    if (drag === null) return;
    const p = laneAt(e), a = Math.min(drag, p.us), b = Math.max(drag, p.us);
    drag = null;
    sweep.setAttribute("visibility", "hidden");
    if ((b - a) / (to - from) > .01) show(a, b);
    else if (d.lanes[p.lane]) { find.value = d.lanes[p.lane][0]; pick(find.value); }
  });
  svg.addEventListener("pointerleave", hideTip);
  svg.addEventListener("dblclick", () => show(0, d.end));
  // A plain wheel scrolls the page.
  svg.addEventListener("wheel", e => {
    if (!e.ctrlKey && !e.metaKey) return;
    e.preventDefault();
    zoom(e.deltaY < 0 ? .8 : 1.25, laneAt(e).us);
  }, {passive: false});
  svg.setAttribute("tabindex", "0");
  svg.addEventListener("keydown", e => {
    const act = {"+": () => zoom(.5), "=": () => zoom(.5), "-": () => zoom(2), "0": () => show(0, d.end),
      ArrowLeft: () => pan(-.2), ArrowRight: () => pan(.2), ArrowDown: () => step(1), ArrowUp: () => step(-1)}[e.key];
    if (act && !e.ctrlKey && !e.metaKey && !e.altKey) { e.preventDefault(); act(); }
  });
  const step = by => {
    const at = picked === null ? (by > 0 ? 0 : d.lanes.length - 1) : picked + by;
    if (d.lanes[at]) { find.value = d.lanes[at][0]; pick(find.value); }
  };
  function pick(id) {
    const at = id === "" ? -1 : d.lanes.findIndex(row => String(row[0]) === id);
    picked = at < 0 ? null : at;
    if (id === "") said.textContent = "";
    else if (at < 0) said.textContent = `no request ${id}`;
    else {
      const row = d.lanes[at], sum = new Map();
      for (let i = 2, begin = row[1]; i < row.length; begin = row[i + 1], i += 2)
        sum.set(row[i], (sum.get(row[i]) || 0) + row[i + 1] - begin);
      said.textContent = `request ${row[0]}, ${lasting(row.at(-1) - row[1])}: ` + [...sum].map(([p, us]) => `${d.phases[p]} ${lasting(us)}`).join(", ");
    }
    outline();
  }
  function outline() {
    marks.replaceChildren();
    if (picked === null) return;
    const row = d.lanes[picked], a = Math.max(d.x, xOf(row[1])), b = Math.min(d.x + d.w, xOf(row.at(-1)));
    if (b > a) marks.append(shape("rect", {class: "pick", x: a - 1, y: d.y + picked * d.lane - 1, width: b - a + 2, height: d.lane + 1.4}));
  }
}

// Tables: sort by a column, copy as Markdown or CSV.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, at) => {
    const button = element("button", {type: "button"}, head.textContent);
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") !== "descending" && (head.getAttribute("aria-sort") === "ascending" || head.classList.contains("n"));
      for (const h of heads) h.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      sortRows(table, at, down);
    });
  });
}
const units = {us: 1e-3, ms: 1, s: 1e3};
function value(cell) {
  const text = cell.dataset.sort ?? cell.textContent.trim();
  const m = text.match(/^([-+]?[\d.]+(?:e[-+]?\d+)?)(?: (us|ms|s))?$/);
  return m ? m[1] * (m[2] ? units[m[2]] : 1) : text;
}
function sortRows(table, at, down) {
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row, i) => ({row, i, v: value(row.cells[at])}));
  const order = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
  rows.sort((a, b) => (down ? -1 : 1) * order(a.v, b.v) || a.i - b.i);
  body.append(...rows.map(r => r.row));
}
const copyText = (text, button) => {
  const done = ok => { const was = button.textContent; button.textContent = ok ? "copied" : "select and copy by hand"; setTimeout(() => { button.textContent = was; }, 1500); };
  const byHand = () => {
    const area = element("textarea", {readonly: ""});
    area.value = text;
    document.body.append(area);
    area.select();
    let ok = false;
    try { ok = document.execCommand("copy"); } catch { ok = false; }
    area.remove();
    done(ok);
  };
  // A file opened from disk has no clipboard of its own in some browsers.
  if (navigator.clipboard) navigator.clipboard.writeText(text).then(() => done(true), byHand); else byHand();
};
const cellsOf = table => [...table.rows].map(row => [...row.cells].map(c => c.textContent.trim()));
const markdown = table => {
  const [head, ...rows] = cellsOf(table), line = cells => "| " + cells.map(c => c.replaceAll("|", "\\|")).join(" | ") + " |";
  return [line(head), line([...table.tHead.rows[0].cells].map(c => c.classList.contains("n") ? "---:" : "---")), ...rows.map(line)].join("\n") + "\n";
};
const csv = table => cellsOf(table).map(row => row.map(c => /[",\n]/.test(c) ? '"' + c.replaceAll('"', '""') + '"' : c).join(",")).join("\n") + "\n";
for (const table of document.querySelectorAll("table.copy")) {
  const bar = element("div", {class: "bar"});
  for (const [name, make] of [["copy as Markdown", markdown], ["copy as CSV", csv]]) {
    const button = element("button", {type: "button"}, name);
    button.addEventListener("click", () => copyText(make(table), button));
    bar.append(button);
  }
  table.parentNode.before(bar);
}
const copyCommands = () => {
  for (const cmd of document.querySelectorAll(".cmd")) {
    const code = cmd.querySelector("code"), button = element("button", {type: "button", class: "act"}, "copy");
    button.addEventListener("click", () => copyText(code.textContent, button));
    cmd.append(button);
  }
};
copyCommands();

// A live page fetches itself and shows what has changed, unless someone is in
// the middle of a form; what was chosen in one stays chosen.
const chosen = () => new Map([...live.querySelectorAll("select")].map(s => [s.form.action + " " + s.name, s.value]));
const swap = next => {
  const choices = chosen();
  was = live.innerHTML = next;
  for (const s of live.querySelectorAll("select")) {
    const value = choices.get(s.form.action + " " + s.name);
    if ([...s.options].some(o => o.value === value)) s.value = value;
  }
  copyCommands();
};
if (live && location.protocol.startsWith("http")) setInterval(async () => {
  if (document.hidden || document.activeElement.closest("form")) return;
  try {
    const answer = await fetch(location.href, {cache: "no-store"});
    if (!answer.ok) return;
    const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main[data-live]");
    if (next && next.innerHTML !== was) swap(next.innerHTML);
  } catch { /* the server has ended; the next try tells */ }
}, Number(live.dataset.live));
})();
