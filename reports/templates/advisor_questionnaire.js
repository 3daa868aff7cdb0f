// Questions that the memory calculator answers.
const TOLD_BY_MEMORY = /^(fits(_.*)?|memory_share)$/;

// The questionnaire: one question at a time, the path so far, the verdict and what it rests on.
class Questionnaire {
  constructor(data, place) {
    this.data = data;
    this.parts = {};
    for (const name of ["choose", "about", "path", "card", "result", "graph", "say"]) {
      this.parts[name] = place.querySelector(`[data-part="${name}"]`);
    }
    this.useMeasured = true;
    this.start(data.frameworks[0]);
    this.fillChooser();
  }

  fillChooser() {
    const { choose } = this.parts;
    const groups = new Map([["Frameworks", []], ["As the case study wrote them", []]]);
    for (const one of this.data.frameworks) {
      const isWritten = one.reading === "as written";
      groups.get(isWritten ? "As the case study wrote them" : "Frameworks").push(one);
    }
    for (const [label, members] of groups) {
      if (!members.length) continue;
      const options = members.map((one) => element("option", { value: one.framework_id }, one.title));
      choose.append(element("optgroup", { label }, options));
    }
    choose.value = this.framework.framework_id;
    choose.addEventListener("change", () => {
      this.start(this.data.frameworks.find((one) => one.framework_id === choose.value));
    });
  }

  start(framework) {
    this.framework = framework;
    this.answers = Object.create(null);
    this.editing = null;
    this.rebuild();
  }

  rebuild() {
    this.fillAbout();
    this.drawGraph();
    this.render();
  }

  // Everything that was measured for this framework, by threshold.
  get offered() {
    return ownValue(this.data.measured, this.framework.framework_id) ?? {};
  }

  // What of it speaks for some answers, and its figures.
  evidenceFor(answers) {
    return this.useMeasured ? figuresFor(this.offered, answers) : Object.create(null);
  }

  measuredFor(answers) {
    const figures = Object.create(null);
    for (const [name, one] of Object.entries(this.evidenceFor(answers))) {
      figures[name] = Number(one.value);
    }
    return figures;
  }

  get evidence() {
    return this.evidenceFor(this.answers);
  }

  get measured() {
    return this.measuredFor(this.answers);
  }

  fillAbout() {
    const one = this.framework;
    const parts = [element("h3", { class: "printed" }, one.title), element("p", { class: "quiet" }, `${sourceWords(one)} Framework ${one.framework_id}, version ${one.version}.`)];
    if (one.faults?.length) {
      parts.push(element("p", {}, "Its faults, kept as written:"));
      parts.push(element("ul", { class: "faults" }, one.faults.map((fault) => element("li", {}, fault))));
    }
    if (Object.values(this.offered).some((one) => one.length)) parts.push(this.measuredSwitch());
    if (one.examples?.length) parts.push(this.exampleChooser());
    this.parts.about.replaceChildren(...parts);
  }

  measuredSwitch() {
    const box = element("input", {
      type: "checkbox",
      onchange: () => {
        this.useMeasured = box.checked;
        this.rebuild();
      },
    });
    box.checked = this.useMeasured;
    return element("p", {}, element("label", {}, box, " Measured figures in place of rules of thumb"));
  }

  exampleChooser() {
    const options = this.framework.examples.map((one, index) => element("option", { value: index }, one.text));
    const box = element("select", {
      onchange: () => {
        if (box.value === "") return;
        this.answers = Object.assign(Object.create(null), this.framework.examples[box.value].answers);
        this.editing = null;
        this.render();
      },
    }, element("option", { value: "" }, "choose one"), options);
    return element("p", { class: "chooser" }, element("label", {}, "A worked example: ", box));
  }

  // With the figures that hold for the answers so far.
  drawGraph() {
    this.drawnWith = JSON.stringify(this.measured);
    this.tree = new Tree(this.framework, this.measured, (question, value) => {
      this.answers[question.name] = value;
      this.editing = null;
      this.render();
    });
    this.parts.graph.replaceChildren(
      element("p", { class: "tools" },
        element("button", { type: "button", onclick: () => this.tree.openAll(true) }, "Open all"),
        element("button", { type: "button", onclick: () => this.tree.openAll(false) }, "Close all")),
      this.tree.list,
    );
  }

  render(takesFocus = false) {
    if (JSON.stringify(this.measured) !== this.drawnWith) this.drawGraph();
    const found = walk(this.framework, this.answers, this.measured);
    this.tree.show(found);
    this.showPath(found);
    const edited = this.editing && found.steps.find((step) => step.question.name === this.editing);
    const asked = edited ? edited.question : found.asks;
    if (asked) this.showCard(asked, takesFocus);
    else this.parts.card.replaceChildren();
    this.showResult(found, asked);
    if (takesFocus && !asked) this.parts.result.querySelector("h3")?.focus();
  }

