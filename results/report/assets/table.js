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
