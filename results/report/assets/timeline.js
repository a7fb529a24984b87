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
  const drop = () => { drag = null; sweep.setAttribute("visibility", "hidden"); };
  let dragged = false; // a drag ends in a click, too
  svg.addEventListener("pointerup", e => {
    if (drag === null) return;
    const p = laneAt(e), a = Math.min(drag, p.us), b = Math.max(drag, p.us);
    drop();
    dragged = (b - a) / (to - from) > .01;
    if (dragged) show(a, b);
  });
  svg.addEventListener("pointercancel", drop);
  // A tap is a click as well.
  svg.addEventListener("click", e => {
    const p = laneAt(e), s = p.inside && spanAt(p.lane, p.us);
    if (!dragged && d.lanes[p.lane]) { find.value = d.lanes[p.lane][0]; pick(find.value); }
    if (!dragged && s) showTip(tell(p.lane, s), e.clientX, e.clientY);
    dragged = false;
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
  svg.setAttribute("role", "group"); // it answers keys; what is in an img does not
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
