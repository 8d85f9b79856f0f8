import { ask, inWords, make, percent, sentence } from "./talk.js";

const $ = (id) => document.getElementById(id);
const CLASSES = { A: "avoidant", B: "secure", C: "resistant", D: "disorganized", CC: "cannot classify" };
const SCALES = ["proximity_seeking", "contact_maintaining", "avoidance", "resistance"];
const SVG = "http://www.w3.org/2000/svg";
let found = null;
let number = 0;
let playing = null;

const now = () => Number($("clock").value);
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const episodeAt = (at) => found.episodes.find((one) => at < one.to_s) ?? found.episodes.at(-1);

async function load() {
  stop();
  ready(false);
  $("words").textContent = "The lives that lead up to it are being lived.";
  const asked = new URLSearchParams({ kind: $("kind").value, age_months: $("months").value, child: number });
  try {
    found = await ask(`/api/strange-situation?${asked}`);
  } catch (error) {
    $("words").textContent = inWords(error);
    return;
  }
  const step = Number($("clock").step);
  $("clock").max = step * Math.ceil(found.episodes.at(-1).to_s / step);
  $("clock").value = 0;
  $("rule").textContent = `Rule, bowlby's own: ${found.rule}`;
  $("notes").replaceChildren(...found.notes.map((line) => make("li", {}, line)));
  $("episodes").replaceChildren(...found.episodes.map((one) => make("li", { "data-number": one.number },
    make("button", { type: "button", onclick: () => { stop(); go(one.from_s); } }, make("b", {}, `${one.number}`), ` ${one.name}`),
    make("span", { class: "small" }, `${Math.round(one.to_s - one.from_s)} s${one.cut_short ? ", cut short" : ""}`))));
  $("shares").replaceChildren(...Object.entries(found.shares).map(([name, row]) =>
    bar(`${name} ${CLASSES[name] ?? ""}`, row.estimate, `${percent(row.estimate)} (${percent(row.low)} to ${percent(row.high)})`)));
  $("which").textContent = `Child ${found.child + 1} of ${found.children}, ${found.kind} history, ${found.age_months} months.`;
  strip();
  ready(true);
  go(0);
}

function ready(is) {
  $("clock").disabled = !is;
  $("play").disabled = !is;
}

function bar(name, share, told, forward = false) {
  const track = make("span", { class: "track", "aria-hidden": "true" }, make("span", { class: forward ? "fill is-forward" : "fill" }));
  track.firstChild.style.width = `${100 * Math.min(1, Math.max(0, share))}%`;
  return make("li", {}, make("span", { class: "what" }, make("b", {}, name)), track, make("span", { class: "told" }, told));
}

function go(at) {
  $("clock").value = at;
  $("clock").setAttribute("aria-valuetext", clock(at));
  $("clock-shown").textContent = clock(at);
  const episode = episodeAt(at);
  for (const item of $("episodes").children) {
    const here = Number(item.dataset.number) === episode.number;
    item.classList.toggle("here", here);
    item.firstChild.toggleAttribute("aria-current", here);
  }
  const acts = found.acts.filter((act) => act.from_s <= at && at < (act.to_s ?? act.from_s + 3));
  stage(episode, acts);
  $("now").replaceChildren(...(acts.length ? unique(acts).map((label) => make("li", {}, label)) : [make("li", { class: "none" }, "nothing that is coded")]));
  scales(at);
  document.getElementById("strip").querySelector(".hand")?.setAttribute("transform", `translate(${at * scale},0)`);
  follow(episode, acts, at);
}

const PHRASES = {
  "cue.distress": "cries", "cue.bid": "asks for something", approach: "comes near", "contact.maintain": "holds on",
  avoid: "turns away", resist: "pushes the contact away", disorganized: "freezes or contradicts itself", explore: "plays",
  "gaze.partner": "looks at its partner", "gaze.away": "looks away", control: "takes charge",
};
const OF_CAREGIVER = { answer: "answers", hold: "holds it", voice: "talks to it", play: "plays with it", ignore: "does not answer", intrude: "takes over" };

function together(phrases) {
  return phrases.length > 1 ? `${phrases.slice(0, -1).join(", ")} and ${phrases.at(-1)}` : phrases[0];
}

const phrasesOf = (acts, who, known) => Object.keys(known).filter((kind) => acts.some((act) => act.who === who && act.kind === kind)).map((kind) => known[kind]);

