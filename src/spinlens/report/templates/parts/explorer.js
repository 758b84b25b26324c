// Hidden units one by one: receptive fields and ⟨vh⟩ maps with their scales, sorted; couplings beside the lattice's.
(() => {
  "use strict";
  const holder = document.getElementById("explorer");
  const source = document.getElementById("explorer-data");
  if (!holder || !source) return;
  const data = JSON.parse(source.textContent);
  const { make, minus, between, choice, fill, put } = elements;
  const WIDTH = 300, HEIGHT = 200, LEFT = 46, RIGHT = 8, TOP = 24, BOTTOM = 28;
  const ENDS = [[33, 102, 172], [247, 247, 247], [178, 24, 43]];
  const ORDERS = {
    "norm, the largest first": (unit) => -unit.norm, "sites that take part, fewest first": (unit) => unit.participation,
    "radius, the smallest first": (unit) => unit.radius,
  };

  const short = (value) => minus(Number(value.toPrecision(3)).toString());

  // --- colours -----------------------------------------------------------------------------------------------------
  const shade = (level) => {
    const [from, to, part] = level < 0 ? [ENDS[0], ENDS[1], level + 1] : [ENDS[1], ENDS[2], level];
    return between(from, to, part);
  };
  const paint = (canvas, machine, kind, unit) => {
    const count = machine.shape[0] * machine.shape[1];
    const bytes = atob(machine[kind].bytes);
    const image = new Uint8ClampedArray(4 * count).fill(255);
    for (let k = 0; k < count; k += 1) {
      const code = bytes.charCodeAt(unit * count + k);
      image.set(shade((code > 127 ? code - 256 : code) / 127), 4 * k);
    }
    put(canvas, image, machine.shape);
  };

  // --- controls ----------------------------------------------------------------------------------------------------
  const controls = holder.querySelector(".choose");
  const [lattices, machines, kinds, orders] = ["lattice", "machine", "show", "sorted by"].map((words) => choice(controls, words));
  const KINDS = [["fields", "weights W"], ["maps", "⟨v h⟩ connected"]];
  fill(lattices, data.lattices.map((lattice) => lattice.label));
  fill(kinds, KINDS.map(([, words]) => words));
  fill(orders, Object.keys(ORDERS));

  // --- one unit, large, with its scales ----------------------------------------------------------------------------
  const single = holder.querySelector(".single"), tiles = holder.querySelector(".tiles");
  const large = KINDS.map(([kind, words]) => {
    const figure = make(single, "div", { class: "large" });
    make(figure, "p", { class: "heading" }, words);
    const canvas = make(figure, "canvas", { role: "img" });
    const bar = make(figure, "div", { class: "bar", "aria-hidden": "true" });
    const ends = [0, 1, 2].map(() => make(bar, "span"));
    return { kind, words, canvas, ends };
  });
  const beside = make(single, "div", { class: "told" });
  const about = make(beside, "p", { class: "where", "aria-live": "polite" });
  const chart = make(beside, "svg:svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
  let machine, order = [], at = 0;

  const couplings = () => {
    chart.replaceChildren();
    const { r = [], learned = [], error = [], lattice = [] } = machine.couplings;
    chart.toggleAttribute("hidden", r.length === 0);
    if (!r.length) return;
    chart.setAttribute("aria-label", `J_eff(r) of ${machine.name} beside J(r) / T of the lattice`);
    const log = lattice.every((J) => J > 0);
    const kept = (values) => values.map((value, k) => [r[k], value, error[k]]).filter(([, value]) => !log || value > 0);
    const all = [...kept(learned), ...kept(lattice)].map(([, value]) => value);
    const low = log ? Math.log10(Math.min(...all)) : Math.min(0, ...all), high = log ? Math.log10(Math.max(...all)) : Math.max(...all);
    const ends = [Math.min(...r), Math.max(...r)].map((value) => (log ? Math.log10(value) : value));
    const x = (value) => LEFT + ((log ? Math.log10(value) : value) - ends[0]) / (ends[1] - ends[0] || 1) * (WIDTH - LEFT - RIGHT);
    const y = (value) => HEIGHT - BOTTOM - ((log ? Math.log10(value) : value) - low) / (high - low || 1) * (HEIGHT - TOP - BOTTOM);
    make(chart, "svg:text", { x: LEFT, y: 12, class: "title" }, "J_eff(r), line: J(r) / T of the lattice");
    make(chart, "svg:path", { d: `M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}`, class: "axis" });
    r.filter(Number.isInteger).forEach((value) => make(chart, "svg:text", { x: x(value), y: HEIGHT - BOTTOM + 13, "text-anchor": "middle" }, String(value)));
    make(chart, "svg:text", { x: WIDTH - RIGHT, y: HEIGHT - 3, "text-anchor": "end" }, "r");
    const decades = [...Array(12).keys()].map((k) => -k).filter((power) => power >= low && power <= high).map((power) => 10 ** power);
    (log ? decades : [low, (low + high) / 2, high]).forEach((value) => {
      make(chart, "svg:text", { x: LEFT - 5, y: y(value) + 3, "text-anchor": "end" }, short(value));
      make(chart, "svg:line", { x1: LEFT, x2: LEFT + 4, y1: y(value), y2: y(value), class: "axis" });
    });
    make(chart, "svg:polyline", { points: kept(lattice).map(([d, value]) => `${x(d).toFixed(1)},${y(value).toFixed(1)}`).join(" "), class: "lattice" });
    const inside = (value) => Math.min(HEIGHT - BOTTOM, Math.max(TOP, y(value)));
    for (const [d, value, s] of kept(learned)) {
      const bottom = log ? Math.max(value - s, 10 ** low) : value - s;
      make(chart, "svg:line", { x1: x(d), x2: x(d), y1: inside(bottom), y2: inside(value + s), class: "learned" });
      make(chart, "svg:circle", { cx: x(d), cy: y(value), r: 3, class: "learned" });
    }
  };

  const choose = (place) => {
    at = Math.max(0, Math.min(place, order.length - 1));
    const unit = order[at], numbers = machine.numbers[unit];
    large.forEach(({ kind, words, canvas, ends }) => {
      paint(canvas, machine, kind, unit);
      canvas.setAttribute("aria-label", `${words} of unit ${unit + 1} of ${machine.name}`);
      const scale = machine[kind].scale[unit];
      ends.forEach((end, k) => { end.textContent = short((k - 1) * scale); });
    });
    about.textContent = `Unit ${unit + 1} of ${order.length} of ${machine.name}: norm ${short(numbers.norm)}, ` +
      `${short(numbers.participation)} sites take part, r.m.s. radius ${short(numbers.radius)}`;
    [...tiles.children].forEach((tile, k) => tile.setAttribute("aria-selected", String(k === at)));
    tiles.setAttribute("aria-activedescendant", `unit-${at}`);
  };

  const show = () => {
    const lattice = data.lattices[lattices.value];
    fill(machines, lattice.machines.map((found) => found.name));
    machine = lattice.machines[machines.value];
    const key = Object.values(ORDERS)[orders.value];
    order = machine.numbers.map((_, k) => k).sort((a, b) => key(machine.numbers[a]) - key(machine.numbers[b]) || a - b);
    tiles.replaceChildren();
    order.forEach((unit, k) => {
      const tile = make(tiles, "div", { role: "option", id: `unit-${k}`, "aria-label": `unit ${unit + 1}` });
      const kind = KINDS[kinds.value][0];
      paint(make(tile, "canvas"), machine, kind, unit);
      make(tile, "span", { "aria-hidden": "true" }, String(unit + 1));
      tile.title = `unit ${unit + 1}, full colour at ±${short(machine[kind].scale[unit])}`;
      tile.addEventListener("click", () => choose(k));
    });
    couplings();
    choose(0);
  };
  [lattices, machines, kinds, orders].forEach((select) => select.addEventListener("change", show));
  tiles.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: at - 1, ArrowUp: at - 1, ArrowRight: at + 1, ArrowDown: at + 1, Home: 0, End: order.length - 1 }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    choose(to);
  });
  lattices.value = String(data.lattices.length - 1);
  holder.hidden = false;
  show();
  const wide = data.lattices[lattices.value].machines.findIndex((found) => found.of === "dense");
  if (wide >= 0) { machines.value = String(wide); show(); }
})();
