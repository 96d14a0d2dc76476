// Files are sent as soon as they are chosen, each with its progress. Without this script the form sends them itself.
"use strict";

(() => {
  const part = (root, name) => root.querySelector(`[data-upl-${name}]`);
  const box = (id) => document.getElementById(id);
  // What is on its way: a promise of each, by the field that it belongs to, kept when the file is there or is not coming.
  const underway = new Map();
  const lines = (root) => [...part(root, "list").children];
  const kept = (root) => lines(root).filter((line) => !line.dataset.failed);
  const tokenOf = (root) => root.closest("form").querySelector("[name=csrfmiddlewaretoken]").value;

  // A name that runs from right to left keeps its direction to itself, as <bdi> does.
  const named = (sentence, name) => sentence.replace("#", () => (/[\u0590-\u08ff\ufb1d-\ufefc]/.test(name) ? `\u2068${name}\u2069` : name));

  const say = (root, sentence, name) => {
    part(root, "says").textContent = named(sentence, name);
  };

  // Something in the form is another: it is kept on our side like what is typed.
  const changed = (root) => root.dispatchEvent(new Event("input", { bubbles: true }));

  const keepTyping = (root) => {
    const field = root.closest("form") && root.querySelector("input[type=checkbox]");
    (field || root).dispatchEvent(new Event("input", { bubbles: true }));
  };

  const fail = (line, reason) => {
    line.dataset.failed = "yes";
    line.querySelector("progress")?.remove();
    const words = line.querySelector("small");
    words.textContent = reason;
    words.className = "t-bad";
    words.setAttribute("role", "alert");
  };

  const begin = (root, file) => {
    const line = part(root, "going").content.firstElementChild.cloneNode(true);
    line.querySelector("b").textContent = file.name;
    line.querySelector(".doc-face").textContent = (file.name.split(".").pop() || "").toUpperCase().slice(0, 4);
    line.querySelector("progress").setAttribute("aria-label", file.name);
    const stop = line.querySelector("[data-upl-stop]");
    stop.setAttribute("aria-label", named(stop.dataset.label, file.name));
    part(root, "list").append(line);
    return line;
  };

  const megabytes = (bytes) => (bytes / 1048576).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });

  const send = (root, file) => {
    const id = root.id;
    if (Number(root.dataset.most) === 1) lines(root).forEach((line) => line.remove());
    const line = begin(root, file);
    const stop = line.querySelector("[data-upl-stop]");
    stop.addEventListener("click", () => line.remove());
    if (file.size > Number(root.dataset.bytes)) return fail(line, root.dataset.tooLarge);
    if (kept(root).length > Number(root.dataset.most)) return fail(line, root.dataset.tooMany);
    const form = new FormData();
    form.append("csrfmiddlewaretoken", tokenOf(root));
    form.append("kind", root.dataset.kind);
    form.append("name", root.dataset.name);
    form.append("file", file);
    const request = new XMLHttpRequest();
    const ended = new Promise((resolve) => request.addEventListener("loadend", resolve));
    underway.set(ended, id);
    ended.then(() => {
      underway.delete(ended);
      leaves = leaves && underway.size > 0;
    });
    stop.addEventListener("click", () => request.abort());
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      line.querySelector("progress").value = (100 * event.loaded) / event.total;
      line.querySelector("small").textContent = `${megabytes(event.loaded)} / ${megabytes(event.total)} MB`;
      showWaiting(line.closest("form"));
    });
    request.addEventListener("load", () => finish(id, line, request, file));
    request.addEventListener("error", () => fail(line, named(root.dataset.failed, file.name)));
    request.open("POST", root.dataset.upload);
    request.setRequestHeader("X-Requested-With", "fetch");
    request.send(form);
    return undefined;
  };

  const finish = (id, line, request, file) => {
    // The questions may have been fetched anew meanwhile: the line belongs where they stand now.
    const root = box(id);
    if (!root) return;
    if (!line.isConnected) part(root, "list").append(line);
    if (request.status !== 201) {
      fail(line, [422, 429, 400].includes(request.status) ? request.responseText : named(root.dataset.failed, file.name));
      return;
    }
    const made = new DOMParser().parseFromString(request.responseText, "text/html").body.firstElementChild;
    line.replaceWith(made);
    for (const offer of root.querySelectorAll("input[value^='d-'], option[value^='d-']")) {
      if (Number(root.dataset.most) === 1) offer.checked = offer.selected = false;
    }
    say(root, root.dataset.done, made.querySelector("b").textContent);
    keepTyping(root);
    // A question that was marked for want of it asks anew whether that is right now.
    root.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const sendAll = (root, files) => [...files].forEach((file) => send(root, file));

  // A form that is sent too early waits for its files, which would be left behind; what fails on the way is said first.
  const waiting = new WeakSet();
  // On a phone the files may stand far above the button that was pressed: what it waits for is said beside it.
  const sayWaiting = (form, submitter) => {
    const line = form.querySelector("[data-upl-list] progress")?.closest("[data-upl-list] > *");
    if (!line || !submitter) return;
    const words = document.createElement("div");
    words.className = "stack gap-1";
    words.dataset.uplWaiting = "";
    const sentence = document.createElement("p");
    sentence.className = "t-m";
    sentence.setAttribute("role", "status");
    const bar = document.createElement("progress");
    bar.max = 100;
    bar.setAttribute("aria-hidden", "true");
    words.append(sentence, bar);
    (submitter.closest(".actions, .composer-foot") ?? submitter).before(words);
    sentence.textContent = named(line.closest("[data-upload]").dataset.waiting, line.querySelector("b").textContent);
    showWaiting(form);
  };
  const showWaiting = (form) => {
    const bars = form ? [...form.querySelectorAll("[data-upl-list] progress")] : [];
    const shown = form?.querySelector("[data-upl-waiting] progress");
    if (shown && bars.length) shown.value = bars.reduce((sum, bar) => sum + bar.value, 0) / bars.length;
  };
  const waitFor = (form, submitter) => {
    waiting.add(form);
    sayWaiting(form, submitter);
    form.dispatchEvent(new CustomEvent("form:waits", { bubbles: true, detail: submitter }));
    const before = form.querySelectorAll("[data-failed]").length;
    const tryAgain = () => {
      const files = coming(form);
      if (files.length) return Promise.all(files).then(tryAgain);
      waiting.delete(form);
      form.querySelector("[data-upl-waiting]")?.remove();
      form.dispatchEvent(new CustomEvent("form:rests", { bubbles: true }));
      const failed = form.querySelectorAll("[data-failed]");
      if (failed.length > before) failed[failed.length - 1].querySelector("[data-upl-stop]").focus();
      // The button may be gone with questions that were fetched anew.
      else if (form.isConnected) form.requestSubmit(submitter?.form === form ? submitter : null);
      return undefined;
    };
    tryAgain();
  };
  const coming = (form) => [...underway.keys()].filter((ended) => form.contains(box(underway.get(ended))));

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (event.defaultPrevented || (!waiting.has(form) && !coming(form).length)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (!waiting.has(form)) waitFor(form, event.submitter);
    },
    true,
  );

  // A page that is left takes what is on its way with it. A link says so first and leaves when it is pressed again; for
  // everything else (another form, the browser's own buttons, a closed tab) the browser asks.
  let leaves = false;
  // What writes a mail, calls somebody or fetches a file leaves the page where it is, though the browser asks the page
  // first as if it were left.
  let stays = false;
  const isFile = (link) =>
    link.origin === location.origin && link.pathname.startsWith("/files/") && !new URLSearchParams(link.search).has("show");
  const staysHere = (link) => ["mailto:", "tel:", "sms:"].includes(link.protocol) || link.hasAttribute("download");
  // A file that is not to be had any more is answered with a page that says so: it must not take the place of this one.
  // Only now: else people shall read it.
  const fetchOnly = (link) => {
    link.setAttribute("download", "");
    setTimeout(() => link.removeAttribute("download"));
  };
  const sayLeaving = () => {
    const bar = document.querySelector("[data-upl-list] progress");
    const line = bar?.closest("[data-upl-list] > *");
    if (!line || line.querySelector("[data-upl-leaving]")) return;
    const words = document.createElement("small");
    words.dataset.uplLeaving = "";
    words.className = "t-bad";
    words.setAttribute("role", "alert");
    words.textContent = named(line.closest("[data-upload]").dataset.leaving, line.querySelector("b").textContent);
    bar.before(words);
  };
  document.addEventListener(
    "click",
    (event) => {
      const link = event.target.closest("a[href]");
      if (!link || !underway.size || link.getAttribute("href").startsWith("#") || link.hasAttribute("target")) return;
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      if (isFile(link) && !link.hasAttribute("download")) fetchOnly(link);
      if (staysHere(link)) {
        stays = true;
        setTimeout(() => (stays = false), 1000);
        return;
      }
      if (!leaves) {
        event.preventDefault();
        event.stopImmediatePropagation();
        sayLeaving();
      }
      leaves = true;
    },
    true,
  );
  addEventListener("beforeunload", (event) => {
    if (underway.size && !leaves && !stays) event.preventDefault();
  });

  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.type !== "file") return;
    const root = input.closest("[data-upload]");
    if (!root) return;
    const files = [...input.files];
    input.value = "";
    sendAll(root, files);
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-upl-remove]");
    if (!button) return;
    const root = button.closest("[data-upload]");
    const line = button.closest("[data-upl]");
    const form = new FormData();
    form.append("csrfmiddlewaretoken", tokenOf(root));
    form.append("id", line.dataset.upl);
    fetch(root.dataset.drop, { method: "POST", body: new URLSearchParams(form), credentials: "same-origin" }).catch(() => {});
    const name = line.querySelector("b").textContent;
    line.remove();
    say(root, root.dataset.removed, name);
    changed(root);
    root.querySelector("input[type=file]").focus();
  });

  const over = (event, on) => {
    const drop = event.target.closest && event.target.closest(".drop");
    if (!drop || !event.dataTransfer || ![...event.dataTransfer.types].includes("Files")) return null;
    event.preventDefault();
    drop.toggleAttribute("data-over", on);
    return drop;
  };
  document.addEventListener("dragover", (event) => over(event, true));
  document.addEventListener("dragleave", (event) => over(event, false));
  document.addEventListener("drop", (event) => {
    const drop = over(event, false);
    if (drop) sendAll(drop.closest("[data-upload]"), event.dataTransfer.files);
  });
})();
