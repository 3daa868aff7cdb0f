// A framework as a tree of questions and verdicts: what was taken stands out, arrow keys move.
const LARGE_TREE = 40;

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  // A string becomes text, whatever it says.
  const isThere = (child) => child !== null && child !== undefined && child !== false;
  made.append(...children.flat().filter(isThere));
  return made;
}

class Tree {
  // answer: called with a question and a value when somebody takes an edge.
  constructor(framework, measured, answer) {
    this.framework = framework;
    this.figures = figuresOf(framework, measured);
    this.answer = answer;
    this.edges = new Map();
    this.firsts = new Map();
    this.number = 0;
    const start = framework.nodes[framework.start];
    const text = start ? framework.questions[start.asks].text : "";
    this.root = this.item([element("span", { class: "question" }, text)], framework.start);
    this.list = element("ul", {
      role: "tree",
      class: "tree",
      "aria-label": `Decision graph: ${framework.title}`,
      onkeydown: (event) => this.move(event),
      onclick: (event) => this.click(event),
    }, this.root);
    this.root.tabIndex = 0;
    if (this.number > LARGE_TREE) this.fold();
  }

  // One item: its words, and below it what the edges of its place lead to.
  item(words, place) {
    this.number += 1;
    const label = element("span", { class: "words" }, words);
    const made = element("li", { role: "treeitem", tabindex: "-1" }, label);
    const id = `advisor-item-${this.number}`;
    label.id = id;
    made.setAttribute("aria-labelledby", id);
    const node = Object.hasOwn(this.framework.nodes, place) ? this.framework.nodes[place] : null;
    if (!node) return made;
    if (this.firsts.has(place)) {
      made.again = this.firsts.get(place);
      label.append(element("span", { class: "quiet" }, " (continues above)"));
      return made;
    }
    this.firsts.set(place, made);
    made.place = place;
    const group = element("ul", { role: "group" });
    made.append(group);
    made.setAttribute("aria-expanded", "true");
    node.edges.forEach((edge) => group.append(this.branch(node, edge)));
    return made;
  }

  branch(node, edge) {
    const question = this.framework.questions[node.asks];
    const when = conditionText(question, edge.condition, this.figures);
    const words = [element("span", { class: "when" }, when), element("span", { class: "arrow", "aria-hidden": "true" }, "\u2192")];
    const next = Object.hasOwn(this.framework.nodes, edge.to) ? this.framework.nodes[edge.to] : null;
    if (next) {
      words.push(element("span", { class: "question" }, this.framework.questions[next.asks].text));
    } else {
      const verdict = this.framework.verdicts[edge.to];
      if (verdict.choice) words.push(element("strong", { class: "choice-name" }, verdict.choice));
      const unfilled = (name) => `(${name.replaceAll("_", " ")})`;
      words.push(element("span", { class: "verdict-text" }, verdictText(this.framework, verdict, {}, this.figures, unfilled)));
    }
    const made = this.item(words, edge.to);
    if (!next) made.classList.add("leaf");
    const only = edge.condition.one_of ?? [];
    if (only.length === 1 && question.type !== "number") made.takes = [question, only[0]];
    this.edges.set(edge, made);
    return made;
  }

  // Mark the edges of a walk, and open the way to them.
  show(found) {
    for (const item of this.list.querySelectorAll("li")) {
      item.classList.remove("taken", "here");
      item.removeAttribute("aria-current");
    }
    this.root.classList.add("taken");
    let last = this.root;
    for (const step of found.steps) {
      if (!step.edge) break;
      last = this.edges.get(step.edge);
      last.classList.add("taken");
      for (let up = last; up; up = up.parentElement.closest("li")) {
        if (up !== last) this.open(up, true);
      }
      if (last.again) this.open(last.again, true);
    }
    last.classList.add("here");
    last.setAttribute("aria-current", "step");
    this.open(last, true);
  }

  fold() {
    for (const item of this.list.querySelectorAll("[aria-expanded] [aria-expanded]")) {
      this.open(item, false);
    }
  }

  open(item, isOpen) {
    if (item.hasAttribute("aria-expanded")) item.setAttribute("aria-expanded", String(isOpen));
  }

  openAll(isOpen) {
    for (const item of this.list.querySelectorAll("[aria-expanded]")) {
      this.open(item, isOpen || item === this.root);
    }
  }

  click(event) {
    const item = event.target.closest("li");
    if (!item || !event.target.closest(".words")) return;
    this.focus(item);
    this.act(item);
  }

  // Take the edge where it stands for one answer; else go where it continues, or open and close.
  act(item) {
    if (item.takes) this.answer(...item.takes);
    else if (item.again) this.focus(item.again);
    else if (item.hasAttribute("aria-expanded")) {
      this.open(item, item.getAttribute("aria-expanded") !== "true");
    }
  }

  focus(item) {
    for (let up = item.parentElement.closest("li"); up; up = up.parentElement.closest("li")) {
      this.open(up, true);
    }
    for (const other of this.list.querySelectorAll("[tabindex='0']")) other.tabIndex = -1;
    item.tabIndex = 0;
    item.focus();
  }

  move(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const item = event.target.closest("li");
    const visible = [...this.list.querySelectorAll("li")].filter((one) => one.offsetParent);
    const at = visible.indexOf(item);
    const isOpen = item.getAttribute("aria-expanded") === "true";
    const within = item.querySelector("li");
    const goes = {
      ArrowDown: () => visible[at + 1],
      ArrowUp: () => visible[at - 1],
      Home: () => visible[0],
      End: () => visible.at(-1),
      ArrowRight: () => (isOpen ? within : (this.open(item, true), null)),
      ArrowLeft: () => (isOpen && item !== this.root ? (this.open(item, false), null) : item.parentElement.closest("li")),
      Enter: () => (this.act(item), null),
      " ": () => (this.act(item), null),
    };
    if (!Object.hasOwn(goes, event.key)) return;
    event.preventDefault();
    const to = goes[event.key]();
    if (to) this.focus(to);
  }
}
