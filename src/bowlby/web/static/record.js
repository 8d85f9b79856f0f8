import { ask, draw, inWords, LongWork, make, send, sentence } from "./talk.js";

const $ = (id) => document.getElementById(id);
let vocabulary = {};
let mine = null;
let job = null;

function trouble(error) {
  $("trouble").hidden = error === null;
  $("trouble").textContent = error === null ? "" : inWords(error);
}

async function hand(file) {
  trouble(null);
  if (!file) { return; }
  try {
    const found = await ask("/api/record", { method: "POST", body: file,
      headers: { "content-type": "application/octet-stream", "x-file-name": encodeURIComponent(file.name) } });
    await list();
    show(found);
  } catch (error) { trouble(error); }
}

async function example() {
  trouble(null);
  try {
    const found = await send("/api/record/example", {});
    await list();
    show(found);
  } catch (error) { trouble(error); }
}

async function list() {
  const all = await ask("/api/record");
  vocabulary = all.vocabulary;
  $("forget-all").hidden = all.records.length === 0;
  $("held").replaceChildren(...all.records.map((one) => make("li", {},
    make("button", { type: "button", onclick: () => show(one) }, one.name),
    make("span", { class: "small" }, ` ${one.reader}, ${one.events} events, ${minutes(one.observed_s)} `),
    make("button", { type: "button", "aria-label": `Delete ${one.name}`, onclick: () => forget(one.id) }, "Delete"))));
  return all.records;
}

