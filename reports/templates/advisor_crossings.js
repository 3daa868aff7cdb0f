// Where one device overtakes another as batches grow: rules of thumb, bands, and what was measured.
const AXIS = { least: 1, most: 1024, left: 8, row: 35, line: 13, letter: 6.2, top: 26 };
const [NARROWEST, WIDEST] = [300, 720];

// What the rules of thumb and the measurements say of each pair, whichever is faster at first.
function crossingPairs(data) {
  const pairs = new Map();
  const add = (row) => {
    const [key, turned] = [`${row.first} and ${row.second}`, `${row.second} and ${row.first}`];
    if (!pairs.has(key) && !pairs.has(turned)) {
      pairs.set(key, { first: row.first, second: row.second, rows: [], bands: [] });
    }
    (pairs.get(key) ?? pairs.get(turned)).rows.push(row);
  };
  for (const framework of data.frameworks) {
    if (framework.reading === "as written") continue;
    for (const threshold of Object.values(framework.thresholds ?? {})) {
      const device = /^crossover\.batch\.(\w+)$/.exec(threshold.evidence ?? "")?.[1];
      if (!device) continue;
      add({ first: "cpu", second: device, batch: threshold.value, text: threshold.text, origin: "rule of thumb" });
    }
  }
  for (const one of data.crossings) add(one);
  for (const pair of pairs.values()) pair.bands = bandsOf(data.frameworks, pair);
  return pairs;
}

// Bands of batch sizes of a framework that asks for nothing else, where they are of this pair.
function bandsOf(frameworks, { first, second }) {
  for (const framework of frameworks) {
    const nodes = Object.values(framework.nodes);
    if (nodes.length !== 1 || nodes[0].asks !== "batch") continue;
    const bands = nodes[0].edges.map(({ condition, to }) => ({
      low: condition.least ?? 1,
      high: condition.most ?? AXIS.most,
      choice: framework.verdicts[to]?.choice ?? "",
    }));
    const choices = new Set(bands.map((band) => band.choice));
    if (choices.size === 2 && choices.has(first) && choices.has(second)) return bands;
  }
  return [];
}

// Which of the two is faster at a batch size, by one row; and whether that is within its interval.
function fasterAt(row, batch) {
  if (row.batch === null || row.batch === undefined) return "";
  const [low, high] = [row.low ?? row.batch, row.high ?? row.batch];
  if (batch < low) return row.first;
  if (batch > high) return row.second;
  if (row.low === undefined || row.low === null) return row.second;
  return "undecided: within the interval";
}

class CrossingCalculator {
  constructor(data, place) {
    this.pairs = crossingPairs(data);
    if (!this.pairs.size) {
      place.replaceChildren(element("p", { class: "quiet" }, "Nothing is known of any pair of devices."));
      return;
    }
    const options = [...this.pairs.keys()].map((one) => element("option", { value: one }, one));
    this.choose = element("select", { name: "pair" }, options);
    this.batch = element("input", { type: "text", name: "at", value: "4", autocomplete: "off" });
    this.wrong = element("span", { class: "error" });
    this.summary = element("p", { class: "reason", role: "status" });
    this.output = element("div", { class: "output" });
    const form = element("form", { class: "fields", novalidate: true, oninput: () => this.update() },
      element("div", { class: "field" }, element("label", {}, element("span", {}, "Between"), this.choose)),
      element("div", { class: "field" }, element("label", {}, element("span", {}, "Batch: items at once"), this.batch), this.wrong));
    form.addEventListener("submit", (event) => event.preventDefault());
    place.replaceChildren(form, this.summary, this.output);
    this.update();
    // Letters in the drawing keep their size on a phone.
    new ResizeObserver(() => this.resize()).observe(place);
  }

  get width() {
    const room = this.output.clientWidth || WIDEST;
    return Math.min(WIDEST, Math.max(NARROWEST, room)) - 2 * AXIS.left;
  }

  resize() {
    if (this.width !== this.drawnWidth && this.output.firstChild) this.update();
  }

  update() {
    this.drawnWidth = this.width;
    const question = { ...COUNT_FIELD, name: "The batch" };
    const batch = readAnswer(question, this.batch.value);
    const wrong = batch === null ? `The batch is ${expected(question)}.` : checkAnswer(question, batch);
    this.wrong.textContent = wrong ?? "";
    if (wrong) {
      this.output.replaceChildren();
      this.summary.textContent = "";
      return;
    }
    const pair = this.pairs.get(this.choose.value);
    this.summary.textContent = this.sentence(pair, batch);
    this.output.replaceChildren(this.picture(pair, batch), this.table(pair, batch));
  }

