// The churn list in place, and its keys. Without this file everything works by whole pages, by mouse and by Tab alone.
"use strict";

const dialog = document.querySelector("dialog.keys");
const rows = () => [...document.querySelectorAll(".list tbody tr")];
// Listed by where the focus was: what has the focus once there is another list.
const PLACES = [
  { within: ".menu", next: ".menu > summary" },
  { within: ".chip", next: ".chip" },
  { within: "thead a", next: "thead a" },
  { within: ".pager", next: ".list .customer a" },
];
let at = -1;
let next = null;
let isLeaving = false;

function go(step) {
  const all = rows();
  at = Math.max(0, Math.min(all.length - 1, at + step));
  all[at]?.querySelector("a").focus();
}

function toggle() {
  const details = rows()[at]?.querySelector("details");
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

document.addEventListener("focusin", (event) => {
  const row = event.target.closest(".list tbody tr");
  if (row) at = rows().indexOf(row);
});

document.addEventListener("click", (event) => {
  const row = event.target.closest(".list tbody tr");
  // A text being marked, a link and the other reasons keep what a click means there.
  if (!row || event.target.closest("a, summary, details") || String(getSelection())) return;
  row.querySelector("a").click();
});

function whatComesNext(list) {
  const focused = document.activeElement;
  if (!list.contains(focused)) return null;
  const found = PLACES.find((one) => focused.closest(one.within));
  if (!found) return { selector: ".menu > summary", place: 0 };
  const alike = [...list.querySelectorAll(found.within)];
  const place = found.within === ".pager" ? 0 : alike.indexOf(focused.closest(found.within));
  return { selector: found.next, place };
}

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.shouldSwap && event.detail.serverResponse.includes('id="list"')) {
    next = whatComesNext(event.detail.target);
    return;
  }
  // A refusal, or the door once a sign-in has ended, is a page of its own.
  event.preventDefault();
  location.assign(event.detail.pathInfo.finalRequestPath);
});

// A browser may call off what it was asked for where somebody leaves the page, who is not to be held back.
document.addEventListener("htmx:beforeRequest", () => { isLeaving = false; });
addEventListener("beforeunload", () => { isLeaving = true; });
document.addEventListener("htmx:sendError", (event) => {
  if (!isLeaving) location.assign(event.detail.pathInfo.finalRequestPath);
});

document.addEventListener("htmx:afterSwap", (event) => {
  const list = event.target;
  if (list.id !== "list") return;
  at = -1;
  // Who listens is told by what stays on the page: a text that came with the new list would not be read out.
  const said = [...list.querySelectorAll(".matched, .position")].map((one) => one.textContent);
  document.getElementById("announced").textContent = said.join(" ");
  if (!next) return;
  const alike = [...list.querySelectorAll(next.selector)];
  // Whoever takes off the last of several has the one before it.
  (alike[Math.min(next.place, alike.length - 1)] ?? list.querySelector(".menu > summary")).focus();
});
