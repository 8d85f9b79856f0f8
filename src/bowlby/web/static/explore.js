import { Curves } from "./curves.js";
import { ask, data, inWords, make, percent } from "./talk.js";

const given = data();
const kindsShown = () => [...document.querySelectorAll("input[name=shown]:checked")].map((box) => box.value);
const $ = (id) => document.getElementById(id);
const views = {};
let about = null;
let yours = null;
let sliders = {};
let playing = null;

const age = () => Number($("age").value);

// Sliders move evenly on the scale on which the parameter is free: log, log odds, or as it is.
const scales = {
  log: { free: Math.log, natural: Math.exp },
  logit: { free: (p) => Math.log(p / (1 - p)), natural: (x) => 1 / (1 + Math.exp(-x)) },
  identity: { free: (x) => x, natural: (x) => x },
};
const STEPS = 100;

// Where the left end stands for never it is a place of its own, and the rest begins one step to the right.
function place(slider, value) {
  if (slider.never && value <= given.never) { return 0; }
  const { free } = scales[slider.transform];
  const share = (free(value) - free(slider.low)) / (free(slider.high) - free(slider.low));
  const first = slider.never ? 1 : 0;
  return first + Math.round((STEPS - first) * Math.min(1, Math.max(0, share)));
}

function valueAt(slider, step) {
  if (slider.never && step === 0) { return given.never; }
  const { free, natural } = scales[slider.transform];
  const low = free(slider.low);
  const first = slider.never ? 1 : 0;
  const value = natural(low + ((step - first) / (STEPS - first)) * (free(slider.high) - low));
  return Math.min(slider.high, Math.max(slider.low, Number(value.toPrecision(3))));
}

function shown(slider, value) {
  if (slider.never && value <= given.never) { return "never"; }
  if (slider.parameter === "answer_base") { return `${percent(1 / (1 + Math.exp(-value)))} of clear signals`; }
  if (slider.parameter === "answer_slope") { return value < -1 ? "turns from protest" : value > 2 ? "waits for protest" : "all alike"; }
  if (slider.parameter === "engagement_burst") { return `${value.toPrecision(2)} together`; }
  if (slider.parameter.startsWith("provoked")) { return `${fine(100 * value)} of 100 bids`; }
  if (slider.unit === "1") { return percent(value); }
  if (slider.unit === "min") { return value < 1 ? `${Math.round(60 * value)} s` : `${value.toPrecision(2)} min`; }
  if (slider.unit === "h") { return `${value.toPrecision(2)} h`; }
  return slider.unit === "1/d" ? often(value * 7) : often(value * 84);
}

const fine = (value) => value >= 0.1 ? Number(value.toPrecision(2)) : Number(value.toPrecision(1));

// How often, from a number a week.
function often(perWeek) {
  if (perWeek < 1 / 26) { return `${fine(perWeek * 52)} a year`; }
  if (perWeek < 7) { return `${fine(perWeek)} a week`; }
  return perWeek < 84 ? `${fine(perWeek / 7)} a day` : `${fine(perWeek / 84)} an hour`;
}

function buildSliders() {
  const box = $("sliders");
  let group = null;
  for (const slider of about.sliders) {
    if (group?.dataset.group !== slider.group) {
      const first = group === null;
      group = make("fieldset", { "data-group": slider.group }, make("legend", { class: "away" }, slider.group));
      box.append(make("details", { open: first }, make("summary", {}, slider.group), group));
    }
    const id = `s-${slider.parameter}`;
    const output = make("output", { for: id });
    const input = make("input", { type: "range", id, min: 0, max: STEPS, step: 1, "aria-describedby": `${id}-ends` });
    input.addEventListener("input", () => { moved(slider); });
    group.append(make("div", { class: "slider" },
      make("label", { for: id, title: slider.meaning }, slider.label), output, input,
      make("span", { class: "ends", id: `${id}-ends` }, make("span", {}, slider.left), make("span", {}, slider.right))));
    sliders[slider.parameter] = { ...slider, input, output, touched: null };
  }
}

function say(slider, value) {
  slider.output.textContent = shown(slider, value);
  slider.input.setAttribute("aria-valuetext", shown(slider, value));
}

function moved(described) {
  const slider = sliders[described.parameter];
  slider.touched = valueAt(slider, Number(slider.input.value));
  say(slider, slider.touched);
  window.performance.mark("moved");
  refresh();
}

function toKind(kind, touched = {}) {
  $("kind").value = kind;
  for (const slider of Object.values(sliders)) {
    slider.touched = touched[slider.parameter] ?? null;
    const value = slider.touched ?? about.settings[kind][slider.parameter];
    slider.input.value = place(slider, value);
    say(slider, value);
  }
}

