// The numbers of a table follow the error that is asked for above it: n = n₀ (ε₀/ε)^power.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const high = (digits) => [...digits].map((one) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[+one]).join("");
  const shown = (number) => {
    if (number < 1e6) return Math.max(1, Number(number.toPrecision(2))).toLocaleString("en", { maximumFractionDigits: 0 });
    const [digits, power] = number.toExponential(1).split("e+");
    return `${digits}·10${high(power)}`;
  };
  const following = (field) => {
    let next = field.closest(".calculator");
    while (next && !next.querySelector(".scaled")) next = next.nextElementSibling;
    return next ? next.querySelectorAll(".scaled") : [];
  };
  for (const field of document.querySelectorAll("input.asked")) {
    field.addEventListener("input", () => {
      const ratio = Number(field.dataset.error) / Number(field.value);
      if (!(ratio > 0) || !isFinite(ratio)) return;
      for (const one of following(field)) one.textContent = shown(one.dataset.number * ratio ** one.dataset.power);
    });
  }
});
