// Flows step by step: two lanes, each with the spins of one flow on a canvas and what its instruments read.
(() => {
  "use strict";
  const holder = document.getElementById("player");
  const source = document.getElementById("player-data");
  if (!holder || !source) return;
  const data = JSON.parse(source.textContent);
  const { make, write, minus, between, choice, fill, put } = elements;
  const WIDTH = 260, HEIGHT = 170, LEFT = 38, RIGHT = 8, TOP = 24, BOTTOM = 26;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const speeds = calm ? [0.5, 1, 2] : [1, 2, 4, 8];

  const finite = (number) => typeof number === "number" && Number.isFinite(number);

  // 0.9983 and 0.0021 as 0.998(2), as tables have it.
  const estimate = (value, error) => {
    if (!finite(value)) return "–";
    if (!finite(error) || error <= 0) return minus(value.toPrecision(3));
    let digits = Math.max(0, -Math.floor(Math.log10(error)));
    if (Math.round(error * 10 ** digits) === 10 && digits > 0) digits -= 1;
    const shown = digits > 0 ? Math.round(error * 10 ** digits) : Math.round(error);
    return minus(`${value.toFixed(digits)}(${shown})`);
  };

  // --- spins -------------------------------------------------------------------------------------------------------
  const rgb = (color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  const [DOWN, BETWEEN, UP] = data.colors.map(rgb);
  const mix = (level) => {
    const [from, to, part] = level < 0.5 ? [DOWN, BETWEEN, 2 * level] : [BETWEEN, UP, 2 * level - 1];
    return between(from, to, part);
  };
  const sites = (shape) => shape.reduce((product, side) => product * side, 1);
  const length = (start, k) => (start.real[k] ? sites(start.shapes[k]) : Math.ceil(sites(start.shapes[k]) / 8));

  // Colours of the sites of one record, as the pixels of a canvas.
  const pixels = (start, sample, record) => {
    const bytes = atob(start.frames[sample]);
    let at = 0;
    for (let k = 0; k < record; k += 1) at += length(start, k);
    const count = sites(start.shapes[record]);
    const image = new Uint8ClampedArray(4 * count).fill(255);
    for (let k = 0; k < count; k += 1) {
      const color = start.real[record]
        ? mix(bytes.charCodeAt(at + k) / 255)
        : (bytes.charCodeAt(at + (k >> 3)) >> (7 - (k & 7))) & 1 ? UP : DOWN;
      image.set(color, 4 * k);
    }
    return image;
  };

  const paint = (canvas, start, sample, record) => put(canvas, pixels(start, sample, record), start.shapes[record]);

  // --- charts ------------------------------------------------------------------------------------------------------
  const chart = (parent, title) => {
    const svg = make(parent, "svg:svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" });
    return { title: make(svg, "svg:text", { x: LEFT, y: 12, class: "title" }, title), body: make(svg, "svg:g") };
  };
  const place = (from, to, low, high) => (value) => from + ((value - low) / (high - low || 1)) * (to - from);
  const across = (low, high) => place(LEFT, WIDTH - RIGHT, low, high);
  const up = (low, high) => place(HEIGHT - BOTTOM, TOP, low, high);
  const points = (xs, ys) => xs.map((x, k) => `${x.toFixed(1)},${ys[k].toFixed(1)}`).join(" ");

  const axes = (body, ticksX, ticksY, nameX) => {
    const floor = HEIGHT - BOTTOM;
    make(body, "svg:path", { d: `M${LEFT} ${TOP}V${floor}H${WIDTH - RIGHT}`, class: "axis" });
    ticksX.forEach(([x, text]) => make(body, "svg:text", { x, y: floor + 12, "text-anchor": "middle" }, text));
    ticksY.forEach(([y, text]) => make(body, "svg:text", { x: LEFT - 5, y: y + 3, "text-anchor": "end" }, text));
    make(body, "svg:text", { x: WIDTH - RIGHT, y: HEIGHT - 3, "text-anchor": "end" }, nameX);
  };

  // T about T_c as wide as the later half of the flow needs it.
  const frame = (start, unit) => {
    const later = Object.values(start.T || {}).flatMap((path) => path.slice(Math.floor(path.length / 2)));
    const far = later.map(([value]) => (finite(value) ? Math.abs(value / unit - 1) : 0));
    return Math.min(0.6, Math.max(0.06, 1.25 * Math.max(0, ...far)));
  };

  const drawT = ({ body }, lane) => {
    const { start, lattice, number } = lane;
    body.replaceChildren();
    const half = frame(start, lattice.T_c), last = start.steps.length - 1;
    const x = across(0, Math.max(1, last)), y = up(1 - half, 1 + half);
    const shown = start.steps.map((step, k) => [x(k), String(step)]);
    const every = Math.ceil(shown.length / 7);
    axes(body, shown.filter((_, k) => (last - k) % every === 0), [1 - half, 1, 1 + half].map((T) => [y(T), minus(T.toFixed(2))]), lane.words);
    make(body, "svg:line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(1), y2: y(1), class: "known" });
    make(body, "svg:line", { x1: x(number), x2: x(number), y1: TOP, y2: HEIGHT - BOTTOM, class: "now" });
    const inside = (value) => Math.max(TOP - 4, Math.min(HEIGHT - BOTTOM + 4, y(value / lattice.T_c)));
    for (const { name, color, glyph } of data.instruments) {
      const path = ((start.T || {})[name] || []).map((pair, k) => [pair, k]).filter(([pair]) => finite(pair[0]));
      if (!path.length) continue;
      make(body, "svg:polyline", { points: points(path.map(([, k]) => x(k)), path.map(([pair]) => inside(pair[0]))), stroke: color });
      const here = path.find(([, k]) => k === number);
      if (here) {
        const fill = finite(here[0][1]) ? color : "var(--panel)"; // hollow: out of range
        make(body, "svg:text", { x: x(number), y: inside(here[0][0]) + 3.4, "text-anchor": "middle", class: "mark", stroke: color, fill }, glyph);
      }
    }
  };

  const drawG = ({ title, body }, lane) => {
    const { start, lattice, number } = lane;
    body.replaceChildren();
    const G = start.G || [], now = G[number] || [], first = G[0] || [];
    const known = lattice.G && lattice.G.length === now.length ? lattice.G : [];
    write(title, ["G(r)", first.length ? "thin: start" : "", known.length ? "dashed: lattice at T_c" : ""].filter(Boolean).join(", "));
    const reach = Math.max(1, ...G.map((row) => (row || []).length - 1));
    const x = across(0, reach), low = Math.min(0, ...now, ...first), y = up(low, 1);
    const ticks = [...Array(reach + 1).keys()].filter((r) => r % Math.ceil(reach / 8) === 0);
    axes(body, ticks.map((r) => [x(r), String(r)]), [0, 0.5, 1].map((value) => [y(value), String(value)]), "r");
    const curve = (row, look) => row.length && make(body, "svg:polyline", { points: points(row.map((_, r) => x(r)), row.map(y)), class: look });
    curve(known, "known");
    curve(first, "first");
    curve(now, "current");
    now.forEach((value, r) => make(body, "svg:circle", { cx: x(r), cy: y(value), r: 2.4, class: "current" }));
  };

  // --- lanes -------------------------------------------------------------------------------------------------------
  class Lane {
    constructor(parent, name) {
      this.section = make(parent, "section", { class: "lane", "aria-label": name });
      const chosen = make(this.section, "div", { class: "choose" });
      [this.of, this.flow, this.from, this.sample] = ["lattice", "flow", "start", "state"].map((words) => choice(chosen, words));
      const stage = make(this.section, "div", { class: "stage" });
      this.of.parentElement.hidden = data.lattices.length < 2;
      this.canvas = make(stage, "canvas", { role: "img" });
      this.readout = make(stage, "div", { class: "readout" });
      const charts = make(this.section, "div", { class: "charts" });
      this.T = chart(charts, "T / T_c");
      this.G = chart(charts, "G(r)");
      fill(this.of, data.lattices.map((found) => found.label));
      [this.of, this.flow, this.from, this.sample].forEach((select) => select.addEventListener("change", () => { this.options(); show(); }));
    }

    // What can be chosen depends on what was chosen before.
    options() {
      this.lattice = data.lattices[this.of.value];
      fill(this.flow, this.lattice.flows.map((flow) => flow.name), this.lattice.flows.map((flow) => flow.group));
      const flow = this.lattice.flows[this.flow.value];
      fill(this.from, flow.starts.map((start) => start.name));
      this.start = flow.starts[this.from.value];
      fill(this.sample, this.start.frames.map((_, k) => String(k + 1)));
      this.name = flow.name;
      this.words = flow.layers ? "layer" : "step";
    }

    // Choose a flow by the kind and name of it, and the first of these starts that it has.
    prefer(kind, name, ...wanted) {
      this.options();
      const flows = this.lattice.flows;
      const found = flows.findIndex((flow) => flow.kind === kind && flow.of === name);
      const of = found < 0 ? flows.findIndex((flow) => flow.kind === kind) : found;
      if (of >= 0) this.flow.value = String(of);
      this.options();
      const names = flows[this.flow.value].starts.map((start) => start.name);
      const start = wanted.map((from) => names.indexOf(from)).find((at) => at >= 0);
      if (start !== undefined) this.from.value = String(start);
      this.options();
    }

    show(record) {
      const last = this.start.steps.length - 1;
      this.number = Math.min(record, last);
      const step = this.start.steps[this.number], sides = this.start.shapes[this.number].join(" × ");
      paint(this.canvas, this.start, Number(this.sample.value), this.number);
      const end = record >= last ? ", the last" : "";
      const where = `${this.words} ${step}${end}, ${sides}`;
      this.canvas.setAttribute("aria-label", `${this.lattice.label}, ${this.name}, start ${this.start.name}: spins at ${where}`);
      this.says = `${this.name}: ${where}`;
      this.read(where);
      drawT(this.T, this);
      drawG(this.G, this);
    }

    read(where) {
      this.readout.replaceChildren();
      make(this.readout, "p", { class: "where" }, where);
      make(this.readout, "p", { class: "of" }, "T / T_c read by");
      const list = make(this.readout, "dl");
      const row = (words, value, color, glyph) => {
        const term = make(list, "dt");
        if (glyph) make(term, "span", { style: `color: ${color}`, "aria-hidden": "true" }, `${glyph} `);
        term.append(words);
        make(list, "dd", {}, value);
      };
      const unit = this.lattice.T_c;
      for (const { name, label, color, glyph } of data.instruments) {
        const path = (this.start.T || {})[name];
        if (!path) continue;
        const [value, error] = path[this.number];
        row(label, finite(value) && finite(error) ? estimate(value / unit, error / unit) : "out of range", color, glyph);
      }
      const m = (this.start.m || [])[this.number];
      if (m) row("⟨|m|⟩", estimate(...m));
    }
  }

  const lanes = ["left flow", "right flow"].map((name) => new Lane(holder.querySelector(".lanes"), name));
  const far = String(data.lattices.length - 1);
  lanes.forEach((lane) => { lane.of.value = far; });
  lanes[0].prefer("machine", "learned", "hot"); // drawn to T_c, where blocks are driven away from it
  lanes[1].prefer("blocks", "majority", "1.05 T_c", "1.00 T_c");
  if (lanes[1].start === lanes[0].start) lanes[1].prefer("machine", "learned", "cold"); // no blocks

  // --- playing -----------------------------------------------------------------------------------------------------
  const slider = holder.querySelector("input[type=range]");
  const play = holder.querySelector("[data-do=play]");
  const speed = holder.querySelector("[data-speed]");
  const says = holder.querySelector(".player-says");
  speeds.forEach((rate) => make(speed, "option", { value: rate }, `${rate} a second`));
  speed.value = String(calm ? 0.5 : 2);
  let record = 0, timer = null;

  const end = () => Math.max(...lanes.map((lane) => lane.start.steps.length)) - 1;
  const show = () => {
    record = Math.max(0, Math.min(record, end()));
    slider.max = String(end());
    slider.value = String(record);
    lanes.forEach((lane) => lane.show(record));
    const words = lanes.map((lane) => lane.says).join("; ");
    slider.setAttribute("aria-valuetext", words);
    if (timer === null) says.textContent = words;
  };
  const stop = () => {
    clearInterval(timer);
    timer = null;
    play.textContent = "▶ play";
    play.setAttribute("aria-pressed", "false");
  };
  const go = (to) => { record = to; show(); };
  const tick = () => {
    go(record + 1);
    if (record >= end()) { stop(); show(); }
  };
  const begin = () => {
    if (record >= end()) record = 0;
    timer = setInterval(tick, 1000 / Number(speed.value));
    play.textContent = "❚❚ pause";
    play.setAttribute("aria-pressed", "true");
    show();
  };
  const does = {
    first: () => { stop(); go(0); }, back: () => { stop(); go(record - 1); }, next: () => { stop(); go(record + 1); },
    last: () => { stop(); go(end()); }, play: () => { if (timer === null) begin(); else { stop(); show(); } },
  };
  holder.querySelectorAll("[data-do]").forEach((button) => button.addEventListener("click", does[button.dataset.do]));
  slider.addEventListener("input", () => { stop(); go(Number(slider.value)); });
  speed.addEventListener("change", () => { if (timer !== null) { stop(); begin(); } });
  const keys = { ArrowLeft: "back", ArrowRight: "next", Home: "first", End: "last", " ": "play" };
  holder.addEventListener("keydown", (event) => {
    const own = event.target.matches("select, input") || (event.key === " " && event.target.matches("button"));
    if (own || event.altKey || event.ctrlKey || event.metaKey || !(event.key in keys)) return;
    event.preventDefault();
    does[keys[event.key]]();
  });
  holder.hidden = holder.closest("section").hidden = false;
  show();
})();
