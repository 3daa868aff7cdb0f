// A form with a choice of what was measured and limits that may be left open, and what follows.
class LimitForm {
  constructor(tables, place, fields, prefix, untold, command) {
    if (!tables.length) {
      place.replaceChildren(element("p", { class: "quiet" }, untold, element("code", {}, command), " measures one."));
      return;
    }
    Object.assign(this, { tables, fields, prefix, boxes: {} });
    this.summary = element("p", { class: "reason", role: "status" });
    const form = element("form", { class: "fields", novalidate: true, oninput: () => this.update() },
      this.selects(),
      Object.keys(fields).map((name) => this.field(name)));
    form.addEventListener("submit", (event) => event.preventDefault());
    place.replaceChildren(form, this.summary);
    this.update();
  }

  select(name, label, offered) {
    const box = element("select", { name }, offered.map(([value, text]) => element("option", { value }, text)));
    this.boxes[name] = box;
    return element("div", { class: "field" }, element("label", {}, element("span", {}, label), box));
  }

  field(name) {
    const id = `advisor-wrong-${this.prefix}-${name}`;
    const box = element("input", { type: "text", name: `${this.prefix}-${name}`, autocomplete: "off", spellcheck: "false", "aria-describedby": id });
    const wrong = element("span", { class: "error", id });
    this.boxes[name] = Object.assign(box, { wrong });
    return element("div", { class: "field" }, element("label", {}, element("span", {}, this.fields[name].label), box), wrong);
  }

  // A limit; where nothing is said what counts then, undefined where it cannot be read.
  read(name) {
    const box = this.boxes[name];
    const absent = this.absent(name);
    const question = { ...this.fields[name], name: this.fields[name].label };
    box.placeholder = absent === null ? "no limit" : showNumber(absent, question.unit ?? "");
    const isEmpty = box.value.trim() === "";
    const value = isEmpty ? absent : readAnswer(question, box.value);
    let wrong = value === null ? `${question.name} is ${expected(question)}.` : checkAnswer(question, value);
    if (isEmpty) wrong = null;
    else if (value === 0 && question.unit !== "share") wrong = `${question.name} is above 0.`;
    box.wrong.textContent = wrong ?? "";
    if (wrong) box.setAttribute("aria-invalid", "true");
    else box.removeAttribute("aria-invalid");
    return wrong ? undefined : value;
  }

  update() {
    const limits = {};
    for (const name of Object.keys(this.fields)) limits[name] = this.read(name);
    const isRead = !Object.values(limits).includes(undefined);
    this.summary.textContent = isRead ? this.tell(limits) : "";
  }
}
