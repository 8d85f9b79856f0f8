// A line chart drawn at the width of its place: labelled at the ends of its lines, read by pointing at it.

const SVG = "http://www.w3.org/2000/svg";
const ROOM = { top: 10, right: 112, bottom: 26, left: 30 };
const LINE = 15;

function shape(name, attributes, text = null) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) { element.setAttribute(key, value); }
  if (text !== null) { element.textContent = text; }
  return element;
}

// Places that keep labels apart, as near as may be to where they are wanted; heights belong to each label.
function apart(wanted, heights, end) {
  const places = [];
  wanted.forEach((at, row) => { places.push(Math.max(at, row ? places[row - 1] + heights[row - 1] : ROOM.top)); });
  let below = end;
  for (let row = places.length - 1; row >= 0; row -= 1) {
    places[row] = Math.min(places[row], below - heights[row]);
    below = places[row];
  }
  return places;
}

export class Curves {
  #place; #options; #lines = []; #cursor; #reading;

  constructor(place, options) {
    this.#place = place;
    this.#options = options;
    this.#cursor = options.until;
    this.#reading = place.parentElement.querySelector(".reading");
    place.addEventListener("pointermove", (event) => this.#point(event));
    new ResizeObserver(() => this.#redraw()).observe(place);
  }

  lines(lines) { this.#lines = lines; this.#redraw(); }

  cursor(months) { this.#cursor = months; this.#redraw(); }

  get #wide() { return Math.max(120, this.#place.clientWidth); }
  get #high() { return this.#options.height; }
  #x(months) { return ROOM.left + (months / this.#options.until) * (this.#wide - ROOM.left - ROOM.right); }
  #y(value) { return ROOM.top + (1 - value / this.#options.top) * (this.#high - ROOM.top - ROOM.bottom); }

  #point(event) {
    const from = this.#place.getBoundingClientRect().left;
    const share = (event.clientX - from - ROOM.left) / (this.#wide - ROOM.left - ROOM.right);
    const { step, until } = this.#options;
    this.read(Math.round((Math.min(1, Math.max(0, share)) * until) / step) * step);
  }

  // What every line has at an age, in words.
  read(months) {
    const row = Math.round(months / this.#options.step);
    const told = this.#lines.map((line) => `${line.label} ${line.middle[row].toFixed(2)}`);
    this.#reading.textContent = `${months} months: ${told.join(", ")}`;
  }

  #redraw() {
    if (!this.#lines.length || !this.#place.clientWidth) { return; }
    const svg = shape("svg", { width: this.#wide, height: this.#high, "aria-hidden": "true" });
    this.#frame(svg);
    for (const line of this.#lines) { this.#line(svg, line); }
    this.#labels(svg);
    this.#place.replaceChildren(svg);
  }

  #frame(svg) {
    const { until, top } = this.#options;
    for (const value of [0, top / 2, top]) {
      svg.append(shape("line", { x1: ROOM.left, x2: this.#x(until), y1: this.#y(value), y2: this.#y(value), stroke: "var(--grid)" }),
        shape("text", { x: ROOM.left - 5, y: this.#y(value) + 4, "text-anchor": "end", "font-size": 12, fill: "var(--muted)" }, String(value)));
    }
    for (const months of [0, 12, 24, 36]) {
      svg.append(shape("text", { x: this.#x(months), y: this.#high - 8, "text-anchor": months === 36 ? "end" : "middle", "font-size": 12, fill: "var(--muted)" }, months === 36 ? "36 months" : months === 24 ? "" : String(months)));
    }
    svg.append(shape("line", { x1: this.#x(this.#cursor), x2: this.#x(this.#cursor), y1: ROOM.top, y2: this.#y(0), stroke: "var(--edge)", class: "cursor" }));
  }

  #line(svg, line) {
    const { step } = this.#options;
    const points = (values) => values.map((value, row) => `${this.#x(row * step).toFixed(1)} ${this.#y(value).toFixed(1)}`);
    if (line.strong) {
      svg.append(shape("path", { d: `M${[...points(line.high), ...points(line.low).reverse()].join("L")}Z`, fill: line.colour, opacity: 0.13 }));
    }
    svg.append(shape("path", { d: `M${points(line.middle).join("L")}`, fill: "none", stroke: line.colour, "stroke-width": line.strong ? 3 : 1.8, "stroke-dasharray": line.strong ? "" : line.dash.join(" "), "data-kind": line.kind }));
    const row = Math.round(this.#cursor / step);
    svg.append(shape("circle", { cx: this.#x(row * step), cy: this.#y(line.middle[row]), r: line.strong ? 4.5 : 3.5, fill: line.colour }));
  }

  #labels(svg) {
    const sorted = [...this.#lines].sort((a, b) => b.middle.at(-1) - a.middle.at(-1));
    const words = sorted.map((line) => line.label.replace(" (", "\n(").split("\n"));
    const places = apart(sorted.map((line) => this.#y(line.middle.at(-1)) - LINE / 2), words.map((rows) => LINE * rows.length), this.#high);
    sorted.forEach((line, place) => words[place].forEach((text, row) => {
      svg.append(shape("text", { x: this.#x(this.#options.until) + 7, y: places[place] + 12 + LINE * row, "font-size": 12.5, "font-weight": line.strong ? 700 : 500, fill: line.colour }, text));
    }));
  }
}
