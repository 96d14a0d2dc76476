// What has been mended loses its mark: the questions come anew without it, and the summary above follows them. Without
// it a form says what is wrong until it is sent again.
"use strict";

(() => {
  const isMarked = (target) => {
    const field = target?.closest(".field");
    if (!field?.classList.contains("field-error")) return false;
    const wrong = "[aria-invalid='true']";
    return !field.querySelector(wrong) || target.matches(wrong) || Boolean(target.querySelector(wrong));
  };

  const countAnew = () => {
    for (const list of document.querySelectorAll("[data-errors]")) {
      const lines = [...list.querySelectorAll("p:has(> a[href^='#'])")];
      const mended = lines.filter((line) => !isMarked(document.getElementById(line.firstElementChild.hash.slice(1))));
      if (!mended.length) continue;
      for (const line of mended) line.remove();
      const left = list.querySelectorAll("p").length;
      const { one, many, none } = list.dataset;
      list.querySelector("h2").textContent = left > 1 ? many.replace("#", left) : left ? one : none;
      list.toggleAttribute("data-mended", !left);
    }
  };
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.id === "questions") countAnew();
  });

  // Elsewhere no server is asked. What was marked because it was empty, or no e-mail address, is right once it is not; of
  // anything else (a code that is over) only the server knows.
  const lacks = (control) => !control.value.trim() || !control.checkValidity();
  const wrongTyped = "input[aria-invalid='true']:not([type=radio], [type=checkbox], [type=file]), textarea[aria-invalid='true'], select[aria-invalid='true']";
  const lacking = new WeakSet([...document.querySelectorAll(wrongTyped)].filter((control) => !control.closest("#questions") && lacks(control)));
  document.addEventListener("change", (event) => {
    const control = event.target;
    if (!lacking.has(control) || lacks(control)) return;
    const error = document.getElementById(`${control.id}-error`);
    if (!error) return;
    const described = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id !== error.id);
    if (described.join("")) control.setAttribute("aria-describedby", described.join(" "));
    else control.removeAttribute("aria-describedby");
    control.removeAttribute("aria-invalid");
    control.closest(".field")?.classList.remove("field-error");
    error.remove();
    lacking.delete(control);
    countAnew();
  });
})();
