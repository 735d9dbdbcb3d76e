// Keys (j, k, o, /, ?) and search while typing. Every page works without this file.
"use strict";
(() => {
  const typing = (target) =>
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
  const links = () => [...document.querySelectorAll("main .headline a, main [data-step]")];

  const step = (by) => {
    const all = links();
    if (!all.length) return;
    const at = all.indexOf(document.activeElement);
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))];
    next.focus();
    next.scrollIntoView({ block: "center", behavior: "auto" });
  };

  const open = () => {
    const here = document.activeElement;
    if (links().includes(here)) here.click();
  };

  const search = () => {
    const field = document.querySelector("#q") || document.querySelector("#find-top");
    if (field) { field.focus(); field.select(); }
  };

  const help = () => {
    const box = document.querySelector("#keys");
    if (box && !box.open) box.showModal();
  };

  const keys = { j: () => step(1), k: () => step(-1), o: open, "/": search, "?": help };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  // What went wrong with a form that was sent is where the reader goes on, in view and read aloud.
  const wrong = document.querySelector("main [role=alert]");
  if (wrong) { wrong.tabIndex = -1; wrong.focus(); }

  // A browser writes a day as its own language does; here it stands as the office writes it, until it is edited.
  for (const field of document.querySelectorAll("input[type=date]")) {
    const frame = document.createElement("span");
    frame.className = "day-field";
    field.replaceWith(frame);
    frame.append(field);
    const tell = () => { frame.dataset.day = field.value.split("-").reverse().join("/") || "dd/mm/yyyy"; };
    field.addEventListener("input", tell);
    field.form?.addEventListener("reset", () => setTimeout(tell));
    tell();
  }

  // Search while typing: the server's own results in place of those shown; the address follows, so that it can be shared.
  const form = document.querySelector("form[data-live]");
  const shown = document.querySelector("#results");
  const told = document.querySelector("#told"); // how many were found is read aloud, not all that was found
  if (form && shown) {
    let waiting = 0, asked = null;
    const ask = async () => {
      const given = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
      const address = `${form.action.split("?")[0]}?${given}`;
      if (asked) asked.abort();
      asked = new AbortController();
      try {
        const answer = await fetch(`${address}&phan=1`, { signal: asked.signal, credentials: "same-origin" });
        if (!answer.ok || answer.redirected) return;
        shown.innerHTML = await answer.text();
        told.textContent = shown.querySelector("h2, p")?.textContent.trim() ?? "";
        history.replaceState(null, "", address);
      } catch (error) {
        if (error.name !== "AbortError") throw error;
      }
    };
    form.addEventListener("input", (event) => {
      if (event.target.name !== "q") return;
      clearTimeout(waiting);
      waiting = setTimeout(ask, 180);
    });
    form.addEventListener("change", (event) => { if (event.target.name !== "q") ask(); });
  }
})();
