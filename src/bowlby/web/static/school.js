// One history and one teacher in words; the pictures hold all of them.

import { data } from "./talk.js";

const known = data();
const $ = (id) => document.getElementById(id);

const size = (look, value) => {
  const usual = look.values["secure/withdraws"].mean;
  if (look.unit !== "standard deviations of usual lives") { return `${value.toFixed(2)} (secure care: ${usual.toFixed(2)})`; }
  const by = value - usual;
  if (Math.abs(by) < 0.1) { return "about as after secure care"; }
  return `${Math.abs(by).toFixed(1)} sd ${by > 0 ? "more" : "less"} than after secure care`;
};

function tell() {
  const key = `${$("home").value}/${$("teacher").value}`;
  const home = $("home").selectedOptions[0].textContent;
  $("words").textContent = `${home} at home. ${known.looks.map((look) => `${look.label[0].toUpperCase()}${look.label.slice(1)}: ${size(look, look.values[key].mean)}`).join(". ")}.`;
}

for (const id of ["home", "teacher"]) { $(id).addEventListener("change", tell); }
tell();
document.body.dataset.ready = "true";
