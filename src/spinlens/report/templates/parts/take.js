// Figures and their numbers as files, made from what is in the page: the drawing as SVG, tables and data as CSV.
(() => {
  "use strict";
  const root = document.documentElement;
  const SVG = "http://www.w3.org/2000/svg";
  const GAP = 24, LINE = 16, LETTERS = 46;

  const save = (name, type, text) => {
    const address = URL.createObjectURL(new Blob([text], { type }));
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    URL.revokeObjectURL(address);
  };

  // --- drawings ----------------------------------------------------------------------------------------------------
  // The colours of the light theme, whichever is shown: a file is for paper.
  const light = () => {
    const before = root.dataset.theme;
    root.dataset.theme = "light";
    const style = getComputedStyle(root);
    const colors = {};
    for (const sheet of document.styleSheets)
      for (const rule of sheet.cssRules)
        if (rule.selectorText === ":root")
          for (const name of rule.style) if (name.startsWith("--")) colors[name] = style.getPropertyValue(name).trim();
    if (before === undefined) delete root.dataset.theme; else root.dataset.theme = before;
    return colors;
  };

  // The rules of the page that its drawings share, those that a drawing has.
  const shared = (whole) => {
    const used = new Set([...whole.querySelectorAll("[class]")].map((element) => `.${element.getAttribute("class")}`));
    const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
    return rules.filter((rule) => used.has(rule.selectorText)).map((rule) => rule.cssText).join(" ");
  };

  const shape = (parent, tag, attributes, text) => {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text !== undefined) element.textContent = text;
    parent.append(element);
  };

  // The key below the panels, in lines that fit the width; returns where it ends.
  const key = (figure, whole, top, width) => {
    let [x, y] = [0, top];
    for (const entry of figure.querySelectorAll(".key li")) {
      const [sign, words] = [entry.firstElementChild, entry.lastElementChild.textContent];
      const room = 30 + 5.6 * words.length;
      if (x > 0 && x + room > width) [x, y] = [0, y + LINE];
      const fill = sign.style.getPropertyValue("--c").trim(), kind = sign.classList;
      if (kind.contains("glyph")) shape(whole, "text", { x, y: y + 9, "font-size": 10, fill }, sign.textContent);
      else if (kind.contains("point")) shape(whole, "circle", { cx: x + 5, cy: y + 6, r: 3.5, fill });
      else if (kind.contains("line")) shape(whole, "rect", { x, y: y + 5, width: 16, height: 2, fill });
      else if (kind.contains("dashed")) shape(whole, "path", { d: `M${x} ${y + 6}h16`, stroke: fill, "stroke-width": 2, "stroke-dasharray": "4 2" });
      else shape(whole, "rect", { x, y: y + 1, width: 14, height: 9, fill, opacity: kind.contains("band") ? 0.45 : 1 });
      shape(whole, "text", { x: x + 22, y: y + 9, "font-size": 10 }, words);
      x += room;
    }
    return x > 0 ? y + LINE : y;
  };

  // Words in lines of about as many letters as fit above a panel.
  const lines = (words) => words.split(" ").reduce((found, word) => {
    const last = found[found.length - 1];
    return last && last.length + word.length < LETTERS ? [...found.slice(0, -1), `${last} ${word}`] : [...found, word];
  }, []);

  const drawing = (figure) => {
    const panels = [...figure.querySelectorAll(".panel")];
    const columns = Math.min(panels.length % 3 && panels.length <= 6 ? 2 : 3, panels.length);
    const sizes = panels.map((panel) => panel.querySelector("svg").viewBox.baseVal);
    const wide = Math.max(...sizes.map((size) => size.width)), high = Math.max(...sizes.map((size) => size.height));
    const rows = Math.ceil(panels.length / columns);
    const headings = panels.map((panel) => lines(panel.querySelector(".heading")?.textContent ?? ""));
    const HEAD = 6 + LINE * Math.max(...headings.map((heading) => heading.length));
    const whole = document.createElementNS(SVG, "svg");
    const width = columns * (wide + GAP) - GAP, panelled = rows * (high + HEAD + GAP) - GAP;
    const height = key(figure, whole, panelled + LINE, width);
    for (const [name, value] of Object.entries({
      viewBox: `0 0 ${width} ${height}`, width: `${width}pt`, height: `${height}pt`, "font-family": "Helvetica, Arial, sans-serif",
    })) whole.setAttribute(name, value);
    const style = document.createElementNS(SVG, "style");
    whole.append(style);
    panels.forEach((panel, k) => {
      const [x, y] = [(k % columns) * (wide + GAP), Math.floor(k / columns) * (high + HEAD + GAP)];
      headings[k].forEach((words, row) => {
        shape(whole, "text", { x, y: y + 13 + row * LINE, "font-size": 11, "font-weight": "bold" }, words);
      });
      const own = panel.querySelector("svg").cloneNode(true);
      for (const [name, value] of Object.entries({ x, y: y + HEAD, width: sizes[k].width, height: sizes[k].height })) own.setAttribute(name, value);
      whole.append(own);
    });
    style.textContent = `image { image-rendering: pixelated } ${shared(whole)}`;
    const colors = light();
    const text = new XMLSerializer().serializeToString(whole);
    return `<?xml version="1.0" encoding="utf-8"?>\n${text.replace(/var\((--[\w-]+)\)/g, (all, name) => colors[name] ?? all)}\n`;
  };

  // --- numbers -----------------------------------------------------------------------------------------------------
  const quoted = (cell) => {
    const text = cell === null || cell === undefined ? "" : String(cell);
    return /[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  const csv = (rows) => rows.map((row) => `${row.map(quoted).join(",")}\n`).join("");

  // 2.2692(3) as 2.2692 and 0.0003; what is no such number stays as it is.
  const ESTIMATE = /^(-?\d+(?:\.(\d+))?)\((\d+(?:\.\d+)?)\)/;
  const plain = (text) => text.replace(/−(?=\d)/g, "-").replace(/^–$/, "").trim();
  const parts = (text) => {
    const found = ESTIMATE.exec(text);
    if (!found) return [text, ""];
    const error = found[3].includes(".") ? found[3] : (Number(found[3]) / 10 ** (found[2] || "").length).toFixed((found[2] || "").length);
    return [found[1], error];
  };

  const fromTable = (table) => {
    const cells = [...table.rows].map((row) => [...row.cells].map((cell) => plain(cell.textContent)));
    const [headings, ...rows] = cells;
    const measured = headings.map((_, k) => rows.some((row) => ESTIMATE.test(row[k] ?? "")));
    const spread = (row, split) => row.flatMap((cell, k) => (measured[k] ? split(cell) : [cell]));
    return csv([spread(headings, (name) => [name, `${name} error`]), ...rows.map((row) => spread(row, parts))]);
  };

  const fromData = (blocks) => {
    const names = (of) => [...new Set(blocks.flatMap((block) => Object.keys(block[of])))];
    const dims = names("dims"), values = names("values");
    const told = Object.keys(blocks[0]).filter((name) => name !== "dims" && name !== "values");
    const rows = blocks.flatMap((block) => {
      const own = Object.entries(block.dims), sizes = own.map(([, labels]) => labels.length);
      const count = sizes.reduce((product, size) => product * size, 1);
      return [...Array(count).keys()].map((k) => {
        let rest = k;
        const at = {};
        for (let d = own.length - 1; d >= 0; d -= 1) {
          at[own[d][0]] = own[d][1][rest % sizes[d]];
          rest = Math.floor(rest / sizes[d]);
        }
        return [...told.map((name) => block[name]), ...dims.map((dim) => at[dim]), ...values.map((name) => block.values[name]?.[k])];
      });
    });
    return csv([[...told, ...dims, ...values], ...rows]);
  };

  document.querySelectorAll(".take").forEach((place) => {
    const figure = place.closest("figure"), name = place.dataset.name, list = place.querySelector("p");
    const data = document.getElementById(`numbers-${name}`), table = figure.querySelector("table");
    const offer = (words, make, first) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = words;
      button.setAttribute("aria-label", `${words} of figure ${name}`);
      button.addEventListener("click", make);
      if (first) list.prepend(button); else list.append(button);
    };
    if (figure.querySelector(".panel svg")) offer("SVG", () => save(`spinlens-${name}.svg`, "image/svg+xml", drawing(figure)), true);
    if (data) offer("CSV", () => save(`spinlens-${name}.csv`, "text/csv", fromData(JSON.parse(data.textContent))));
    else if (table) offer("CSV", () => save(`spinlens-${name}.csv`, "text/csv", fromTable(table)));
  });
})();
