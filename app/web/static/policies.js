// What-if: slider and field move together, and the effect follows when one is let go. Texts: read from a file.
"use strict";

if (!window.policies_are_ready) {
  window.policies_are_ready = true;
  const AFTER_KEYS_MS = 700;
  let waiting, focused;

  document.addEventListener("input", (event) => {
    const { slides, slidBy } = event.target.dataset ?? {};
    const other = document.getElementById(slides ?? slidBy ?? "");
    if (other) other.value = event.target.value;
  });

  // A mouse lets go once; arrow keys do at every step.
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-what-if]");
    if (form) {
      clearTimeout(waiting);
      waiting = setTimeout(() => { focused = document.activeElement?.id; form.requestSubmit(); }, AFTER_KEYS_MS);
    }
    const field = document.getElementById(event.target.dataset?.fills ?? "");
    if (field && event.target.files?.[0]) event.target.files[0].text().then((text) => { field.value = text; });
  });

  document.addEventListener("submit", () => clearTimeout(waiting), true);

  document.addEventListener("htmx:after:swap", () => {
    const field = focused && document.getElementById(focused);
    focused = undefined;
    if (field) setTimeout(() => field.focus({ preventScroll: true }), 0);
  });
}
