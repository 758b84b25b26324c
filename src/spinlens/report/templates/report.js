(() => {
  "use strict";
  const root = document.documentElement;
  const theme = document.getElementById("theme");
  theme.addEventListener("click", () => {
    const dark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : window.matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });
  const unfold = document.getElementById("unfold");
  const verdicts = [...document.querySelectorAll("details.verdict")];
  unfold?.addEventListener("click", () => {
    const open = verdicts.some((verdict) => !verdict.open);
    verdicts.forEach((verdict) => { verdict.open = open; });
    unfold.textContent = open ? "close all" : "open all";
  });
  window.addEventListener("beforeprint", () => {
    document.querySelectorAll("details").forEach((details) => { details.open = true; });
  });
})();
