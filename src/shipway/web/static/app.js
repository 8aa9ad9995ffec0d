// What HTML and htmx cannot do: keep a followed log at its end, and copy a text.
"use strict";

document.addEventListener("htmx:afterSwap", (event) => {
  const box = event.target.closest("[data-follow]");
  if (!box) return;
  while (box.childElementCount > 2000) box.firstElementChild.remove();
  const distance = box.scrollHeight - box.scrollTop - box.clientHeight;
  if (distance < 400) box.scrollTop = box.scrollHeight;
});

document.addEventListener("DOMContentLoaded", () => {
  for (const box of document.querySelectorAll("[data-follow]")) box.scrollTop = box.scrollHeight;
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  await navigator.clipboard.writeText(source.textContent.trim());
  button.textContent = button.dataset.copied;
});

document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-submits]");
  if (field) field.form.requestSubmit();
});
