// What HTML and htmx cannot do: keep a followed log at its end, copy a text, keep a keyboard's
// place when a part of the page is replaced, and say aloud what has changed.
"use strict";

const byId = (id) => document.getElementById(id);

document.addEventListener("htmx:afterSwap", (event) => {
  const box = event.target.closest("[data-follow]");
  if (!box) return;
  while (box.childElementCount > 2000) box.firstElementChild.remove();
  const distance = box.scrollHeight - box.scrollTop - box.clientHeight;
  if (distance < 400) box.scrollTop = box.scrollHeight;
});

document.addEventListener("DOMContentLoaded", () => {
  for (const box of document.querySelectorAll("[data-follow]")) box.scrollTop = box.scrollHeight;
  const here = document.querySelector(".side [aria-current]"); // on a phone the pages lie in one row
  const row = here && here.closest("nav");
  // by its own place: scrollIntoView would also move where Tab goes on
  if (row) row.scrollLeft += here.getBoundingClientRect().left - row.clientWidth / 2;
});

// whoever had the focus keeps it: the same link or button of the new part
let focused = null;
const known = (item) => [item.tagName, item.getAttribute("href"), item.getAttribute("aria-label"), item.textContent.trim()].join("|");
document.addEventListener("focusin", (event) => { focused = event.target; });
document.addEventListener("htmx:afterSettle", () => {
  if (!focused || focused.isConnected || document.activeElement !== document.body) return;
  const twin = [...document.querySelectorAll(focused.tagName)].find((item) => known(item) === known(focused));
  if (twin) twin.focus({ preventScroll: true });
});

// a live region has to stay while its words change; what the page opened with was read already
const says = () => [...document.querySelectorAll("[data-says]")].map((item) => item.dataset.says).join(" ");
let heard = null;
document.addEventListener("DOMContentLoaded", () => { heard = says(); });
const announce = () => {
  const region = byId("announcer");
  if (region && heard !== says()) region.textContent = heard = says();
};
document.addEventListener("htmx:afterSettle", announce);

// a page that is left open must not look fresh when nobody answers
const lost = (gone) => { if (byId("lost")) byId("lost").hidden = !gone; };
document.addEventListener("htmx:sendError", () => lost(true));
document.addEventListener("htmx:timeout", () => lost(true));
document.addEventListener("htmx:sseError", () => lost(true));
document.addEventListener("htmx:sseOpen", () => lost(false));
document.addEventListener("htmx:beforeSwap", (event) => {
  lost(event.detail.xhr.status >= 500);
  if (new URL(event.detail.xhr.responseURL).pathname !== "/login") return;
  event.detail.shouldSwap = false; // the session has ended
  location.reload();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(byId(button.dataset.copy).textContent.trim());
  button.textContent = button.dataset.copied;
});

document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-submits]");
  if (field) field.form.requestSubmit();
});