function query() {
  const asked = new URLSearchParams({ kind: $("kind").value });
  for (const slider of Object.values(sliders)) {
    if (slider.touched !== null) { asked.set(slider.parameter, slider.touched); }
  }
  return asked;
}

// One question is under way at a time; of those that come meanwhile only the last is asked.
let underWay = false;
let again = false;
async function refresh() {
  clearTimeout(resting);
  if (underWay) { again = true; return; }
  underWay = true;
  try {
    do {
      again = false;
      const asked = query();
      yours = await ask(`/api/explore?${asked}`);
      await redraw(asked);
    } while (again);
  } catch (error) {
    $("words").textContent = inWords(error);
    restSoon();
  } finally {
    underWay = false;
  }
}

function lines(name) {
  const all = { ...about.side_by_side, "your care": yours };
  return given.kinds.filter((kind) => kindsShown().includes(kind.name)).map((kind) => ({
    kind: kind.name, label: kind.label, colour: kind.colour, dash: kind.dash, strong: kind.name === "your care", ...all[kind.name].curves[name],
  }));
}

// What can be seen is drawn at once; the rest waits until the hand has rested, so that a move pays for no more than it
// shows. Scrolling towards it draws it at once.
const REST_MS = 150;
let stale = new Set();
let resting = null;

const parts = () => [
  ...Object.keys(views).map((name) => [document.querySelector(`[data-chart="${name}"]`), () => fill(name)]),
  [$("signs"), signs],
  [$("numbers"), table],
];

const fill = (name) => { views[name].lines(lines(name)); views[name].read(age()); };

function inSight(element) {
  const box = element.getBoundingClientRect();
  return box.bottom > 0 && box.top < window.innerHeight;
}

function drawStale(chosen) {
  const now = [...stale].filter(([element]) => chosen(element));
  for (const part of now) { stale.delete(part); }
  return Promise.all(now.map(([, drawPart]) => drawPart()));
}

function restSoon() {
  clearTimeout(resting);
  resting = setTimeout(rest, REST_MS);
}

async function rest() {
  clearTimeout(resting);
  await drawStale(() => true);
  if (!stale.size) { document.dispatchEvent(new CustomEvent("bowlby:rested")); }
}

async function redraw(asked) {
  stale = new Set(parts());
  tellWords();
  await drawStale(inSight);
  for (const form of ["svg", "png", "csv"]) {
    $(`save-${form}`).href = `/api/explore/export?${asked}&format=${form}`;
  }
  restSoon();
  document.dispatchEvent(new CustomEvent("bowlby:drawn"));
}

function at(found, name) {
  const point = Math.round(age() / given.step);
  return found.curves[name].middle[point];
}

function tellAge() {
  if (!yours) { return; }
  tellWords();
  table();
  signs();
}

const ofTen = (share) => ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "all"][Math.round(10 * share)];
const much = (share) => ["hardly any", "a little", "about half", "much", "nearly all"][Math.min(4, Math.round(4 * share))];

function conduct() {
  const open = 1 - at(yours, "freezing") - at(yours, "minimising") - at(yours, "intensifying");
  return [
    [at(yours, "freezing"), "often freezes or contradicts itself when in need"],
    [at(yours, "minimising"), "hardly shows its needs"],
    [at(yours, "intensifying"), "often protests at full strength"],
    [open, "mostly shows its needs openly"],
  ].sort((a, b) => b[0] - a[0])[0][1];
}

// What follows, and why: the causes are numbers of the care itself.
function tellWords() {
  $("age-shown").textContent = `${age()} months`;
  const { answered, minutes, frightening_a_week: fright } = yours.why;
  const delay = minutes < 1 ? "at once" : `after ${minutes.toPrecision(2)} minutes`;
  const threat = at(yours, "threat_expectation");
  const frightens = fright < 1e-4 ? "because nothing ever frightens it" : `because something frightening happens ${often(fright).replace(" ", " times ")}`;
  $("words").textContent = `At ${age()} months the middle child expects ${much(at(yours, "comfort_expectation"))} of the comfort it asks for, ` +
    `because ${ofTen(1 - answered)} of ten clear signals go unanswered and the others are answered ${delay}; ` +
    `and ${threat < 0.005 ? "no threat" : `threat (${threat.toFixed(2)} of 1)`}, ${frightens}. It ${conduct()}.`;
}

