import { ask, data, draw, inWords, LongWork, make, sentence } from "./talk.js";

const $ = (id) => document.getElementById(id);
const most = data().most;
let job = null;
let found = null;

function chosen() {
  return [...document.querySelectorAll("input[name=intervention]:checked")].map((box) => box.value);
}

function limit() {
  const full = chosen().length >= most;
  for (const box of document.querySelectorAll("input[name=intervention]:not(:checked)")) { box.disabled = full; }
}

async function go() {
  const body = { kind: $("kind").value, start_months: Number($("start").value), until_months: Number($("until").value), interventions: chosen() };
  $("go").disabled = true;
  $("cancel").hidden = false;
  $("progress").hidden = false;
  try {
    job = new LongWork();
    const ended = await job.run("/api/helps", body, (now) => {
      if (now.total) { $("progress").max = now.total; $("progress").value = now.done; } else { $("progress").removeAttribute("value"); }
      $("words").textContent = now.total ? `${sentence(now.step)}: ${Math.round((100 * now.done) / now.total)} %.` : `${sentence(now.step)}.`;
    });
    if (ended.state === "done") { found = await ask(`/api/helps/${ended.id}`); tell(); }
    if (ended.state === "cancelled") { $("words").textContent = "Cancelled."; }
    if (ended.state === "failed") { $("words").textContent = inWords({ told: { remedy: "", ...ended.error } }); }
  } catch (error) {
    $("words").textContent = inWords(error);
  } finally {
    $("go").disabled = false;
    $("cancel").hidden = true;
    $("progress").hidden = true;
  }
}

function tell() {
  $("words").textContent = found.words.join(" ");
  const outcomes = [...new Set(found.interventions.map((row) => row.outcome))];
  $("outcome").replaceChildren(...outcomes.map((name) => make("option", {}, name)));
  $("ranking").hidden = false;
  effects();
  $("refused").replaceChildren(...(found.refused.length ? [make("h3", {}, "Not given"), make("ul", {}, ...found.refused.map((one) => make("li", {}, make("b", {}, `${one.name}: `), one.detail)))] : []));
  $("caveats").replaceChildren(...found.caveats.map((line) => make("li", {}, line)));
  $("fans").hidden = false;
  $("charts").replaceChildren(...found.figures.map((one) => {
    const place = make("div", { class: "drawing tall", role: "img", "aria-label": one.alt });
    draw(place, one.spec);
    return make("figure", { class: one.title.includes("simulated forward") ? "curve is-forward" : "curve" }, make("h3", {}, one.title), place, make("figcaption", {}, one.caption));
  }));
  document.body.dataset.helped = "true";
}

function effects() {
  const rows = found.interventions.filter((row) => row.outcome === $("outcome").value);
  const ranked = rows.filter((row) => !row.mechanism_only).sort((a, b) => (b.p_best ?? 0) - (a.p_best ?? 0));
  const reach = Math.max(...rows.flatMap((row) => [Math.abs(row.low), Math.abs(row.high)]), 1e-9);
  $("effects").replaceChildren(...ranked.map((row) => effect(row, reach)));
  const without = found.without.find((one) => one.outcome === $("outcome").value);
  $("better").textContent = without ? `Without help: mean ${without.mean.toFixed(2)}, sd ${without.sd.toFixed(2)}. ${sentence(without.better)} is better for the child.` : "";
  const only = rows.filter((row) => row.mechanism_only);
  $("apart").replaceChildren(...(only.length ? [make("h3", {}, "Mechanism only: no adequate trial, so not ranked"), make("ol", { class: "effects" }, ...only.map((row) => effect(row, reach)))] : []));
}

function effect(row, reach) {
  const at = (value) => 50 + (50 * value) / reach;
  const line = make("span", { class: "interval", "aria-hidden": "true" }, make("span", { class: "zero" }), make("span", { class: "range" }), make("span", { class: "point" }));
  line.children[1].style.left = `${at(row.low)}%`;
  line.children[1].style.width = `${at(row.high) - at(row.low)}%`;
  line.children[2].style.left = `${at(row.effect)}%`;
  const signed = (value) => `${value >= 0 ? "+" : "−"}${Math.abs(value).toFixed(2)}`;
  const best = row.p_best == null ? "" : `; best of these with probability ${row.p_best.toFixed(2)}`;
  return make("li", {}, make("span", { class: "what" }, make("b", {}, row.name), make("span", { class: "grade" }, ` ${row.evidence}`)), line,
    make("span", { class: "told" }, `${signed(row.effect)} (${signed(row.low)} to ${signed(row.high)})${best}`));
}

$("which").addEventListener("change", limit);
$("go").addEventListener("click", go);
$("cancel").addEventListener("click", () => { $("words").textContent = "Stopping."; job?.cancel(); });
$("outcome").addEventListener("change", effects);
$("asked").addEventListener("submit", (event) => event.preventDefault());
limit();
document.body.dataset.ready = "true";
