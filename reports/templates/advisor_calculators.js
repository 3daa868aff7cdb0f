// Calculators: memory by the closed form, and the batch at which a device overtakes another.
const COUNT_FIELD = { type: "number", low: 1, high: 1e7, is_whole: true };
const FIELDS = {
  parameters: { label: "Parameters", type: "number", unit: "parameters", is_whole: true, start: "7B" },
  batch: { ...COUNT_FIELD, label: "Batch: texts at once", unit: "items", start: "1" },
  context: { ...COUNT_FIELD, label: "Context: tokens of each", unit: "tokens", start: "4096" },
  rank: { ...COUNT_FIELD, label: "Rank of adapters", start: "16" },
  memory: { label: "Memory of the device", type: "number", unit: "bytes", low: 0, high: 1e15, start: "24GB" },
};
const USES = [
  ["answer", "answering"],
  ["full", "training all weights"],
  ["lora", "training a LoRA adapter"],
  ["qlora", "training a QLoRA adapter (weights in 4 bits)"],
];
const PARTS = {
  weights: "Weights",
  adapters: "Adapters",
  gradients: "Gradients",
  optimizer: "States of the optimizer",
  cache: "Cache of keys and values",
  activations: "Activations",
  logits: "Logits",
};
const MOST_BATCH = 2 ** 20;

class MemoryCalculator {
  constructor(published, place) {
    this.published = published;
    this.boxes = {};
    this.output = element("div", { class: "output" });
    this.summary = element("p", { class: "reason", role: "status" });
    const known = published.outlines.map((one, index) => [String(index), one.source]);
    const form = element("form", { class: "fields", novalidate: true, oninput: () => this.update() },
      this.select("model", "Model", [["", "by its size (assumed outline)"], ...known]),
      this.field("parameters"),
      this.select("use", "For", USES),
      this.select("dtype", "Number format", Object.keys(ITEM_BYTES).map((one) => [one, one]), "bfloat16"),
      this.select("quantization", "Quantization", Object.keys(QUANTIZATIONS).map((one) => [one, one])),
      this.field("batch"),
      this.field("context"),
      this.select("optimizer", "Optimizer", OPTIMIZERS.map((one) => [one, one])),
      this.field("rank"),
      this.select("checkpointing", "Activations", [["", "kept"], ["yes", "computed again (checkpointing)"]]),
      this.select("stepping", "Steps on", [["loop", "a processor"], ["foreach", "an accelerator"]]),
      this.field("memory"));
    form.addEventListener("submit", (event) => event.preventDefault());
    place.replaceChildren(form, this.summary, this.output);
    this.update();
  }

  field(name) {
    const { label, start } = FIELDS[name];
    const box = element("input", { type: "text", name, value: start, autocomplete: "off", spellcheck: "false", "aria-describedby": `advisor-wrong-${name}` });
    const wrong = element("span", { class: "error", id: `advisor-wrong-${name}` });
    this.boxes[name] = Object.assign(box, { wrong });
    return element("div", { class: "field", "data-field": name }, element("label", {}, element("span", {}, label), box), wrong);
  }

  select(name, label, offered, chosen = offered[0][0]) {
    const box = element("select", { name }, offered.map(([value, text]) => element("option", { value }, text)));
    box.value = chosen;
    this.boxes[name] = box;
    return element("div", { class: "field", "data-field": name }, element("label", {}, element("span", {}, label), box));
  }

  // Fields that this use needs; the others are hidden.
  used() {
    const use = this.boxes.use.value;
    const more = {
      answer: ["quantization"],
      full: ["optimizer", "checkpointing", "stepping"],
      lora: ["optimizer", "rank", "checkpointing", "stepping"],
      qlora: ["optimizer", "rank", "checkpointing", "stepping"],
    };
    const model = this.boxes.model.value === "" ? ["parameters"] : [];
    return new Set(["model", "use", "dtype", "batch", "context", "memory", ...model, ...more[use]]);
  }

  read(name) {
    const box = this.boxes[name];
    const question = { ...FIELDS[name], name: FIELDS[name].label };
    const { least, most } = this.published;
    if (name === "parameters") Object.assign(question, { low: least, high: most });
    const value = readAnswer(question, box.value);
    const wrong = value === null ? `${question.name} is ${expected(question)}.` : checkAnswer(question, value);
    box.wrong.textContent = wrong ?? "";
    if (wrong) box.setAttribute("aria-invalid", "true");
    else box.removeAttribute("aria-invalid");
    return wrong ? null : value;
  }

