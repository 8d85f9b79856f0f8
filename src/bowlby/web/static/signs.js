import { data, inWords, make, percent, send, sentence } from "./talk.js";

const known = data();
const $ = (id) => document.getElementById(id);
let earlier = [];

const plain = (name) => name.replaceAll("_", " ");

function looks() {
  const informant = $("informant").value;
  const day = $("day").value || null;
  return [...document.querySelectorAll("#checklist input:checked")].filter((box) => box.value && !box.closest("fieldset").hidden)
    .map((box) => ({ sign: box.closest("fieldset").dataset.sign, value: box.value, informant, day }));
}

// An age in years, in months, or in both; an empty field is nothing, and beyond the ends it is the nearest end.
let months = 40;
function takeAge() {
  const [young, old] = [Number($("months").dataset.young), Number($("months").dataset.old)];
  if (!$("years").value && !$("months").value) {
    $("age-read").textContent = `Years, months, or both. Still read as ${months} months.`;
    return;
  }
  const read = 12 * Number($("years").value) + Number($("months").value);
  months = Math.min(old, Math.max(young, Math.round(read)));
  const beyond = read < young || read > old ? `Signs are known from ${young} to ${old} months: r` : "R";
  $("age-read").textContent = `${beyond}ead as ${months} months.`;
}

let asking = 0;
async function weigh() {
  const mine = ++asking;
  takeAge();
  for (const row of document.querySelectorAll(".sign")) {
    row.hidden = months < Number(row.dataset.young) || months > Number(row.dataset.old);
  }
  counted();
  try {
    const found = await send("/api/signs", { age_months: months, looks: [...earlier, ...looks()] });
    if (mine === asking) { tell(found); }
  } catch (error) {
    if (mine === asking) { $("verdict").textContent = inWords(error); }
  }
}

// How many signs of each closed group were looked for.
function counted() {
  for (const group of document.querySelectorAll(".signs-of")) {
    const there = [...group.querySelectorAll(".sign")].filter((row) => !row.hidden);
    const looked = there.filter((row) => row.querySelector("input:checked")?.value).length;
    group.querySelector("summary .small").textContent = looked ? `${looked} of ${there.length} looked for` : `${there.length} signs`;
  }
}

const MOVED = 0.005;

function tell(found) {
  const many = found.signs.length;
  $("verdict").textContent = many === 0
    ? "Nothing was looked for yet: every number is its base rate."
    : `${sentence(plain(found.verdict))}. Read from ${many} ${many === 1 ? "sign" : "signs"}; a cause that this model does not hold has probability ${percent(found.unexplained)} (base rate ${percent(found.unexplained_base_rate)}).`;
  const rows = Object.entries(found.states).map(([name, now]) => ({
    name: `${plain(name)}, ${found.about[name].hard_end}`, says: found.about[name].meaning, now: now.probability,
    base: found.base_rates[name].probability, forward: found.about[name].simulated_forward,
  }));
  rows.push({ name: "not explained by this model", says: "Illness, senses, language, autism, loss, temperament, present stress.",
    now: found.unexplained, base: found.unexplained_base_rate, forward: false });
  rows.sort((a, b) => Math.abs(b.now - b.base) - Math.abs(a.now - a.base));
  const moved = rows.filter((row) => Math.abs(row.now - row.base) >= MOVED);
  $("moved").replaceChildren(...(moved.length ? moved.slice(0, 6).map(bar) : [make("li", { class: "none" }, "Nothing has moved from its base rate.")]));
  $("states").replaceChildren(...rows.map(bar));
  $("next").replaceChildren(...found.next.slice(0, 5).map((look) => make("li", {},
    make("b", {}, plain(look.sign)), ` ${describe(look.sign)} `,
    make("span", { class: "small" }, `${look.bits.toFixed(3)} bits; best seen by: ${look.informant}, at: ${look.setting}`))));
  const seen = found.signs.filter((one) => one.present > 0);
  if (seen.length) { $("else").open = true; }
  $("own-else").replaceChildren(...seen.map((one) => make("div", { class: "own" }, make("h3", {}, plain(one.sign)),
    make("p", { class: "small" }, `Base rate ${percent(one.base_rate)}; shown persistently with probability ${percent(one.probability)}.`),
    make("ul", {}, ...one.what_else.map((line) => make("li", {}, line))))));
  $("own-helps").replaceChildren(...seen.map((one) => make("p", {}, make("b", {}, `${sentence(plain(one.sign))}: `), one.what_helps)));
  const notes = [...found.notes, ...found.set_aside.map((one) => `Set aside: ${plain(one.sign ?? one.observation?.sign ?? "")} ${one.reason}`)];
  $("aside").hidden = notes.length === 0;
  $("notes").replaceChildren(...notes.map((line) => make("li", {}, line)));
}

function describe(name) {
  return known.signs.find((one) => one.sign === name)?.description ?? "";
}

function bar(row) {
  const track = make("span", { class: "track", "aria-hidden": "true" }, make("span", { class: row.forward ? "fill is-forward" : "fill" }), make("span", { class: "base" }));
  track.querySelector(".fill").style.width = `${100 * row.now}%`;
  track.querySelector(".base").style.left = `${100 * row.base}%`;
  return make("li", {}, make("span", { class: "what" }, make("b", {}, row.name), ` ${row.says}`, row.forward ? make("span", { class: "forward" }, " simulated forward") : null),
    track, make("span", { class: "told" }, `${percent(row.now)}; base rate ${percent(row.base)}`));
}

function keep() {
  const now = looks();
  if (now.length === 0) { $("kept").textContent = "Nothing was ticked yet."; return; }
  earlier = [...earlier, ...now];
  untick();
  const one = earlier.length === 1 ? "look is" : "looks are";
  $("kept").textContent = `${earlier.length} earlier ${one} kept on this page. Give the next occasion its own day.`;
  weigh();
}

function untick() {
  for (const box of document.querySelectorAll("#checklist input[value='']")) { box.checked = true; }
}

$("checklist").addEventListener("change", weigh);
for (const id of ["years", "months", "informant", "day"]) { $(id).addEventListener("change", weigh); }
$("another").addEventListener("click", keep);
$("clear").addEventListener("click", () => { earlier = []; untick(); $("kept").textContent = "Everything is cleared."; weigh(); });
$("sheet").addEventListener("submit", (event) => event.preventDefault());
$("day").max = new Date().toISOString().slice(0, 10);
untick();
weigh().then(() => { document.body.dataset.ready = "true"; });
