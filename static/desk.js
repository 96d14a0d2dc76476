// The desk's helps: single keys, selecting many, news without losing one's place, who else is here. Nothing here is
// needed to read, write or decide anything.
"use strict";

(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (selector) => document.querySelector(selector);

  // ---- selecting many: <form data-bulk>, boxes named row anywhere on the page

  const bulk = one("[data-bulk]");
  const boxes = () => all('input[name="row"]');
  const showCount = () => {
    if (!bulk) return;
    const ticked = boxes().filter((box) => box.checked).length;
    const counter = bulk.querySelector("[data-bulk-count]");
    counter.textContent = `${ticked} selected`;
    const every = one("[data-tick-all]");
    if (!every) return;
    every.checked = ticked > 0 && ticked === boxes().length;
    every.indeterminate = ticked > 0 && !every.checked;
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-tick-all]")) for (const box of boxes()) box.checked = event.target.checked;
    if (event.target.matches('[data-tick-all], input[name="row"]')) showCount();
  });
  if (bulk) {
    bulk.addEventListener("reset", () => window.setTimeout(() => {
      for (const box of boxes()) box.checked = false;
      showCount();
    }));
    showCount();
    window.addEventListener("pageshow", showCount);
  }

  // ---- arrow keys choose one target after the other: an answer about one that is not chosen any more would put the
  //      list back under the finger

  document.addEventListener("htmx:beforeSwap", (event) => {
    const list = document.getElementById("to");
    if (event.detail.target.id !== "move" || !list || !event.detail.xhr.responseURL) return;
    const asked = new URL(event.detail.xhr.responseURL).searchParams.get("to");
    if (asked !== null && asked !== list.value) event.detail.shouldSwap = false;
  });

  // ---- the mail of a move comes anew while a reason is typed: opened to be edited it stays open, and words stay that
  //      were written for it since they were asked for

  const NOTHING = { isOpen: false, words: [] };
  let mail = NOTHING;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const part = event.detail.target;
    mail = NOTHING;
    // An answer that is not shown (an error, no connection) leaves the words where they are; another status has its own.
    if (part.id !== "move-mail" || !event.detail.shouldSwap) return;
    const words = all("#subject, #mail-body", part).filter((box) => box.value !== box.defaultValue);
    mail = { isOpen: Boolean(part.querySelector("details[open]")), words: words.map((box) => [box.id, box.value]) };
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "move-mail") return;
    const edited = one("#move-mail details");
    if (edited && mail.isOpen) edited.open = true;
    for (const [id, text] of mail.words) if (document.getElementById(id)) document.getElementById(id).value = text;
    mail = NOTHING;
  });

  // ---- ready answers go where the cursor stands

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-insert]");
    if (!link || event.ctrlKey || event.metaKey) return;
    const box = link.closest("form").querySelector("textarea");
    event.preventDefault();
    box.focus();
    const before = box.value.slice(0, box.selectionStart);
    const gap = before && !before.endsWith("\n") ? "\n\n" : "";
    box.setRangeText(gap + link.dataset.insert, box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
    link.closest("details").open = false;
  });

  // ---- single keys (<body data-keys>): never inside a field, and they can be switched off

  const SWITCH = "portico-keys-off";
  const stored = () => {
    try {
      return window.localStorage.getItem(SWITCH) === "yes";
    } catch {
      return false;
    }
  };
  const switches = all("[data-keys-off]");
  const showSwitch = () => {
    for (const button of switches) button.setAttribute("aria-pressed", String(stored()));
  };
  showSwitch();
  for (const button of switches) {
    button.addEventListener("click", () => {
      try {
        if (stored()) window.localStorage.removeItem(SWITCH);
        else window.localStorage.setItem(SWITCH, "yes");
      } catch {
        /* private windows may refuse to store; the keys then stay on */
      }
      showSwitch();
    });
  }

  const help = document.getElementById("keys-help");
  const openHelp = () => help && !help.open && help.showModal();
  const helpButton = one("[data-keys-help]");
  if (helpButton) helpButton.addEventListener("click", openHelp);

  const typing = (target) => target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  const rows = () => all("a[data-row]");
  const lineOf = (element) => element && element.closest("tr, li");
  const rowHere = () => rows().find((row) => lineOf(row).contains(document.activeElement));
  const isShown = (element) => element && element.getClientRects().length > 0;

  const stepRow = (distance) => {
    const list = rows();
    if (!list.length) {
      const neighbour = one(distance > 0 ? "a[data-key-next]" : "a[data-key-previous]");
      if (neighbour) neighbour.click();
      return Boolean(neighbour);
    }
    const at = list.indexOf(rowHere());
    list[Math.min(list.length - 1, Math.max(0, at < 0 ? 0 : at + distance))].focus();
    return true;
  };

  const tickHere = () => {
    const row = rowHere();
    const box = row && lineOf(row).querySelector('input[name="row"]');
    if (box) box.click();
    return Boolean(box);
  };

  const write = (kind) => {
    const choice = document.getElementById(`kind-${kind}`);
    const box = one("[data-composer] textarea");
    if (!choice || !box) return false;
    choice.checked = true;
    choice.dispatchEvent(new Event("change", { bubbles: true }));
    box.scrollIntoView({ block: "center" });
    box.focus();
    return true;
  };

  // What is selected, or else the line that has the focus.
  const withSelection = (key) => {
    const button = bulk && bulk.querySelector(`[data-key="${key}"]`);
    if (!button) return undefined;
    if (!boxes().some((box) => box.checked) && !tickHere()) return false;
    button.click();
    if (button.matches("summary")) one(".bulk-menu button").focus();
    return true;
  };

  const GO = { q: "/desk/?view=needs-us", n: "/desk/?view=new", m: "/desk/?view=mine", a: "/desk/?view=all", v: "/desk/views/", c: "/desk/customers/" };
  let goUntil = 0;

  const KEYS = {
    j: () => stepRow(1),
    k: () => stepRow(-1),
    ArrowDown: () => Boolean(rowHere()) && stepRow(1),
    ArrowUp: () => Boolean(rowHere()) && stepRow(-1),
    x: tickHere,
    o: () => {
      const row = rowHere();
      if (row) row.click();
      return Boolean(row);
    },
    u: () => {
      const back = one(".desk-head-line > a.btn-icon");
      if (back) back.click();
      return Boolean(back);
    },
    r: () => write("reply"),
    n: () => write("note"),
    g: () => {
      goUntil = Date.now() + 1500;
      return true;
    },
    "?": () => {
      openHelp();
      return Boolean(help);
    },
  };
  KEYS.s = () => press("m");

  const press = (key) => {
    if (Date.now() < goUntil && GO[key]) {
      goUntil = 0;
      window.location.assign(GO[key]);
      return true;
    }
    if (KEYS[key]) return KEYS[key]();
    const many = withSelection(key);
    if (many !== undefined) return many;
    const focus = one(`[data-key-focus="${key}"]`);
    if (focus) {
      focus.scrollIntoView({ block: "center" });
      focus.focus();
      return true;
    }
    // A page without a box to search in leads to the one that is there for it.
    if (key === "/") {
      window.location.assign("/desk/search/");
      return true;
    }
    const click = all(`[data-key="${key}"]`).find(isShown);
    if (!click) return false;
    const isOpen = click.matches("summary") && click.parentElement.open;
    if (!isOpen) click.click();
    if (click.matches("summary")) {
      const first = click.parentElement.querySelector("a, button, select, input:not([type=hidden])");
      if (first) first.focus();
    }
    return true;
  };

  // Who thinks better of it leaves the field, and the single keys work again. A search box is emptied first.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || one("dialog[open], details.menu[open]")) return;
    if (document.body.hasAttribute("data-keys") && typing(event.target) && !(event.target.type === "search" && event.target.value)) event.target.blur();
  });

  document.addEventListener("keydown", (event) => {
    if (!document.body.hasAttribute("data-keys") || stored()) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
    if (one("dialog[open]")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (!/^([a-z/?;]|ArrowUp|ArrowDown)$/.test(key)) return;
    if (press(key)) event.preventDefault();
  });

  // ---- asking again and again, but only while somebody can see the answer

  const every = (seconds, ask) => {
    let timer = null;
    const turn = async () => {
      window.clearTimeout(timer);
      if (document.hidden) return;
      let goesOn = true;
      try {
        goesOn = await ask();
      } catch {
        /* no connection: the next turn may have one */
      }
      if (goesOn) timer = window.setTimeout(turn, seconds * 1000);
    };
    document.addEventListener("visibilitychange", turn);
    return turn;
  };

  // ---- who else is here

  const hereBase = one("[data-here-base]");
  const hereTag = one("[data-here]");
  if (hereBase && hereTag) {
    let wroteAt = 0;
    document.addEventListener("input", (event) => {
      if (event.target.closest("[data-composer], #move")) wroteAt = Date.now();
    });
    every(5, async () => {
      const writing = Date.now() - wroteAt < 10000 ? "?writing=1" : "";
      const answer = await fetch(hereBase.dataset.hereBase + writing, { credentials: "same-origin", redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 404) return false;
      const words = answer.status === 200 ? (await answer.text()).trim() : "";
      if (hereTag.textContent !== words) hereTag.textContent = words;
      hereTag.hidden = !words;
      return true;
    })();
  }

  // ---- news in the queue: what is under the pointer or has the focus never moves by itself

  const live = one("[data-live]");
  if (live) {
    const news = one("[data-live-news]");
    let tag = "";
    let fetched = null;
    const numbered = (within) => new Map(all("tr[data-number]", within).map((row) => [row.dataset.number, row]));

    const showCounts = (page) => {
      const fresh = new Map(all(".rail nav a", page).map((link) => [link.getAttribute("href"), link.querySelector(".n")]));
      for (const link of all(".rail nav a")) {
        const count = fresh.get(link.getAttribute("href"));
        const shown = link.querySelector(".n");
        if (count && shown) {
          shown.textContent = count.textContent;
          shown.className = count.className;
        } else if (count) link.append(" ", document.importNode(count, true));
        else if (shown) shown.remove();
      }
    };

    const refreshRow = (row, fresh) => {
      if (row.matches(":hover") || row.contains(document.activeElement)) return;
      const cells = [...row.cells];
      // Other columns have been chosen meanwhile, in another window.
      if (cells.length !== fresh.cells.length) return;
      [...fresh.cells].forEach((cell, at) => {
        if (!cells[at] || cell.innerHTML === cells[at].innerHTML) return;
        const box = cell.querySelector('input[name="row"]');
        const old = cells[at].querySelector('input[name="row"]');
        if (box && old && old.checked) return;
        cells[at].innerHTML = cell.innerHTML;
      });
    };

    const take = (page) => {
      fetched = page;
      showCounts(page);
      const [now, next] = [numbered(live), numbered(page.querySelector("[data-live]"))];
      const come = [...next.keys()].filter((number) => !now.has(number)).length;
      const gone = [...now.keys()].filter((number) => !next.has(number));
      for (const [number, row] of now) {
        row.classList.toggle("gone-row", !next.has(number));
        if (next.has(number)) refreshRow(row, next.get(number));
      }
      const words = [come ? `${come} new` : "", gone.length ? `${gone.length} gone from here` : ""].filter(Boolean).join(", ");
      if (words) news.querySelector("[data-live-words]").textContent = words;
      news.hidden = !words;
    };

    const show = () => {
      if (!fetched) return;
      const ticked = new Set(boxes().filter((box) => box.checked).map((box) => box.value.split("|")[0]));
      const row = document.activeElement.closest("tr[data-number]");
      const fresh = document.importNode(fetched.querySelector("[data-live]"), true);
      live.replaceChildren(...fresh.childNodes);
      for (const box of boxes()) box.checked = ticked.has(box.value.split("|")[0]);
      if (bulk) showCount();
      news.hidden = true;
      const again = row && live.querySelector(`tr[data-number="${row.dataset.number}"] a[data-row]`);
      (again || one("a[data-row]") || document.body).focus();
    };
    one("[data-live-show]").addEventListener("click", show);

    const ask = every(15, async () => {
      const headers = { "X-Live": "1", ...(tag ? { "If-None-Match": tag } : {}) };
      const answer = await fetch(window.location.href, { headers, credentials: "same-origin", redirect: "manual", cache: "no-store" });
      if (answer.status === 304) return true;
      if (!answer.ok) return false;
      tag = answer.headers.get("ETag") || "";
      take(new DOMParser().parseFromString(await answer.text(), "text/html"));
      return true;
    });
    window.setTimeout(ask, 10000);
  }

  const printButton = one("[data-print]");
  if (printButton) printButton.addEventListener("click", () => window.print());
})();
