// The editor's helps: lines are moved by dragging and by the arrow keys, the bar follows what was saved. Everything can
// be done without them.
"use strict";

(() => {
  const changed = () => document.body.dispatchEvent(new CustomEvent("draft-changed"));
  document.addEventListener("autosaved", (event) => {
    if (event.target.closest("[data-draft]")) changed();
  });

  // ---- what happened is said aloud, without moving anybody

  const said = document.querySelector("[data-said]");
  const say = (words) => {
    if (!said) return;
    // The same words twice in a row are news, too.
    said.textContent = said.textContent === words ? `${words}\u00a0` : words;
  };

  // ---- after a button one goes on where it led: at the place that the address names, or at what was done

  const BY_POINTER = "portico-by-pointer";
  const remember = (isPointer) => {
    try {
      window.sessionStorage.setItem(BY_POINTER, isPointer ? "yes" : "");
    } catch {
      /* private windows may refuse to store; the place is outlined then */
    }
  };
  document.addEventListener("pointerdown", () => remember(true));
  document.addEventListener("keydown", () => remember(false));
  const isByPointer = () => {
    try {
      return window.sessionStorage.getItem(BY_POINTER) === "yes";
    } catch {
      return false;
    }
  };

  const land = () => {
    if (document.activeElement && document.activeElement !== document.body) return;
    const named = window.location.hash.length > 1 && document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
    const place = named || document.querySelector("main .notice[role=status], main .notice[role=alert]");
    if (!place) return;
    if (place.tabIndex < 0) place.tabIndex = -1;
    // Who came by pointer knows the place without an outline around it.
    place.classList.toggle("landed", isByPointer());
    place.focus({ preventScroll: Boolean(named) });
  };
  land();
  window.addEventListener("hashchange", () => {
    document.activeElement?.blur?.();
    land();
  });

  // ---- <form data-kept>: what was written there and not sent is there again after another button, or a look elsewhere

  const kept = document.querySelector("form[data-kept]");
  if (kept) {
    const place = `portico-kept:${window.location.pathname}`;
    const boxes = [...kept.elements].filter((box) => box.name && box.type !== "hidden");
    const keepWritten = (written) => {
      try {
        if (written) window.sessionStorage.setItem(place, JSON.stringify(written));
        else window.sessionStorage.removeItem(place);
      } catch {
        /* private windows may refuse to store */
      }
    };
    try {
      const written = JSON.parse(window.sessionStorage.getItem(place)) || [];
      // What the server has sent back is what was written last.
      if (written.length === boxes.length && !boxes.some((box) => box.defaultValue && box.type !== "radio")) {
        boxes.forEach((box, at) => Object.assign(box, written[at]));
      }
    } catch {
      /* nothing was kept */
    }
    keepWritten(null);
    let isSent = false;
    kept.addEventListener("submit", () => (isSent = true));
    window.addEventListener("pagehide", () => keepWritten(isSent ? null : boxes.map(({ value, checked }) => ({ value, checked }))));
  }

  // ---- order: <table data-order="ADDRESS">, or data-order-here in a form; rows with data-key, a button with data-grip in each

  const rowsOf = (row) => [...row.parentElement.querySelectorAll(":scope > [data-key]")];
  const gripOf = (row) => row.querySelector("[data-grip]");

  const send = async (row, to) => {
    const body = new URLSearchParams({ key: row.dataset.key, to });
    const token = row.querySelector("[name=csrfmiddlewaretoken]");
    if (token) body.set("csrfmiddlewaretoken", token.value);
    const address = row.closest("[data-order]").dataset.order;
    const answer = await fetch(address, { method: "POST", body, headers: { "X-Requested-With": "fetch" }, credentials: "same-origin", keepalive: true });
    if (!answer.ok) throw new Error(String(answer.status));
  };

  // What has no key of its own is addressed by its number: links and forms say so by data-place="href" or "action".
  const renumber = (rows) => {
    inOrder(rows, "[data-place]", (part) => part.getAttribute(part.dataset.place), (part, to) => part.setAttribute(part.dataset.place, to));
  };
  const inOrder = (rows, selector, read, write) => {
    rows[0].querySelectorAll(selector).forEach((_, column) => {
      const places = rows.map((row) => row.querySelectorAll(selector)[column]);
      const said = places.map(read);
      said.sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
      places.forEach((place, at) => write(place, said[at]));
    });
  };

  // Around lines that are part of a form stands data-order-here: each carries its place, and the form saves itself as after
  // typing. What those who hear it know the lines by is their number.
  const keepHere = (row, rows) => {
    rows.forEach((other, at) => {
      other.querySelector("[data-order-place]").value = String(at);
    });
    inOrder(rows, "label", (label) => label.textContent, (label, words) => label.replaceChildren(words));
    renumber(rows);
    row.querySelector("[data-order-place]").dispatchEvent(new Event("input", { bubbles: true }));
  };

  // `was` is the row that stood behind it: where the server does not take the move, it goes back there. Moves are sent
  // one after the other, each as it stands by then, so that quick presses do not overtake each other.
  let sent = Promise.resolve();
  const keep = (row, was) => {
    const name = gripOf(row).dataset.name;
    const rows = rowsOf(row);
    say(`${name}: ${rows.indexOf(row) + 1} of ${rows.length}.`);
    if (row.closest("[data-order-here]")) {
      keepHere(row, rows);
      return;
    }
    sent = sent.then(async () => {
      const next = row.nextElementSibling?.closest("[data-key]");
      try {
        await send(row, next ? `before:${next.dataset.key}` : "last");
      } catch {
        row.parentElement.insertBefore(row, was);
        gripOf(row).focus();
        say(`${name} was not moved: the server could not be asked. Try again.`);
        return;
      }
      renumber(rowsOf(row));
      row.classList.add("changed");
      changed();
    });
  };

  // `way` is the key that says where to; `focused` keeps the focus, wherever the row goes.
  const step = (row, way, focused) => {
    const rows = rowsOf(row);
    const others = rows.filter((other) => other !== row);
    const at = rows.indexOf(row);
    const target = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: others.length }[way];
    if (target === at) return;
    if (target < 0 || target > others.length) {
      say(`${gripOf(row).dataset.name} is the ${at === 0 ? "first" : "last"} already.`);
      return;
    }
    const was = row.nextElementSibling;
    row.parentElement.insertBefore(row, others[target] ?? null);
    focused.focus();
    keep(row, was);
  };

  document.addEventListener("keydown", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (!grip || !["ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) return;
    event.preventDefault();
    step(grip.closest("[data-key]"), event.key, grip);
  });

  // Pressed, the handle shows the two buttons that there are without script: for a screen reader, or a finger.
  let hasMoved = false;
  document.addEventListener("click", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (grip && !hasMoved) {
      const order = grip.closest(".order");
      grip.setAttribute("aria-expanded", String(order.classList.toggle("is-open")));
      for (const button of order.querySelectorAll(".order-buttons button")) button.disabled = false;
    }
    const button = event.target.closest(".scripted .order-buttons button");
    if (!button) return;
    event.preventDefault();
    step(button.closest("[data-key]"), button.value === "up" ? "ArrowUp" : "ArrowDown", button);
  });

  let dragged = null;
  let cameFrom = null;
  document.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (!grip || event.button !== 0) return;
    hasMoved = false;
    dragged = grip.closest("[data-key]");
    cameFrom = dragged.nextElementSibling;
    grip.setPointerCapture(event.pointerId);
  });
  document.addEventListener("pointermove", (event) => {
    if (!dragged) return;
    const over = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-key]");
    if (!over || over === dragged || over.parentElement !== dragged.parentElement) return;
    const box = over.getBoundingClientRect();
    over.parentElement.insertBefore(dragged, event.clientY < box.top + box.height / 2 ? over : over.nextElementSibling);
  });
  document.addEventListener("pointerup", () => {
    if (!dragged) return;
    const row = dragged;
    dragged = null;
    hasMoved = row.nextElementSibling !== cameFrom;
    if (hasMoved) keep(row, cameFrom);
  });
  document.addEventListener("pointercancel", () => {
    if (dragged) dragged.parentElement.insertBefore(dragged, cameFrom);
    dragged = null;
  });
})();