  sentence(pair, batch) {
    const measured = pair.rows.filter((row) => row.source && fasterAt(row, batch));
    const untold = pair.rows.find((row) => row.source);
    if (!measured.length && untold) return `${untold.text} (${untold.origin})`;
    const row = measured[0] ?? pair.rows.find((one) => fasterAt(one, batch));
    if (!row) return `At batch ${showNumber(batch, "items")} nothing tells which is faster.`;
    const faster = fasterAt(row, batch);
    const at = `At batch ${showNumber(batch, "items")}`;
    const by = row.source ? `as ${row.origin}` : "by the rule of thumb alone";
    return faster.startsWith("undecided") ? `${at} it is undecided which is faster, ${by}.` : `${at} ${faster} is faster, ${by}.`;
  }

  table(pair, batch) {
    const figure = (value) => (value === null || value === undefined ? "\u2013" : showNumber(value, "items"));
    const rows = pair.rows.map((row) => element("tr", {},
      element("th", { scope: "row" }, row.origin),
      element("td", { class: "figure" }, figure(row.batch)),
      element("td", { class: "figure" }, row.low === undefined || row.low === null ? "\u2013" : `${figure(row.low)} to ${figure(row.high)}`),
      element("td", {}, fasterAt(row, batch) || "\u2013"),
      element("td", { class: "words" }, row.text)));
    const head = ["Source", "Equal at batch", "95% interval", `Faster at ${showNumber(batch, "items")}`, "In words"].map((word, index) => element("th", { scope: "col", class: index === 1 || index === 2 ? "figure" : null }, word));
    return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Where they are equally fast" },
      element("table", {}, element("thead", {}, element("tr", {}, head)), element("tbody", {}, rows)));
  }

  picture(pair, batch) {
    const drawn = pair.rows.filter((row) => row.batch !== null && row.batch !== undefined);
    const titles = drawn.map((one) => `${one.origin}: ${one.first} before, ${one.second} after ${showNumber(one.batch, "items")}`);
    if (pair.bands.length) titles.unshift("bands of the case study");
    const lines = titles.map((words) => inLines(words, this.width / AXIS.letter));
    const height = AXIS.top + lines.reduce((sum, one) => sum + AXIS.row + AXIS.line * one.length, 8);
    const across = (size) => acrossAxis(size, this.width);
    const svg = drawing("svg", { viewBox: `0 0 ${this.width + 2 * AXIS.left} ${height}`, role: "img", "aria-label": `Batch sizes from 1 to 1,024, and where one of ${pair.first} and ${pair.second} overtakes the other; the table below has the figures.` });
    for (let tick = AXIS.least; tick <= AXIS.most; tick *= 4) {
      svg.append(drawing("line", { x1: across(tick), x2: across(tick), y1: 18, y2: height, class: "tick" }), label(across(tick), 13, groupThousands(String(tick)), tick === AXIS.most ? "end" : "start"));
    }
    svg.append(drawing("line", { x1: across(batch), x2: across(batch), y1: 18, y2: height, class: "here" }));
    let y = AXIS.top;
    const row = (marks) => {
      const words = lines.shift();
      const top = y + AXIS.line * words.length;
      svg.append(...marks(top + 4), ...words.map((line, at) => label(AXIS.left, y + 11 + at * AXIS.line, line, "start")));
      y = top + AXIS.row;
    };
    if (pair.bands.length) {
      row((top) => pair.bands.flatMap((band) => {
        const [from, to] = [across(band.low), across(band.high)];
        const box = drawing("rect", { x: from, y: top, width: Math.max(4, to - from), height: 16, class: band.choice === pair.first ? "first" : "second" });
        return [box, ...(to - from > 24 ? [label((from + to) / 2, top + 12, band.choice, "middle")] : [])];
      }));
    }
    for (const one of drawn) {
      const [before, after] = one.first === pair.first ? ["first", "second"] : ["second", "first"];
      row((top) => [
        drawing("rect", { x: AXIS.left, y: top + 5, width: across(one.batch) - AXIS.left, height: 6, class: before }),
        drawing("rect", { x: across(one.batch), y: top + 5, width: AXIS.left + this.width - across(one.batch), height: 6, class: after }),
        ...(one.low === undefined || one.low === null ? [] : [drawing("rect", { x: across(one.low), y: top + 1, width: Math.max(2, across(one.high) - across(one.low)), height: 14, class: "interval" })]),
        drawing("circle", { cx: across(one.batch), cy: top + 8, r: 6, class: "point" }),
      ]);
    }
    return svg;
  }
}

// Words in lines of about so many letters: a drawing breaks none by itself.
function inLines(words, most) {
  const lines = [""];
  for (const word of words.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (longer.length <= most || lines.at(-1) === "") lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

// Place of a batch size on the logarithmic axis.
function acrossAxis(batch, width) {
  const within = Math.min(AXIS.most, Math.max(AXIS.least, batch));
  return AXIS.left + (width * Math.log2(within)) / Math.log2(AXIS.most);
}

function drawing(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function label(x, y, words, anchor) {
  const made = drawing("text", { x, y, "text-anchor": anchor });
  made.textContent = words;
  return made;
}
