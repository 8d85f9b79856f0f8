// What every page's script shares: asking this server, telling what went wrong, making elements without markup.

export async function ask(path, options = {}) {
  const answer = await fetch(path, { credentials: "same-origin", ...options });
  const told = answer.headers.get("content-type")?.includes("json") ? await answer.json() : null;
  if (!answer.ok) {
    const error = new Error(told?.message ?? `the server answered ${answer.status}`);
    error.told = told;
    error.status = answer.status;
    throw error;
  }
  return told;
}

export function send(path, body, method = "POST") {
  return ask(path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}

export function inWords(error) {
  const told = error.told;
  if (!told) { return `${error.message}.`; }
  const place = ["file", "row", "column", "value"].filter((key) => told[key] != null).map((key) => `${key} ${told[key]}`);
  const where = place.length ? ` (${place.join(", ")})` : "";
  return `${sentence(told.message)}${where}. ${told.remedy}`.trim();
}

export function sentence(text) {
  return text ? text[0].toUpperCase() + text.slice(1) : "";
}

export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "class") { element.className = value; }
    else if (key.startsWith("on")) { element.addEventListener(key.slice(2), value); }
    else if (value === true) { element.setAttribute(key, ""); }
    else if (value !== false && value != null) { element.setAttribute(key, value); }
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

export function data() {
  return JSON.parse(document.getElementById("data").textContent);
}

export function percent(share) {
  if (share > 0 && share < 0.005) { return "under 1 %"; }
  return `${Math.round(100 * share)} %`;
}

export const drawing = {
  actions: false, renderer: "svg", ast: true, mode: "vega-lite", tooltip: false, defaultStyle: false,
};

export async function draw(place, spec) {
  const found = await window.vegaEmbed(place, spec, drawing);
  // The place itself is the picture, with its words; the parts inside have none to tell.
  place.querySelector("svg").setAttribute("aria-hidden", "true");
  return found.view;
}

// Long work: start it, and ask how far it is until it has ended; `tell` is given the job each time.
export class LongWork {
  #stopped = false;
  #id = null;

  async run(path, body, tell) {
    let now = await send(path, body);
    this.#id = now.id;
    if (this.#stopped) { return this.#end(); }
    while (!["done", "failed", "cancelled"].includes(now.state)) {
      tell(now);
      await new Promise((after) => setTimeout(after, 400));
      if (this.#stopped) { return this.#end(); }
      now = await ask(`/api/jobs/${now.id}`);
    }
    tell(now);
    return now;
  }

  // The asking goes on until it sees this, so that nobody asks for work that is gone.
  cancel() { this.#stopped = true; }

  async #end() {
    await ask(`/api/jobs/${this.#id}`, { method: "DELETE" });
    return { id: this.#id, state: "cancelled" };
  }
}
