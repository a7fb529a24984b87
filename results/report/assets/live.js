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
