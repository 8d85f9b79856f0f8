(function () {
  "use strict";
  var options = { actions: false, renderer: "svg", ast: true, tooltip: true, mode: "vega-lite" };
  if (typeof window.vegaEmbed !== "function") { return; }
  document.querySelectorAll("figure[data-figure]").forEach(function (figure) {
    var spec = JSON.parse(document.getElementById("spec-" + figure.dataset.figure).textContent);
    figure.classList.add("is-live");
    window.vegaEmbed(figure.querySelector(".live"), spec, options).catch(function () {
      figure.classList.remove("is-live");
    });
  });
})();
