// What the scripts of players and explorers share: elements made in one line, choices, spins and maps on a canvas.
const elements = (() => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const make = (parent, tag, attributes = {}, text) => {
    const element = tag.startsWith("svg:") ? document.createElementNS(SVG, tag.slice(4)) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text !== undefined) write(element, text);
    parent.append(element);
    return element;
  };

  // Words with the indices of T_c and J_eff; where an element takes text alone they stand in the line.
  const INDEX = /\b([TJ])_(c|eff)\b/;
  const write = (element, text) => {
    const [before, letter, index, after] = String(text).split(INDEX);
    if (index === undefined || element instanceof HTMLOptionElement) {
      element.textContent = index === undefined ? before : before + letter + index + after;
      return;
    }
    const svg = element instanceof SVGElement;
    const span = (words, attributes) => make(element, svg ? "svg:tspan" : "span", attributes, words);
    element.textContent = before + letter;
    if (svg) span(index, { dy: 2, "font-size": "75%" }); else make(element, "sub", {}, index);
    span(after || "\u200b", svg ? { dy: -2 } : {});
  };
  const minus = (text) => text.replace(/-/g, "−");
  const between = (from, to, part) => from.map((channel, k) => Math.round(channel + (to[k] - channel) * part));

  const choice = (parent, words) => make(make(parent, "label", {}, `${words} `), "select", { "aria-label": words });
  const fill = (select, names, groups) => {
    const before = select.value;
    select.replaceChildren();
    let group, name;
    names.forEach((text, k) => {
      if (groups && groups[k] !== name) group = make(select, "optgroup", { label: (name = groups[k]) });
      make(group || select, "option", { value: String(k) }, text);
    });
    if (names[before] !== undefined) select.value = before;
  };
  const put = (canvas, image, [rows, columns]) => {
    canvas.width = columns;
    canvas.height = rows;
    canvas.getContext("2d", { willReadFrequently: true }).putImageData(new ImageData(image, columns, rows), 0, 0);
  };
  return { make, write, minus, between, choice, fill, put };
})();
