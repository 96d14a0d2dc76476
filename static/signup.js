// The preview beside the sign-up form follows name and address; the colour follows by the stylesheet alone.
"use strict";

(() => {
  const form = document.getElementById("signup");
  if (!form) return;
  const [name, slug] = [form.elements.name, form.elements.slug];
  const show = (part, text) => {
    for (const element of document.querySelectorAll(`[data-preview="${part}"]`)) element.textContent = text;
  };
  const host = document.querySelector('[data-preview="host"]');
  const rest = { name: document.querySelector('[data-preview="name"]').textContent, slug: "yours" };

  const preview = () => {
    const shown = name.value.trim() || rest.name;
    show("name", shown);
    show("letter", ([...shown].find((sign) => /[\p{L}\p{N}]/u.test(sign)) || "•").toUpperCase());
    const suggested = document.querySelector("[data-suggestion]");
    show("host", (slug.value.trim() || (suggested && suggested.dataset.suggestion) || rest.slug) + host.dataset.suffix);
  };

  // For colours that the stylesheet does not name.
  document.addEventListener("change", (event) => {
    if (event.target.name !== "colour") return;
    document.querySelector('[data-brand="preview"]').style.setProperty("--brand", event.target.value);
  });
  document.addEventListener("click", (event) => {
    const take = event.target.closest("[data-take]");
    if (!take) return;
    slug.value = take.dataset.take;
    slug.dispatchEvent(new Event("input", { bubbles: true }));
    slug.focus();
  });
  form.addEventListener("input", preview);
  document.body.addEventListener("htmx:afterSwap", preview);
  preview();
})();
