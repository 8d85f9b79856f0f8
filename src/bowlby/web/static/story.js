// The story by keys, and a guess before two of its pictures; without it everything stands on the page.

const steps = [...document.querySelectorAll(".step")];
const links = [...document.querySelectorAll(".steps a")];

function here() {
  const middle = window.innerHeight / 2;
  const passed = steps.filter((step) => step.getBoundingClientRect().top < middle);
  return Math.max(0, passed.length - 1);
}

function mark() {
  const now = here();
  links.forEach((link, place) => { link.toggleAttribute("aria-current", place === now); });
}

function go(by) {
  const next = steps[Math.min(steps.length - 1, Math.max(0, here() + by))];
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  next.scrollIntoView({ behavior: still ? "auto" : "smooth", block: "start" });
  next.focus({ preventScroll: true });
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, select, textarea")) { return; }
  const by = { ArrowRight: 1, ArrowLeft: -1, PageDown: 1, PageUp: -1 }[event.key];
  if (by) { event.preventDefault(); go(by); }
});

for (const guess of document.querySelectorAll("[data-guess]")) {
  const step = guess.closest(".step");
  step.classList.add("is-covered");
  guess.hidden = false;
  for (const button of guess.querySelectorAll("[data-answer]")) {
    button.addEventListener("click", () => {
      step.classList.remove("is-covered");
      guess.querySelector("p.row").replaceChildren(`You said: ${button.textContent.toLowerCase()}. The model says:`);
    });
  }
}

window.addEventListener("scroll", mark, { passive: true });
mark();
document.body.dataset.ready = "true";