  update() {
    const used = this.used();
    for (const [name, box] of Object.entries(this.boxes)) {
      box.closest(".field").hidden = !used.has(name);
    }
    const values = {};
    for (const name of Object.keys(FIELDS)) {
      if (used.has(name)) values[name] = this.read(name);
    }
    if (Object.values(values).includes(null)) {
      this.output.replaceChildren();
      this.summary.textContent = "";
      return;
    }
    const outline = this.outline(values.parameters);
    const bytes = this.bytes(outline, values);
    this.tell(outline, values, bytes);
  }

  outline(parameters) {
    const chosen = this.boxes.model.value;
    if (chosen !== "") return this.published.outlines[Number(chosen)];
    return outlineOf(parameters, this.published);
  }

  bytes(outline, values, batch = values.batch) {
    const { use, dtype, quantization, optimizer, checkpointing, stepping } = this.boxes;
    const asked = { dtype: dtype.value, batch, context: values.context };
    if (use.value === "answer") {
      return inferenceBytes(outline, { ...asked, quantization: quantization.value });
    }
    return trainingBytes(outline, {
      ...asked,
      method: use.value,
      rank: values.rank,
      optimizer: optimizer.value,
      checkpointing: checkpointing.value === "yes",
      stepping: stepping.value,
    });
  }

  tell(outline, values, bytes) {
    const sum = total(Object.values(bytes));
    const limit = BigInt(Math.floor(values.memory));
    const shownSum = showNumber(Number(sum), "bytes");
    const left = showNumber(Number(sum > limit ? sum - limit : limit - sum), "bytes");
    const device = showNumber(values.memory, "bytes");
    const verdict = sum > limit ? `does not fit into ${device}: ${left} too much` : `fits into ${device}, with ${left} to spare`;
    const most = this.mostBatch(outline, values, limit);
    const further = most === 0 ? "Not even a batch of 1 would fit." : `The largest batch that fits is ${groupThousands(String(most))}${most === MOST_BATCH ? " or more" : ""}.`;
    const share = showNumber(Number(sum) / values.memory, "share");
    const ofIt = values.memory > 0 ? `, ${share} of it` : "";
    this.summary.textContent = `${shownSum}${ofIt}: ${verdict}. ${further}`;
    this.output.replaceChildren(
      this.table(bytes, sum),
      element("p", { class: "quiet" }, `Outline: ${outline.source}; ${groupThousands(String(outline.parameters))} parameters in ${outline.layers} layers of width ${outline.width}. Sums of tensors alone: what libraries take besides is not in them.`));
  }

  // The largest batch that stays within the limit; 0 where none does.
  mostBatch(outline, values, limit) {
    const fits = (batch) => total(Object.values(this.bytes(outline, values, batch))) <= limit;
    if (!fits(1)) return 0;
    let [yes, no] = [1, 2];
    while (no <= MOST_BATCH && fits(no)) [yes, no] = [no, no * 2];
    if (no > MOST_BATCH) return MOST_BATCH;
    while (no - yes > 1) {
      const middle = Math.floor((yes + no) / 2);
      if (fits(middle)) yes = middle;
      else no = middle;
    }
    return yes;
  }

  table(bytes, sum) {
    const share = (one) => (sum ? Number((one * 1000n) / sum) / 10 : 0);
    const rows = Object.entries(PARTS).filter(([name]) => bytes[name]).map(([name, label]) =>
      element("tr", {},
        element("th", { scope: "row" }, label),
        element("td", { class: "figure" }, showNumber(Number(bytes[name]), "bytes")),
        element("td", { class: "figure" }, groupThousands(String(bytes[name]))),
        element("td", { class: "bar" }, element("span", { class: "meter", "aria-hidden": "true", style: `width:${share(bytes[name])}%` }))));
    const head = ["Part", "Bytes", "Exactly", "Share"].map((word, index) => element("th", { scope: "col", class: index && index < 3 ? "figure" : null }, word));
    const last = element("tr", { class: "baseline" },
      element("th", { scope: "row" }, "Sum"),
      element("td", { class: "figure" }, showNumber(Number(sum), "bytes")),
      element("td", { class: "figure", "data-part": "sum" }, groupThousands(String(sum))),
      element("td", {}));
    return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Memory by part" },
      element("table", {}, element("thead", {}, element("tr", {}, head)), element("tbody", {}, rows, last)));
  }
}