const minutes = (seconds) => seconds < 90 ? `${Math.round(seconds)} s` : seconds < 5400 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`;

async function forget(id) {
  try { await ask(`/api/record/${id}`, { method: "DELETE" }); } catch (error) { trouble(error); }
  if (mine?.id === id) { hide(); }
  await list();
}

async function forgetAll() {
  await ask("/api/record", { method: "DELETE" });
  hide();
  await list();
}

function hide() {
  mine = null;
  job = null;
  for (const id of ["step-codes", "step-time", "step-report"]) { $(id).hidden = true; }
}

function show(found) {
  mine = found;
  job = null;
  $("done").hidden = true;
  $("job").hidden = true;
  $("step-codes").hidden = false;
  $("about-record").textContent = `${found.name}: read as ${found.reader}, ${found.events} events in ${found.sessions} ${found.sessions === 1 ? "session" : "sessions"}, observed for ${minutes(found.observed_s)}.`;
  const own = found.speaks_bowlby;
  $("codes-part").hidden = own;
  $("mapped").textContent = own ? "This file speaks bowlby's own constructs: nothing is left to map."
    : found.codes_left_out ? `${found.codes_left_out} codes are too long or too many to be mapped on a page: write a codebook for them (bowlby codebook init).` : "";
  layout(found);
  $("codes").tBodies[0].replaceChildren(...found.codes.map(codeRow));
  if (found.mapped) { after(); } else { $("step-time").hidden = true; $("step-report").hidden = true; quality(); }
}

const KEYS = { unit: "unit of all times", onset: "onset", offset: "offset", duration: "duration", code: "code", session: "session", actor: "actor", channel: "channel" };
function layout(found) {
  $("layout").hidden = found.layout === null;
  if (found.layout === null) { $("columns").replaceChildren(); return; }
  $("columns").replaceChildren(...Object.entries(KEYS).map(([key, words]) => {
    const select = make("select", { id: `l-${key}`, "data-key": key });
    if (key === "unit") { select.append($("units").content.cloneNode(true)); }
    else {
      if (key !== "onset" && key !== "code") { select.append(make("option", { value: "" }, "none")); }
      select.append(...found.columns.map((name) => make("option", { value: name }, name)));
    }
    select.value = found.layout[key] ?? "";
    select.addEventListener("change", layAgain);
    return make("p", {}, make("label", { for: `l-${key}` }, words), select);
  }));
}

async function layAgain() {
  trouble(null);
  const columns = Object.fromEntries([...$("columns").querySelectorAll("select")].filter((one) => one.value).map((one) => [one.dataset.key, one.value]));
  if (columns.unit === "frames") { columns.frames_per_second = mine.layout.frames_per_second ?? 25; }
  try {
    show(await send(`/api/record/${mine.id}/layout`, columns));
    list();
  } catch (error) { trouble(error); }
}

function codeRow(code) {
  const where = [code.actor, code.channel].filter(Boolean).join(", ");
  const name = `${where ? `${where}: ` : ""}${code.code}`;
  const first = meanings(`What ${name} means`, code.role && code.suggestion ? `${code.role}:${code.suggestion}` : "");
  const second = meanings(`What ${name} means besides`, "");
  const row = make("tr", {}, make("th", { scope: "row" }, make("code", {}, code.code), where ? make("span", { class: "small" }, ` ${where}`) : null),
    make("td", { class: "n" }, code.count), make("td", {}, first, code.suggestion ? make("span", { class: "small" }, " suggested") : null), make("td", {}, second));
  row.code = code;
  return row;
}

function meanings(label, chosen) {
  const select = make("select", { "aria-label": label }, make("option", { value: "" }, "not mapped"), make("option", { value: "ignore" }, "ignore: means nothing here"));
  for (const [role, constructs] of Object.entries(vocabulary)) {
    select.append(make("optgroup", { label: role }, ...Object.entries(constructs).map(([key, words]) => make("option", { value: `${role}:${key}` }, `${role}: ${words}`))));
  }
  select.value = chosen;
  return select;
}

function codebook() {
  const codes = [...$("codes").tBodies[0].rows].map((row) => {
    const chosen = [...row.querySelectorAll("select")].map((select) => select.value).filter(Boolean);
    const { actor, channel, code, value } = row.code;
    const place = { actor: actor ?? "", channel: channel ?? "", code };
    if (chosen.includes("ignore")) { return { ...place, ignore: true }; }
    const role = chosen[0]?.split(":")[0] ?? null;
    const means = chosen.filter((one) => one.startsWith(`${role}:`)).map((one) => one.slice(role.length + 1));
    return { ...place, role, means, value: means.includes("affect") ? value : null };
  });
  return { codes };
}

async function map() {
  trouble(null);
  try {
    mine = await send(`/api/record/${mine.id}/codebook`, codebook());
    $("mapped").textContent = `Mapped: ${mine.codable.length} constructs can now be assessed; ${mine.unmapped.length} codes are left unmapped.`;
    after();
    list();
  } catch (error) { trouble(error); $("mapped").textContent = inWords(error); }
}

async function after() {
  $("step-time").hidden = false;
  $("step-report").hidden = false;
  $("which").hidden = mine.sessions < 2;
  $("session").replaceChildren(...Array.from({ length: mine.sessions }, (_, place) => make("option", { value: place }, `${place + 1} of ${mine.sessions}`)));
  quality();
  await timeline();
  document.body.dataset.mapped = mine.id;
}

async function timeline() {
  try {
    const found = await ask(`/api/record/${mine.id}/timeline?session=${$("session").value || 0}`);
    $("timeline").setAttribute("aria-label", found.alt);
    await draw($("timeline"), found.spec);
    const marks = found.marked.length ? ` Dashed lines mark ${found.marked.length} quality problems whose place is known.` : "";
    $("timeline-words").textContent = found.caption + marks;
  } catch (error) { trouble(error); }
}

function quality() {
  $("quality").replaceChildren(...(mine.quality.length
    ? mine.quality.map((one) => make("li", {}, make("b", {}, `${sentence(one.kind)}: ${one.count}`), make("ul", { class: "small" }, ...one.examples.map((line) => make("li", {}, line)))))
    : [make("li", { class: "none" }, "No problem was found in the file.")]));
}

async function report() {
  trouble(null);
  $("done").hidden = true;
  $("job").hidden = false;
  $("report").disabled = true;
  $("cancel").hidden = false;
  const made = mine;
  try {
    job = new LongWork();
    const ended = await job.run(`/api/record/${made.id}/report`, { infer: $("infer").checked }, (now) => {
      if (now.total) { $("progress").max = now.total; $("progress").value = now.done; } else { $("progress").removeAttribute("value"); }
      $("job-words").textContent = now.state === "working" ? `${sentence(now.step)}.` : `${sentence(now.state)}.`;
    });
    if (ended.state === "done" && mine?.id === made.id) { ready(ended); }
    if (ended.state === "cancelled") { $("job-words").textContent = "Cancelled."; }
    if (ended.state === "failed") { $("job-words").textContent = inWords({ told: { remedy: "", ...ended.error } }); }
  } catch (error) {
    $("job-words").textContent = inWords(error);
  } finally {
    $("progress").value = 0;
    $("report").disabled = false;
    $("cancel").hidden = true;
  }
}

function ready(ended) {
  $("job-words").textContent = "The report is ready.";
  $("progress").hidden = true;
  for (const id of ["open", "save"]) { $(id).href = `/api/jobs/${ended.id}/report`; }
  $("done").hidden = false;
}

function cancel() {
  $("job-words").textContent = "Stopping.";
  job?.cancel();
}

const drop = $("drop");
for (const name of ["dragenter", "dragover"]) { drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); }); }
for (const name of ["dragleave", "drop"]) { drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.remove("over"); }); }
drop.addEventListener("drop", (event) => hand(event.dataTransfer.files[0]));
$("file").addEventListener("change", () => { hand($("file").files[0]); $("file").value = ""; });
$("example").addEventListener("click", example);
$("forget-all").addEventListener("click", forgetAll);
$("map").addEventListener("click", map);
$("session").addEventListener("change", timeline);
$("report").addEventListener("click", report);
$("cancel").addEventListener("click", cancel);
list().catch(trouble).then(() => { document.body.dataset.ready = "true"; });