// ---- the form beside its fields: <details data-live-form>. Loaded when it is open, again after each edit, and where it
// stood before. A burst of edits loads it once.

(() => {
  const box = document.querySelector("[data-live-form]");
  if (!box || !window.htmx) return;
  const seen = box.querySelector("[data-live-seen]");
  const frame = seen.querySelector("iframe");
  const note = box.querySelector("[data-live-note]");
  let isFresh = false;
  let waits = 0;
  let top = 0;

  const load = () => {
    isFresh = true;
    window.htmx.trigger(note, "live-form");
  };
  box.addEventListener("toggle", () => {
    if (box.open && !isFresh) load();
  });
  document.body.addEventListener("draft-changed", () => {
    isFresh = false;
    window.clearTimeout(waits);
    if (box.open) waits = window.setTimeout(load, 350);
  });
  note.addEventListener("htmx:afterSwap", () => {
    const place = note.querySelector("[data-src]");
    seen.hidden = !place;
    if (!place) return;
    top = frame.contentWindow.scrollY || 0;
    frame.contentWindow.location.replace(place.dataset.src);
  });
  frame.addEventListener("load", () => frame.contentWindow.scrollTo(0, top));
  if (window.matchMedia("(min-width: 68rem)").matches) box.open = true;
})();

// ---- who else is here, and where: asked every five seconds while the page is seen; said anew only when it changes

