"use strict";

const budget = document.querySelector("#limits input[name=budget]");
const slider = document.querySelector("#limits .slider");
let isLeaving = false;

if (slider) {
  slider.hidden = false;
  slider.addEventListener("input", () => {
    // At its end the slider means any budget.
    budget.value = slider.value === slider.max ? "" : slider.value;
  });
  budget.addEventListener("input", () => { slider.value = budget.value || slider.max; });
}

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.shouldSwap && event.detail.serverResponse.includes('id="plan"')) return;
  // A refusal, or the door once a sign-in has ended, is a page of its own.
  event.preventDefault();
  location.assign(event.detail.pathInfo.finalRequestPath);
});

// A browser may call off what it was asked for where somebody leaves the page, who is not to be held back.
addEventListener("beforeunload", () => { isLeaving = true; });
document.addEventListener("htmx:beforeRequest", () => { isLeaving = false; });
document.addEventListener("htmx:sendError", (event) => {
  if (!isLeaving) location.assign(event.detail.pathInfo.finalRequestPath);
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "plan") return;
  // Who listens is told by what stays on the page: a text that came with the new plan would not be read out.
  document.getElementById("announced").textContent = document.querySelector("#plan .said").textContent;
});
