// Copying and the phone's share sheet. Without this file the text can be selected and copied by hand.
"use strict";
(() => {
  const text = (id) => document.getElementById(id);

  const copy = async (button) => {
    const field = text(button.dataset.copy);
    field.select();
    if (navigator.clipboard) await navigator.clipboard.writeText(field.value);
    else document.execCommand("copy");
    button.textContent = button.dataset.done;
  };

  for (const acts of document.querySelectorAll("[data-share-acts]")) {
    acts.hidden = false;
    for (const button of acts.querySelectorAll("[data-copy]")) button.addEventListener("click", () => copy(button));
    for (const button of acts.querySelectorAll("[data-send]")) {
      if (!navigator.share) continue;
      button.hidden = false;
      button.addEventListener("click", () => navigator.share({ text: text(button.dataset.send).value }).catch(() => {}));
    }
  }
  for (const field of document.querySelectorAll("textarea[data-share]")) field.addEventListener("focus", () => field.select());
})();
