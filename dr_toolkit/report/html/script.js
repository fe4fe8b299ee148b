"use strict";
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const search = document.getElementById("search");
  const kind = document.getElementById("kind");
  const count = document.getElementById("count");
  const none = document.getElementById("none");
  const tiles = all("button.tile");
  const changes = all("details.change");
  const alerts = all(".alerts li");

  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = new Set(tiles.filter((tile) => tile.getAttribute("aria-pressed") === "true").map((tile) => tile.dataset.severity));
    const fits = (element) =>
      shown.has(element.dataset.severity) && words.every((word) => element.dataset.text.includes(word));
    let number = 0;
    for (const change of changes) {
      change.hidden = !(fits(change) && (!kind.value || change.dataset.kind === kind.value));
      number += change.hidden ? 0 : 1;
    }
    for (const alert of alerts) alert.hidden = !fits(alert);
    for (const list of all(".alerts")) list.parentElement.hidden = [...list.children].every((item) => item.hidden);
    count.textContent = `${number} of ${changes.length}`;
    none.hidden = number > 0 || changes.length === 0;
  };

  search.addEventListener("input", apply);
  kind.addEventListener("change", apply);
  for (const tile of tiles) {
    tile.addEventListener("click", () => {
      tile.setAttribute("aria-pressed", String(tile.getAttribute("aria-pressed") !== "true"));
      apply();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== search) {
      event.preventDefault();
      search.focus();
    }
  });
  const fold = document.getElementById("fold");
  fold.addEventListener("click", () => {
    const open = changes.some((change) => !change.open && !change.hidden);
    for (const change of changes) change.open = open;
  });
  document.getElementById("theme").addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });
  const opened = [];
  addEventListener("beforeprint", () => {
    for (const change of changes.filter((change) => !change.open)) {
      change.open = true;
      opened.push(change);
    }
  });
  addEventListener("afterprint", () => {
    for (const change of opened.splice(0)) change.open = false;
  });
  apply();
})();
