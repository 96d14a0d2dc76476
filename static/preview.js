// See as customer: what is chosen shows at once, and the words beside the frame follow where it goes.
// Without this script the strip is sent by its button, and the words stay those of the page that was chosen.
"use strict";

(() => {
  const strip = document.querySelector("form[data-seeas]");
  const place = document.querySelector("[data-seen]");
  const frame = document.querySelector("iframe.seen-frame");
  if (!strip) return;

  const addressOf = (path) => {
    const query = new URLSearchParams(new FormData(strip));
    query.set("page", path);
    query.delete("find");
    return `${strip.action}?${query}`;
  };

  strip.addEventListener("change", (event) => {
    if (event.target.name === "find") return;
    // Which screen is a matter of the style sheet alone.
    if (event.target.name === "screen") {
      const page = strip.querySelector("[name=page]");
      if (page) window.history.replaceState(null, "", addressOf(page.value));
      return;
    }
    // Another reader has other pages.
    if (event.target.name === "as") strip.querySelector("[name=page]")?.setAttribute("disabled", "");
    strip.querySelector("[name=find]")?.setAttribute("disabled", "");
    strip.requestSubmit();
  });
  window.addEventListener("pageshow", () => {
    for (const field of strip.querySelectorAll("[name=page], [name=find]")) field.removeAttribute("disabled");
  });

  if (!place || !frame) return;

  const take = (made, id) => {
    const fresh = made.getElementById(id);
    const old = document.getElementById(id);
    if (fresh && old) old.replaceWith(document.adoptNode(fresh));
  };

  const follow = async (path) => {
    const answer = await fetch(addressOf(path), { headers: { "X-Requested-With": "fetch" }, credentials: "same-origin" });
    if (!answer.ok) return;
    const made = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["seen-staff", "seen-difference", "seen-label", "pg"]) take(made, id);
    window.history.replaceState(null, "", addressOf(path));
  };

  let shown = new URL(frame.src).pathname;
  frame.addEventListener("load", () => {
    let here = "";
    try {
      here = frame.contentWindow.location.pathname;
    } catch {
      return;
    }
    if (here === shown || !here.startsWith(place.dataset.seen)) return;
    shown = here;
    follow(decodeURIComponent(here.slice(place.dataset.seen.length))).catch(() => {});
  });
})();