function table() {
  const kinds = { "your care": yours, ...about.side_by_side };
  $("numbers").tHead.replaceChildren(make("tr", {}, make("th", { scope: "col" }, "what"),
    ...Object.keys(kinds).map((kind) => make("th", { scope: "col", class: "n" }, given.kinds.find((one) => one.name === kind)?.label ?? kind))));
  $("numbers").tBodies[0].replaceChildren(...about.quantities.map((one) => make("tr", {},
    make("th", { scope: "row" }, one.label + (one.simulated_forward ? " (simulated forward)" : "")),
    ...Object.values(kinds).map((found) => make("td", { class: "n" }, at(found, one.name).toFixed(2))))));
}

const MOST_SIGNS = 8;
function signs() {
  const ages = Object.keys(yours.signs).map(Number);
  const near = ages.reduce((best, one) => Math.abs(one - age()) < Math.abs(best - age()) ? one : best);
  if (age() < 9) {
    $("signs").replaceChildren(make("li", { class: "none" }, "Signs are told from 12 months on."));
    return;
  }
  const all = Object.entries(yours.signs[near]).sort((a, b) => Math.abs(b[1] - about.base_rates[b[0]]) - Math.abs(a[1] - about.base_rates[a[0]]));
  $("signs").replaceChildren(...all.slice(0, MOST_SIGNS).map(([name, share]) => bar(name, share)));
}

function bar(name, share) {
  const base = about.base_rates[name];
  const track = make("span", { class: "track", "aria-hidden": "true" }, make("span", { class: "fill" }), make("span", { class: "base" }));
  track.querySelector(".fill").style.width = `${100 * share}%`;
  track.querySelector(".base").style.left = `${100 * base}%`;
  return make("li", {}, make("span", { class: "what" }, make("b", {}, name.replaceAll("_", " ")), ` ${about.signs[name]}`), track,
    make("span", { class: "told" }, `${percent(share)}; base rate ${percent(base)}`));
}

function setAge(months) {
  $("age").value = months;
  $("age").setAttribute("aria-valuetext", `${months} months`);
  for (const view of Object.values(views)) { view.cursor(Number(months)); view.read(Number(months)); }
  tellAge();
}

function stop() {
  clearInterval(playing);
  playing = null;
  $("play").textContent = "Play";
  $("play").setAttribute("aria-pressed", "false");
  $("words").setAttribute("aria-live", "polite");
}

function play() {
  if (playing) { stop(); return; }
  if (age() >= given.until) { setAge(0); }
  $("play").textContent = "Pause";
  $("play").setAttribute("aria-pressed", "true");
  $("words").setAttribute("aria-live", "off");
  playing = setInterval(() => {
    if (age() >= given.until) { stop(); return; }
    setAge(age() + given.step);
  }, 450);
}

async function share() {
  const link = `${location.origin}/explore?${query()}`;
  history.replaceState(null, "", link);
  try {
    await navigator.clipboard.writeText(link);
    $("shared").textContent = "The link is on the clipboard and in the address bar.";
  } catch {
    $("shared").textContent = "The link is in the address bar.";
  }
}

async function begin() {
  const asked = new URLSearchParams(location.search);
  for (const figure of document.querySelectorAll("[data-chart]")) {
    const { top } = given.charts[figure.dataset.chart];
    const phone = window.matchMedia("(max-width: 59.99rem)").matches;
    const height = figure.closest(".stay") && !phone ? given.height : 165;
    views[figure.dataset.chart] = new Curves(figure.querySelector(".drawing"), { top, height, step: given.step, until: given.until });
  }
  about = await ask("/api/explore/about");
  buildSliders();
  $("kind").append(...Object.entries(about.presets).map(([name, says]) => make("option", { value: name }, says)));
  const kind = about.presets[asked.get("kind")] ? asked.get("kind") : "usual";
  const touched = Object.fromEntries(about.sliders.filter((one) => asked.has(one.parameter)).map((one) =>
    [one.parameter, Math.min(one.high, Math.max(one.low, Number(asked.get(one.parameter)) || one.usual))]));
  toKind(kind, touched);
  $("kind").addEventListener("change", () => { toKind($("kind").value); refresh(); });
  $("reset").addEventListener("click", () => { toKind($("kind").value); refresh(); });
  $("share").addEventListener("click", share);
  $("play").addEventListener("click", play);
  $("age").addEventListener("input", () => { stop(); setAge(age()); });
  for (const box of document.querySelectorAll("input[name=shown]")) { box.addEventListener("change", () => redraw(query())); }
  window.addEventListener("scroll", () => drawStale(inSight), { passive: true });
  await refresh();
  await rest();
  document.body.dataset.ready = "true";
}

begin().catch((error) => { $("words").textContent = inWords(error); });
