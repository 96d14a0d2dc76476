// Small helps for pages that work without them: nothing here is needed to read, write or send anything.
"use strict";

(() => {
  const root = document.documentElement;
  root.classList.add("scripted");

  // ---- a form is sent once

  const busyText = (button) => {
    if (!button || !button.dataset.busy || button.dataset.restLabel) return;
    button.dataset.restLabel = "yes";
    button.style.setProperty("min-inline-size", `${button.offsetWidth}px`);
    for (const part of button.childNodes) {
      if (part.nodeType !== Node.TEXT_NODE || !part.textContent.trim()) continue;
      button.restText = [part, part.textContent];
      part.textContent = button.dataset.busy;
    }
  };

  const rest = (form) => {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button[data-rest-label]")) {
      delete button.dataset.restLabel;
      button.style.removeProperty("min-inline-size");
      if (button.restText) button.restText[0].textContent = button.restText[1];
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    busyText(event.submitter);
    // A page that stays (download, lost connection) may be sent again after a while.
    window.setTimeout(() => rest(form), 8000);
  });

  // While it waits for files on their way (upload.js).
  document.addEventListener("form:waits", (event) => busyText(event.detail));
  document.addEventListener("form:rests", (event) => rest(event.target));

  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(rest);
  });

  // ---- where one is: <input type="hidden" data-time-zone>

  for (const field of document.querySelectorAll("[data-time-zone]")) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

  // ---- the rail of a narrow window begins where one is

  const here = document.querySelector(".rail [aria-current]");
  const rail = here?.closest(".rail");
  if (rail && rail.scrollWidth > rail.clientWidth) {
    const box = here.getBoundingClientRect();
    rail.scrollLeft += box.left - rail.getBoundingClientRect().left - (rail.clientWidth - box.width) / 2;
  }

  // ---- errors are read first

  const summary = document.querySelector("[data-focus]");
  if (summary) summary.focus({ preventScroll: false });

  // ---- the link past the navigation leaves no mark in the address

  // Forms and redirects would carry #main on, and it takes the focus from what is read first.
  addEventListener("hashchange", () => {
    if (location.hash === "#main") history.replaceState(history.state, "", location.pathname + location.search);
  });

  // ---- how much room is left in a long text

  const showRoom = (field) => {
    const hint = document.getElementById(`${field.id}-limit`);
    const limit = Number(field.dataset.limit);
    if (!hint || !limit) return;
    hint.dataset.rest ??= hint.textContent;
    const left = limit - [...field.value].length;
    const form = left < 0 ? hint.dataset.over : left === 1 ? hint.dataset.leftOne : hint.dataset.leftMany;
    hint.textContent = left > limit / 5 ? hint.dataset.rest : form.replace("#", String(Math.abs(left)));
  };

  // ---- what is typed is kept on the server's side: <form data-autosave="URL">, the sentence that comes back is
  //      shown in the form's [data-autosave-state]

  const timers = new Map();
  const underway = new Set();
  // Which fields were touched since they were last kept: where several people edit, only these are written.
  const touched = new WeakMap();

  // The box that was not taken is marked, and the sentence stands at it, too: a long form has its own far below.
  const markWrong = (form, name, sentence) => {
    for (const error of form.querySelectorAll("[data-kept-error]")) {
      const field = document.getElementById(error.dataset.keptError);
      field?.removeAttribute("aria-invalid");
      field?.setAttribute("aria-describedby", (field.getAttribute("aria-describedby") ?? "").replace(error.id, "").trim());
      error.closest(".field")?.classList.remove("field-error");
      error.remove();
    }
    const field = name ? form.elements.namedItem(name) : null;
    if (!(field instanceof HTMLElement) || !field.id || field.getAttribute("aria-invalid")) return;
    const error = document.createElement("p");
    error.className = "error-text";
    error.id = `${field.id}-kept-error`;
    error.dataset.keptError = field.id;
    error.textContent = sentence;
    field.before(error);
    field.closest(".field")?.classList.add("field-error");
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") ?? ""} ${error.id}`.trim());
  };

  // Whether all is kept: not where the server refused it or could not be asked.
  const keep = async (form) => {
    window.clearTimeout(timers.get(form));
    timers.delete(form);
    const state = form.querySelector("[data-autosave-state]");
    if (form.dataset.sent) return true;
    const names = touched.get(form) ?? new Set();
    touched.set(form, new Set());
    const typed = [...new FormData(form)].filter(([, value]) => typeof value === "string");
    const body = String(new URLSearchParams([...typed, ...[...names].map((name) => ["dirty", name])]));
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST",
        body,
        headers: { "X-Requested-With": "fetch", "Content-Type": "application/x-www-form-urlencoded" },
        credentials: "same-origin",
        // Goes on when the page is left; browsers allow that up to 64 KB.
        keepalive: body.length < 60_000,
      });
      // 422: it was understood and not taken; the sentence says why.
      if (!answer.ok && answer.status !== 422) throw new Error(String(answer.status));
      const sentence = (await answer.text()).trim();
      if (state && sentence) state.textContent = sentence;
      markWrong(form, answer.headers.get("X-Wrong-Field"), sentence);
      if (!answer.ok) for (const name of names) touched.get(form).add(name);
      else form.dispatchEvent(new CustomEvent("autosaved", { bubbles: true }));
      return answer.ok;
    } catch {
      for (const name of names) touched.get(form).add(name);
      if (state && state.dataset.failed) state.textContent = state.dataset.failed;
      return false;
    }
  };

  const keepNow = (form) => {
    const kept = keep(form).finally(() => underway.delete(kept));
    underway.add(kept);
  };

  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field.dataset && field.dataset.limit) showRoom(field);
    const form = field.form;
    if (!form || !form.dataset.autosave) return;
    touched.set(form, (touched.get(form) ?? new Set()).add(field.name));
    window.clearTimeout(timers.get(form));
    timers.set(form, window.setTimeout(() => keepNow(form), 1200));
  });

  // Whoever presses something else within that second takes along what was typed: the next page shows it. What was not
  // taken is said first; pressed again, it is left behind.
  const holdUntilKept = (event, own, goOn) => {
    if (own) {
      window.clearTimeout(timers.get(own));
      timers.delete(own);
    }
    if (event.defaultPrevented || (!timers.size && !underway.size)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    for (const form of [...timers.keys()]) keepNow(form);
    const patience = new Promise((resolve) => window.setTimeout(() => resolve([true]), 3000));
    Promise.race([Promise.all(underway), patience]).then((kept) => {
      if (own?.dataset.autosave || kept.every(Boolean)) goOn();
      else document.querySelector("[data-kept-error]")?.closest(".field")?.querySelector("[aria-invalid]")?.focus();
    });
  };

  document.addEventListener(
    "click",
    (event) => {
      const link = event.target.closest("a[href]");
      const href = link?.getAttribute("href") ?? "#";
      if (href.startsWith("#") || link.hasAttribute("target") || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      holdUntilKept(event, null, () => location.assign(new URL(href, location.href)));
    },
    true,
  );
  document.addEventListener(
    "submit",
    (event) => holdUntilKept(event, event.target, () => event.target.requestSubmit(event.submitter)),
    true,
  );
  window.addEventListener("pagehide", () => {
    for (const form of [...timers.keys()]) keep(form);
  });

  // ---- questions that depend on an answer come from the server (htmx swaps #questions); what was typed or chosen
  //      while it answered is newer than the answer and stays

  let typed = null;
  const sentWith = new WeakMap();

  const answersIn = (part) => [...part.querySelectorAll("input:not([type=hidden]), textarea, select")];
  const isMark = (field) => field.type === "radio" || field.type === "checkbox";
  const nameOf = (field) => (isMark(field) ? `${field.name}=${field.value}` : field.name);

  const valuesIn = (part) => new Map(answersIn(part).map((field) => [nameOf(field), isMark(field) ? field.checked : field.value]));

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target.id === "questions") sentWith.set(event.detail.xhr, valuesIn(event.detail.target));
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "questions") return;
    const { id, selectionStart, selectionEnd } = document.activeElement;
    // What is as it was sent may come back changed: another record brings other answers along.
    const sent = sentWith.get(event.detail.xhr) ?? new Map();
    const answers = new Map([...valuesIn(event.detail.target)].filter(([name, value]) => sent.get(name) !== value));
    typed = { answers, id, selectionStart, selectionEnd };
  });

  document.addEventListener("htmx:afterSettle", () => {
    const part = document.getElementById("questions");
    if (!typed || !part) return;
    const { answers, id, selectionStart, selectionEnd } = typed;
    typed = null;
    let decided = null;
    for (const field of answersIn(part)) {
      if (!answers.has(nameOf(field))) continue;
      const answer = answers.get(nameOf(field));
      if (answer === (isMark(field) ? field.checked : field.value)) continue;
      if (isMark(field)) field.checked = answer;
      else field.value = answer;
      const asks = field.closest("[hx-post]");
      if (asks && asks.getAttribute("hx-trigger").includes(`[name='${field.name}']`) && answer !== false) decided = field;
    }
    const focused = id && document.getElementById(id);
    if (focused && part.contains(focused) && typeof selectionStart === "number") focused.setSelectionRange(selectionStart, selectionEnd);
    if (decided) decided.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // ---- tables to fill in: rows come and go without asking the server; the same buttons do it without script

  const rowId = () => `r${[...crypto.getRandomValues(new Uint8Array(4))].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;

  const addRow = (table) => {
    const body = table.querySelector("tbody");
    const row = table.querySelector("template").content.firstElementChild.cloneNode(true);
    const id = rowId();
    for (const part of row.querySelectorAll("*")) {
      for (const attribute of part.attributes) attribute.value = attribute.value.replace("0row0", id);
    }
    body.append(row);
    const first = body.lastElementChild.querySelector("input:not([type=hidden]), select, textarea");
    if (first) first.focus();
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-row-add], [data-row-drop]");
    const table = button && button.closest("[data-rows]");
    if (!table || table.closest("[inert]")) return;
    event.preventDefault();
    const body = table.querySelector("tbody");
    if (button.hasAttribute("data-row-add")) addRow(table);
    else {
      const row = button.closest("tr");
      const next = row.nextElementSibling || row.previousElementSibling;
      row.remove();
      if (next) next.querySelector("[data-row-drop]").focus();
      else addRow(table);
    }
    const add = table.querySelector("[data-row-add]");
    add.hidden = body.children.length >= Number(table.dataset.most);
    // What is typed is kept on our side: a row less is news as well.
    const field = body.querySelector("input:not([type=hidden]), select, textarea");
    if (field) field.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // ---- <button data-copy="#id">, shown only with script (class only-script)

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.querySelector(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.value);
    } catch {
      source.select();
      return;
    }
    if (button.dataset.done) button.lastChild.textContent = button.dataset.done;
  });

  // ---- menus made of <details> close as people expect

  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
  };
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest("details.menu[open]");
    closeMenus();
    if (menu) menu.querySelector("summary").focus();
  });

  // ---- Ctrl and Enter send what is being written

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key !== "Enter") return;
    const form = event.target.closest("form[data-composer], #move form, .pane-side form[method=post]");
    if (!form) return;
    if (!form.closest(".pane-side")) form.requestSubmit();
    // Beside a request a form's first button says what it does; on a button, Enter presses that one.
    else if (event.target.matches("input, select, textarea")) form.requestSubmit(form.querySelector("button:not([type=button])"));
  });
})();