  showPath(found) {
    const rows = found.steps.map(({ question, answer }) =>
      element("li", { "data-question": question.name },
        element("span", {}, question.text), " ",
        element("strong", {}, showValue(question, answer)), " ",
        element("button", {
          type: "button",
          class: "change",
          "aria-label": `Change: ${question.text}`,
          onclick: () => this.edit(question.name),
        }, "change")));
    const again = element("button", { type: "button", onclick: () => this.restart() }, "Start over");
    this.parts.path.replaceChildren(...(rows.length ? [element("ol", {}, rows), again] : []));
  }

  edit(name) {
    this.editing = name;
    this.render(true);
  }

  restart() {
    this.answers = Object.create(null);
    this.editing = null;
    this.render(true);
  }

  showCard(question, takesFocus) {
    const error = element("p", { class: "error", id: "advisor-error", role: "alert" });
    const fields = question.type === "number" ? this.numberField(question) : this.radios(question);
    const back = this.backTo(question);
    const form = element("form", { novalidate: true },
      element("fieldset", {}, element("legend", {}, question.text), fields),
      TOLD_BY_MEMORY.test(question.name) && element("p", { class: "quiet" }, "The memory calculator on this page tells."),
      error,
      element("p", { class: "tools" },
        element("button", { type: "submit", class: "main" }, "Next"),
        back && element("button", { type: "button", onclick: () => this.edit(back) }, "Back")));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit(question, form, error);
    });
    this.parts.card.replaceChildren(form);
    if (takesFocus) (form.querySelector("input:checked") ?? form.querySelector("input")).focus();
  }

  // The question before this one on the path.
  backTo(question) {
    const { steps } = walk(this.framework, this.answers, this.measured);
    const at = steps.findIndex((step) => step.question.name === question.name);
    const before = at < 0 ? steps.at(-1) : steps[at - 1];
    return before ? before.question.name : null;
  }

  radios(question) {
    const offered = question.type === "yes-no"
      ? [["yes", "Yes"], ["no", "No"]]
      : question.choices.map((choice) => [choice.name, choice.text]);
    const answer = this.answers[question.name];
    const given = answer === undefined ? null : showValue(question, answer);
    return offered.map(([value, text]) => {
      const box = element("input", { type: "radio", name: "answer", value });
      box.checked = value === given;
      return element("label", { class: "option" }, box, element("span", {}, text));
    });
  }

  numberField(question) {
    const box = element("input", {
      type: "text",
      name: "answer",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      "aria-label": question.text,
      "aria-describedby": "advisor-hint advisor-error",
    });
    const answer = this.answers[question.name];
    if (answer !== undefined) box.value = typedAgain(question, answer);
    const unit = question.unit ? `In ${question.unit}, ` : "";
    const hint = `${unit}${expected(question)}.`;
    return [box, element("p", { class: "quiet", id: "advisor-hint" }, hint[0].toUpperCase() + hint.slice(1))];
  }

  submit(question, form, error) {
    const typed = new FormData(form).get("answer") ?? "";
    const value = readAnswer(question, typed);
    const refused = value === null ? `Please give ${missingWords(question)}.` : checkAnswer(question, value);
    if (refused) {
      error.textContent = refused;
      const box = form.querySelector("input");
      if (box.type === "text") box.setAttribute("aria-invalid", "true");
      box.focus();
      return;
    }
    this.answers[question.name] = value;
    this.editing = null;
    this.render(true);
  }

  showResult(found, asked) {
    const { result, say } = this.parts;
    result.replaceChildren();
    result.classList.toggle("found", Boolean(found.verdict) && !asked);
    if (asked) {
      say.textContent = "";
      return;
    }
    const heading = found.verdict ? "Verdict" : "No verdict";
    const sentence = found.verdict
      ? verdictText(this.framework, found.verdict, this.answers, this.measured)
      : `The framework says nothing about ${showValue(found.gap.question, found.gap.answer)} as the answer to: ${found.gap.question.text}`;
    result.append(element("h3", { tabindex: "-1" }, heading), element("p", { class: "reason" }, sentence));
    say.textContent = `${heading}: ${sentence}`;
    if (found.verdict) result.append(...this.verdictParts(found));
    result.append(...this.flipParts());
  }

  verdictParts(found) {
    const { verdict } = found;
    const rows = [];
    if (verdict.choice) rows.push(["Choice", [element("code", {}, verdict.choice)]]);
    for (const [name, value] of Object.entries(verdict.settings ?? {})) {
      rows.push([`Setting ${name}`, [typeof value === "boolean" ? (value ? "yes" : "no") : String(value)]]);
    }
    const used = this.usedThresholds(found);
    if (used.length) rows.push(["Figures", used.map((name) => this.thresholdWords(name))]);
    const claims = this.claimsOf(found, used);
    if (claims.length) rows.push(["Rests on", this.claimLines(claims)]);
    rows.push(["How sure", [this.sureness(used)]]);
    const command = this.command(found);
    if (command) rows.push(["In a terminal", [element("code", {}, command)]]);
    const told = ([term, words]) => [
      element("dt", {}, term),
      element("dd", {}, words.map((one) => (typeof one === "string" ? element("p", {}, one) : one))),
    ];
    return [element("dl", { class: "terms" }, rows.flatMap(told))];
  }

  // Ids of the claims of the path: of its steps, its figures and its verdict.
  claimsOf(found, used) {
    const figures = used.map((name) => this.framework.thresholds[name]);
    const places = [...found.steps.map((step) => step.node), ...figures, found.verdict];
    return [...new Set(places.flatMap((place) => place.claims ?? []))];
  }

  // One line for each claim whose words are here, and one for all the others.
  claimLines(claims) {
    const told = claims.filter((claim) => ownValue(this.data.claims, claim) !== undefined);
    const bare = claims.filter((claim) => !told.includes(claim));
    const lines = told.map((claim) => `Claim ${claim}: ${this.data.claims[claim]}`);
    const noun = bare.length > 1 ? "Claims" : "Claim";
    return bare.length ? [...lines, `${noun} ${bare.join(", ")} of the case study.`] : lines;
  }

  // What asks the same of the command line, which also weighs the runs of a store.
  command(found) {
    const { framework_id: id } = this.framework;
    if (!this.data.shipped.includes(id)) return null;
    const [topic, asWritten] = id.split(/(-as-written)$/);
    const options = found.steps.map(({ question }) => {
      const name = question.name.replaceAll("_", "-");
      return `--${name} ${typedAgain(question, this.answers[question.name])}`;
    });
    const words = ["spoonbench advise", topic, ...(asWritten ? ["--as-written"] : [])];
    return [...words, ...new Set(options)].join(" ");
  }

  // Names of thresholds that the path was judged by.
  usedThresholds(found) {
    const names = new Set();
    for (const { node } of found.steps) {
      for (const { condition } of node.edges) {
        for (const bound of BOUNDS) {
          if (typeof condition[bound] === "string") names.add(condition[bound]);
        }
      }
    }
    return [...names];
  }

  thresholdWords(name) {
    const threshold = this.framework.thresholds[name];
    const text = threshold.text.replace(/[.]$/, "");
    const rule = showThreshold(this.framework, name, threshold.value);
    const one = ownValue(this.evidence, name);
    if (!one) return `${text}: ${rule} (rule of thumb).`;
    const show = (value) => showThreshold(this.framework, name, Number(value));
    const interval = one.low !== undefined && one.high !== undefined ? `, ${show(one.low)} to ${show(one.high)}` : "";
    const machine = one.machine ? ` on ${one.machine}` : "";
    const origin = `${sourceOf(one)}${machine}${interval}; rule of thumb: ${rule}`;
    return `${text}: ${show(one.value)} (${origin}). ${one.what ?? ""}`;
  }

  sureness(used) {
    const sources = used.map((name) => ownValue(this.evidence, name)?.source);
    if (sources.includes("store")) return "by measurements of this store, where figures are given as such";
    if (sources.includes("reference")) return "by reference measurements of another machine";
    return "rule of thumb only";
  }

  flipParts() {
    const found = flips(this.framework, this.answers, (answers) => this.measuredFor(answers));
    if (!found.length) return [element("p", { class: "quiet" }, "No single other answer changes this.")];
    const rows = found.map(({ question, answer, change, walk: there }) => {
      const answers = { ...this.answers, [question.name]: answer };
      return element("li", {}, `${question.text} `, element("strong", {}, change), `: ${endWords(this.framework, there, answers, this.measuredFor(answers))}`);
    });
    return [element("h4", {}, "What would change it"), element("ul", { class: "flips" }, rows)];
  }
}

function endWords(framework, found, answers, measured) {
  if (found.verdict) return verdictText(framework, found.verdict, answers, measured);
  return found.asks ? `it then depends on: ${found.asks.text}` : "the framework says nothing about this.";
}

function sourceWords(framework) {
  const reading = { "as written": "As written in", mended: "Mended from", ours: "Ours:" };
  return `${reading[framework.reading]} ${framework.source}.`;
}

function sourceOf(one) {
  const words = { store: "measured", reference: "reference measurement", claims: "claimed" };
  const isPredicted = one.error !== undefined && one.error !== null;
  return isPredicted ? "predicted" : words[one.source];
}

function missingWords(question) {
  return question.type === "number" ? expected(question) : "one of the answers";
}

// As it may be typed: what shows is shortened to four digits, what is typed is not.
function typedAgain(question, answer) {
  const shownText = showValue(question, answer).replaceAll(" ", "");
  if (readAnswer(question, shownText) === answer) return shownText;
  return String(answer) + (question.unit === "bytes" ? "B" : "");
}
