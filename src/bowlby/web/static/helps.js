import { ask, data, draw, inWords, LongWork, make, sentence } from "./talk.js";

const $ = (id) => document.getElementById(id);
const { most, least, low, high, defaults } = data();
let job = null;
let found = null;

function chosen() {
  return [...document.querySelectorAll("input[name=intervention]:checked")].map((box) => box.value);
}

function sequence() {
  return [1, 2, 3].filter((place) => $(`help-${place}`).value).map((place) => ({ name: $(`help-${place}`).value, months: Number($(`age-${place}`).value) }));
}

function byRule() {
  const names = defaults[$("kind").value] ?? [];
  for (const box of document.querySelectorAll("input[name=intervention]")) { box.checked = names.includes(box.value); box.disabled = false; }
  limit();
}

function show() {
  const seen = document.querySelector("input[name=seen]:checked").value;
  for (const table of document.querySelectorAll("[data-outcome]")) { table.hidden = table.dataset.outcome !== seen; }
}

// On a narrow screen one disturbance at a time.
function narrow() {
  for (const table of document.querySelectorAll("table.grid")) {
    table.dataset.care = $("one-care").value;
    for (const cell of table.querySelectorAll("td")) { cell.classList.toggle("is-chosen", cell.dataset.key === $("one-care").value); }
  }
}

function limit() {
  const full = chosen().length >= most;
  for (const box of document.querySelectorAll("input[name=intervention]:not(:checked)")) { box.disabled = full; }
}

async function go() {
  const steps = sequence();
  const begin = steps.length ? steps[0].months : 24;
  const body = { kind: $("kind").value, start_months: begin, until_months: Number($("until").value), interventions: chosen(), sequence: steps };
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
  $("refused").replaceChildren(...(found.refused.length ? [make("h3", {}, "Not given"), make("ul", {}, ...found.refused.map((one) => make("li", {}, one.readable, make("span", { class: "small" }, ` ${one.detail}`))))] : []));
  $("caveats").replaceChildren(...found.caveats.map((line) => make("li", {}, line)));
  $("fans").hidden = false;
  $("charts").replaceChildren(...found.figures.map((one) => {
    const place = make("div", { class: "drawing tall", role: "img", "aria-label": one.alt });
    draw(place, one.spec);
    return make("figure", { class: one.title.includes("simulated forward") ? "curve is-forward" : "curve" }, make("h3", {}, one.title), place, make("figcaption", {}, one.caption));
  }));
  document.body.dataset.helped = "true";
}

const place = (value) => (100 * (Math.min(high, Math.max(low, value)) - low)) / (high - low);
const signed = (value) => `${value >= 0 ? "+" : "−"}${Math.abs(value).toFixed(2)}`;

function effects() {
  const rows = found.interventions.filter((row) => row.outcome === $("outcome").value);
  const without = found.without.find((one) => one.outcome === $("outcome").value);
  const better = without?.better === "lower" ? -1 : 1;
  const size = (row) => better * (row.standardised?.[0] ?? 0);
  const sorted = [...rows].sort((a, b) => size(b) - size(a));
  $("effects").replaceChildren(...sorted.filter((row) => !row.mechanism_only).map((row) => effect(row, better)));
  $("better").textContent = without ? `Without help: mean ${without.mean.toFixed(2)}, sd ${without.sd.toFixed(2)}. ${sentence(without.better)} is better for the child.` : "";
  const only = sorted.filter((row) => row.mechanism_only);
  $("apart").replaceChildren(...(only.length ? [make("h3", {}, "Mechanism only: no adequate trial, so not ranked"), make("ol", { class: "effects" }, ...only.map((row) => effect(row, better)))] : []));
}

// Inside the band nothing is called best, however sure its place in the order is.
function effect(row, better) {
  const [middle, one, other] = (row.standardised ?? [0, 0, 0]).map((value) => better * value);
  const [from, to] = [Math.min(one, other), Math.max(one, other)];
  const line = make("span", { class: "interval", "aria-hidden": "true" }, make("span", { class: "band" }), make("span", { class: "zero" }), make("span", { class: "range" }), make("span", { class: "point" }));
  const [band, zero, range, point] = line.children;
  band.style.left = `${place(-least)}%`;
  band.style.width = `${place(least) - place(-least)}%`;
  zero.style.left = `${place(0)}%`;
  range.style.left = `${place(from)}%`;
  range.style.width = `${place(to) - place(from)}%`;
  point.style.left = `${place(middle)}%`;
  const small = Math.abs(middle) < least;
  const says = small ? "too small to matter" : from > 0 ? "helps" : to < 0 ? "makes it worse" : "open";
  const best = small || from <= 0 || row.p_best == null ? "" : `; best of these with probability ${row.p_best.toFixed(2)}`;
  return make("li", {}, make("span", { class: "what" }, make("b", {}, row.name), make("span", { class: "grade" }, ` ${row.evidence}`)), line,
    make("span", { class: "told" }, `${says}: ${signed(middle)} sd (${signed(from)} to ${signed(to)})${best}`));
}

$("which").addEventListener("change", limit);
$("go").addEventListener("click", go);
$("cancel").addEventListener("click", () => { $("words").textContent = "Stopping."; job?.cancel(); });
$("outcome").addEventListener("change", effects);
$("kind").addEventListener("change", byRule);
$("outcomes").addEventListener("change", show);
$("asked").addEventListener("submit", (event) => event.preventDefault());
$("one-care").addEventListener("change", narrow);
limit();
show();
narrow();
document.body.dataset.ready = "true";