(() => {
  const line = document.querySelector("[data-setup-here]");
  if (!line) return;
  let said = "";
  let waits = 0;
  const ask = async () => {
    window.clearTimeout(waits);
    if (document.hidden) return;
    try {
      const answer = await fetch(line.dataset.setupHere, { credentials: "same-origin", redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 403 || answer.status === 404) return;
      const words = answer.status === 200 ? await answer.text() : "";
      if (words !== said && (answer.status === 200 || answer.status === 204)) {
        said = words;
        line.replaceChildren(...new DOMParser().parseFromString(words, "text/html").body.childNodes);
      }
    } catch {
      /* the connection is gone: asked again below */
    }
    waits = window.setTimeout(ask, 5000);
  };
  document.addEventListener("visibilitychange", ask);
  ask();
})();

// ---- a part that was pressed away takes the focus with it: its heading gets it

document.addEventListener("htmx:load", (event) => {
  const part = event.detail.elt;
  if (document.activeElement !== document.body || !(part instanceof Element) || !part.matches("section")) return;
  part.querySelector("[tabindex='-1']")?.focus();
});

// ---- words that can be put into a text: <button data-put="{handler}" data-into="ID">; where the cursor was last, in
// whichever language of the text that is

let lastBox = null;
document.addEventListener("focusin", (event) => {
  if (event.target.matches("textarea, input[type=text]")) lastBox = event.target;
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-put]");
  const own = button && document.getElementById(button.dataset.into);
  if (!own) return;
  const isOfText = lastBox?.isConnected && (lastBox.name === own.name || lastBox.name.startsWith(`${own.name}--`));
  const box = isOfText && lastBox.form === own.form ? lastBox : own;
  box.setRangeText(button.dataset.put, box.selectionStart, box.selectionEnd, "end");
  box.focus();
  box.dispatchEvent(new Event("input", { bubbles: true }));
});

// ---- a file that is sent as soon as it is chosen: <form data-sent-when-chosen>, wherever its input stands

document.addEventListener("change", (event) => {
  const form = event.target.type === "file" && event.target.form;
  if (!form || !form.matches("[data-sent-when-chosen]") || !event.target.files.length) return;
  form.requestSubmit([...form.elements].find((part) => part.value === "send"));
});
