// Keys for the churn list. Without this file everything works by mouse and Tab alone.
"use strict";

const rows = [...document.querySelectorAll(".list tbody tr")];
const dialog = document.querySelector("dialog.keys");
let at = -1;

function go(step) {
  at = Math.max(0, Math.min(rows.length - 1, at + step));
  rows[at]?.querySelector("a").focus();
}

function toggle() {
  const details = rows[at]?.querySelector("details");
  if (details) details.open = !details.open;
}

const KEYS = {
  "/": () => document.querySelector('input[name="q"]').focus(),
  j: () => go(1),
  k: () => go(-1),
  x: toggle,
  "?": () => (dialog.open ? dialog.close() : dialog.showModal()),
};

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, select, textarea");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});

for (const [place, row] of rows.entries()) {
  row.addEventListener("focusin", () => { at = place; });
  row.addEventListener("click", (event) => {
    // A text being marked, a link and the other reasons keep what a click means there.
    if (event.target.closest("a, summary, details") || String(getSelection())) return;
    row.querySelector("a").click();
  });
}