// The words follow the play: who is there, what the child does, what the caregiver does.
function follow(episode, acts, at) {
  const there = [episode.caregiver ? "the caregiver" : null, episode.stranger ? "a stranger" : null].filter(Boolean);
  const does = phrasesOf(acts, "child", PHRASES);
  const caregiver = phrasesOf(acts, "caregiver", OF_CAREGIVER);
  const fright = acts.some((act) => act.kind.startsWith("fright")) ? " The caregiver frightens it." : "";
  $("words").textContent = `${clock(at)}, episode ${episode.number}, ${episode.name}: ${there.length ? `${together(there)} ${there.length > 1 ? "are" : "is"} there` : "the child is alone"}. ` +
    `The child ${does.length ? together(does) : "does nothing that is coded"}.${caregiver.length ? ` The caregiver ${together(caregiver)}.` : ""}${fright}`;
}

const unique = (acts) => [...new Set(acts.map((act) => act.label))];

function shape(name, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) { element.setAttribute(key, value); }
  element.append(...children);
  return element;
}

function person(x, y, size, colour, label, above = true) {
  const text = shape("text", { x, y: above ? y - size * 0.55 - 8 : y + size * 1.9 + 18, "text-anchor": "middle", "font-size": 17, fill: "var(--ink)" }, label);
  return shape("g", {}, shape("circle", { cx: x, cy: y, r: size * 0.55, fill: colour }),
    shape("path", { d: `M ${x - size} ${y + size * 1.9} q 0 ${-size * 1.2} ${size} ${-size * 1.2} t ${size} ${size * 1.2} z`, fill: colour }), text);
}

// The child as it acts: where it stands, which way it looks, what its arms do, tears, a toy.
function child(x, doing, held) {
  const y = 92;
  const crying = doing.has("cue.distress");
  const frozen = doing.has("disorganized");
  const colour = crying ? "var(--threat)" : "var(--child)";
  const turned = doing.has("avoid") || doing.has("gaze.away") ? -1 : 1;
  const stroke = { stroke: colour, "stroke-width": 4, "stroke-linecap": "round", fill: "none" };
  const body = person(x, y, 18, colour, crying ? "child, crying" : "child", false);
  if (frozen) { body.querySelectorAll("circle, path").forEach((part) => { part.setAttribute("stroke", "var(--ink)"); part.setAttribute("stroke-dasharray", "3 3"); part.setAttribute("stroke-width", 2.5); }); }
  body.append(shape("circle", { cx: x + 5 * turned, cy: y - 2, r: 2, fill: "var(--paper)" }));
  if (crying) { body.append(shape("path", { d: `M ${x + 5 * turned} ${y + 3} q -2 5 0 8`, stroke: "var(--paper)", "stroke-width": 2, fill: "none" })); }
  if (held || doing.has("approach") || doing.has("contact.maintain")) { body.append(shape("path", { d: `M ${x + 12} ${y + 18} l 22 -10`, ...stroke })); }
  if (doing.has("resist")) { body.append(shape("path", { d: `M ${x + 12} ${y + 16} l 18 -14 m -18 20 l 20 4`, ...stroke })); }
  if (doing.has("explore")) { body.append(shape("rect", { x: x - 40, y: y + 22, width: 12, height: 12, fill: "var(--amber)" }), shape("circle", { cx: x - 48, cy: y + 28, r: 6, fill: "var(--teal)" })); }
  return body;
}

function stage(episode, acts) {
  const doing = new Set(acts.filter((act) => act.who === "child").map((act) => act.kind));
  const held = acts.some((act) => act.kind === "hold") || doing.has("contact.maintain");
  const near = held || doing.has("approach");
  const away = doing.has("avoid");
  const childX = held ? 268 : near ? 240 : away ? 100 : 175;
  const svg = shape("svg", { viewBox: "0 0 420 180", width: "100%" },
    shape("rect", { x: 1, y: 1, width: 418, height: 178, rx: 12, fill: "var(--soft)", stroke: "var(--rule)" }),
    shape("path", { d: "M 396 178 v -104 h -3", stroke: "var(--edge)", fill: "none", "stroke-width": 2 }));
  if (episode.caregiver) { svg.append(person(315, 60, 30, "var(--deprivation)", "caregiver")); }
  if (episode.stranger) { svg.append(person(48, 66, 28, "var(--faint)", "stranger")); }
  svg.append(child(childX, doing, held));
  $("stage").replaceChildren(svg);
  $("stage").setAttribute("aria-label", `In the room: the child${doing.has("cue.distress") ? ", crying" : ""}${episode.caregiver ? ", the caregiver" : ""}${episode.stranger ? ", a stranger" : ""}${held ? "; the child is in contact" : away ? "; the child turns away" : ""}`);
}

