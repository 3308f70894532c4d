// Small helps on top of pages that work without scripts: focus the error summary, press a button once, count characters.
(() => {
  "use strict";
  const within = (root, selector, act) => root.querySelectorAll(selector).forEach(act);
  const dress = (root) => {
    within(root, ".error-summary", (summary) => summary.focus());
    within(root, "[data-count-to]", (box) => {
      const told = document.getElementById(box.id + "_count");
      if (!told) return;
      const most = Number(box.dataset.countTo);
      const tell = () => { told.textContent = `${told.dataset.left} ${most - [...box.value].length}`; };
      box.addEventListener("input", tell);
      tell();
    });
  };
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.dataset.again !== undefined) return;
    if (event.target.dataset.sent) { event.preventDefault(); return; }
    if (event.target.method === "post") {
      event.target.dataset.sent = "yes";
      setTimeout(() => { delete event.target.dataset.sent; }, 8000);
    }
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-send-on-change]");
    if (form) form.requestSubmit();
  });
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector("meta[name=csrf-token]");
    if (token) event.detail.headers["X-CSRFToken"] = token.content;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if ([403, 404, 409, 422, 429].includes(event.detail.xhr.status)) event.detail.shouldSwap = true;
  });
  document.addEventListener("htmx:load", (event) => { if (event.detail.elt !== document.body) dress(event.detail.elt); });
  addEventListener("pageshow", () => within(document, "form[data-sent]", (form) => delete form.dataset.sent));
  document.addEventListener("DOMContentLoaded", () => dress(document));
})();