function scales(at) {
  const read = found.readings.filter((one) => one.at_s <= at).at(-1) ?? {};
  const rows = SCALES.map((name) => {
    const both = [5, 8].map((episode) => read[`${name}_${episode}`]);
    const told = both.every((value) => value == null) ? "not yet" : `${both.map((value) => value == null ? "–" : value.toFixed(1)).join(" and ")} of 7`;
    const item = bar(name.replace("_", " "), both[0] == null ? 0 : (both[0] - 1) / 6, told);
    const second = item.querySelector(".track").cloneNode(true);
    second.firstChild.style.width = `${both[1] == null ? 0 : (100 * (both[1] - 1)) / 6}%`;
    item.querySelector(".track").after(second);
    return item;
  });
  const chaos = read.disorganization;
  rows.push(bar("disorganization", chaos == null ? 0 : (chaos - 1) / 8, chaos == null ? "not yet" : `${chaos.toFixed(1)} of 9`));
  $("scales").replaceChildren(...rows);
  const ended = at >= found.episodes.at(-1).to_s;
  const second = found.second ? `, second ${found.second}` : "";
  $("class").textContent = ended
    ? `Class by the rule: ${found.class_named ?? "none"} (${CLASSES[found.class_named] ?? sentence(found.reason)})${second}${found.reason && found.class_named ? `; ${found.reason}` : ""}.`
    : "The class is named when both reunions are over.";
}

// Wide, the labels stand beside the rows; narrow, each stands above its row, and the strip fits the page.
let scale = 0.6;
function strip() {
  const end = found.episodes.at(-1).to_s;
  const labels = unique(found.acts);
  const room = $("strip").parentElement.clientWidth;
  const narrow = room < 700;
  const row = narrow ? 34 : 20;
  const left = narrow ? 4 : 340;
  scale = narrow ? (room - 14) / end : 0.6;
  const height = row * labels.length + 34;
  const width = left + end * scale + 8;
  const svg = shape("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `Timeline of ${found.acts.length} coded acts in ${found.episodes.length} episodes` });
  const body = shape("g", { transform: `translate(${left},0)` });
  for (const one of found.episodes) {
    body.append(shape("rect", { x: one.from_s * scale, y: 0, width: (one.to_s - one.from_s) * scale, height, fill: one.caregiver ? "var(--paper)" : "var(--grid)" }),
      shape("line", { x1: one.from_s * scale, x2: one.from_s * scale, y1: 0, y2: height, stroke: "var(--rule)" }),
      shape("text", { x: one.from_s * scale + 4, y: 14, "font-size": 13, fill: "var(--muted)" }, String(one.number)));
  }
  labels.forEach((label, place) => {
    const top = 24 + row * place;
    const bars = found.acts.filter((one) => one.label === label).map((act) => shape("rect", {
      x: act.from_s * scale, y: top + (narrow ? 18 : 4), width: Math.max(2, ((act.to_s ?? act.from_s + 1) - act.from_s) * scale), height: 11,
      fill: act.kind.startsWith("fright") ? "var(--threat)" : act.who === "child" ? "var(--child)" : "var(--deprivation)",
    }));
    body.append(...bars);
    const text = { y: top + 13, "font-size": 13, fill: "var(--ink)" };
    svg.append(shape("text", narrow ? { ...text, x: left + 2 } : { ...text, x: left - 8, "text-anchor": "end" }, label));
  });
  body.append(shape("g", { class: "hand" }, shape("line", { x1: 0, x2: 0, y1: 0, y2: height, stroke: "var(--threat)", "stroke-width": 2 })));
  svg.prepend(body);
  $("strip").replaceChildren(svg);
}

function stop() {
  clearInterval(playing);
  playing = null;
  $("play").textContent = "Play";
  $("play").setAttribute("aria-pressed", "false");
}

function play() {
  if (playing) { stop(); go(now()); return; }
  if (now() >= Number($("clock").max)) { go(0); }
  $("play").textContent = "Pause";
  $("play").setAttribute("aria-pressed", "true");
  playing = setInterval(() => {
    if (now() >= Number($("clock").max)) { stop(); go(now()); return; }
    go(Math.min(now() + 5, Number($("clock").max)));
  }, 180);
}

$("play").addEventListener("click", play);
$("clock").addEventListener("input", () => { stop(); go(now()); });
$("kind").addEventListener("change", () => { number = 0; load(); });
$("months").addEventListener("change", load);
$("another").addEventListener("click", () => { number = (number + 1) % (found?.children ?? 64); load(); });
$("history").addEventListener("submit", (event) => event.preventDefault());
load().then(() => { document.body.dataset.ready = "true"; });
