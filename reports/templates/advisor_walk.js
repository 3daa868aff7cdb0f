// From answers to a verdict: the twin of harness/frameworks/walking.py and flipping.py.
const BOUNDS = ["least", "above", "most", "below"];

// Thresholds' figures: what was measured, or the rule of thumb.
function figuresOf(framework, measured = {}) {
  const figures = Object.create(null);
  for (const [name, one] of Object.entries(framework.thresholds ?? {})) {
    figures[name] = ownValue(measured, name) ?? one.value;
  }
  return figures;
}

// How far answers lead: steps, and one of verdict, asks and gap; or refused, a sentence.
function walk(framework, answers, measured = {}) {
  const figures = figuresOf(framework, measured);
  const steps = [];
  let place = framework.start;
  while (Object.hasOwn(framework.nodes, place)) {
    const node = framework.nodes[place];
    const question = framework.questions[node.asks];
    if (!Object.hasOwn(answers, question.name)) return { steps, asks: question };
    const answer = answers[question.name];
    const refused = checkAnswer(question, answer);
    if (refused) return { steps, refused, asks: question };
    const fitting = fittingEdges(node, answer, figures);
    const to = fitting.length ? fitting[0].to : null;
    const step = { node, question, answer, to, edge: fitting[0] ?? null };
    step.others = fitting.slice(1).map((edge) => edge.to);
    steps.push(step);
    if (to === null) return { steps, gap: step };
    place = to;
  }
  return { steps, verdict: framework.verdicts[place] };
}

function fittingEdges(node, answer, figures) {
  const fitting = node.edges.filter(
    ({ condition }) => !condition.otherwise && meets(condition, answer, figures),
  );
  return fitting.length ? fitting : node.edges.filter(({ condition }) => condition.otherwise);
}

function meets(condition, answer, figures) {
  if (condition.one_of?.length && !condition.one_of.includes(answer)) return false;
  if (typeof answer !== "number") return true;
  const compare = {
    least: (figure) => answer >= figure,
    above: (figure) => answer > figure,
    most: (figure) => answer <= figure,
    below: (figure) => answer < figure,
  };
  return BOUNDS.every((name) => {
    const bound = condition[name] ?? null;
    return bound === null || compare[name](typeof bound === "string" ? figures[bound] : bound);
  });
}

// Why a question does not allow an answer; null where it does.
function checkAnswer(question, answer) {
  const fault = `${question.name} is ${expected(question)}.`;
  if (question.type === "yes-no") return typeof answer === "boolean" ? null : fault;
  if (question.type === "choice") {
    return question.choices.some((choice) => choice.name === answer) ? null : fault;
  }
  if (typeof answer !== "number" || !Number.isFinite(answer)) return fault;
  const unit = question.unit ?? "";
  const [low, high] = [question.low ?? 0, question.high ?? null];
  if (answer < low || (high !== null && answer > high)) {
    const upper = high === null ? "" : ` and at most ${showNumber(high, unit)}`;
    return `${question.name} is at least ${showNumber(low, unit)}${upper}.`;
  }
  if (question.is_whole && !Number.isInteger(answer)) return `${question.name} is a whole number.`;
  return null;
}

// What was measured in the place of rules of thumb, as far as it speaks for these answers.
function figuresFor(offered, answers) {
  const found = Object.create(null);
  for (const [name, figures] of Object.entries(offered)) {
    const first = figures.find((one) => speaksFor(one, answers));
    if (first) found[name] = first;
  }
  return found;
}

function speaksFor({ within }, answers) {
  return Object.entries(within ?? {}).every(([name, [least, most]]) => {
    const answer = ownValue(answers, name);
    return typeof answer === "number" && Number(least) <= answer && answer <= Number(most);
  });
}

// Other answers that lead elsewhere, one changed at a time; of a number the nearest either way.
// Measured figures are given, or what gives them for answers.
function flips(framework, answers, given = {}) {
  const measuredFor = typeof given === "function" ? given : () => given;
  const measured = measuredFor(answers);
  const here = walk(framework, answers, measured);
  if (here.asks) return [];
  const found = [];
  const questions = new Map(here.steps.map((step) => [step.question.name, step.question]));
  for (const [name, question] of questions) {
    for (const candidates of directions(framework, question, answers[name], measured)) {
      for (const [answer, change] of candidates) {
        const changed = { ...answers, [name]: answer };
        const there = walk(framework, changed, measuredFor(changed));
        if (endOf(there) === endOf(here)) continue;
        found.push({ question, answer, change, walk: there });
        break;
      }
    }
  }
  return found;
}

function endOf(one) {
  if (one.verdict) return one.verdict.choice || "verdict " + one.verdict.name;
  return one.asks ? "asks " + one.asks.name : "gap";
}

function directions(framework, question, answer, measured) {
  if (typeof answer === "boolean") return [[[!answer, showValue(question, !answer)]]];
  if (typeof answer === "string") {
    const others = question.choices.filter((choice) => choice.name !== answer);
    return others.map((choice) => [[choice.name, choice.name]]);
  }
  const bounds = boundsOf(framework, question, measured);
  return [upwards(question, answer, bounds), downwards(question, answer, bounds)];
}

function boundsOf(framework, question, measured) {
  const figures = figuresOf(framework, measured);
  const found = new Set();
  for (const node of Object.values(framework.nodes)) {
    if (node.asks !== question.name) continue;
    for (const { condition } of node.edges) {
      const given = BOUNDS.map((name) => condition[name] ?? null).filter((one) => one !== null);
      for (const bound of [...given, ...(condition.one_of ?? [])]) {
        found.add(typeof bound === "string" ? figures[bound] : bound);
      }
    }
  }
  return [...found].filter(Number.isFinite).sort((one, other) => one - other);
}

function upwards(question, answer, bounds) {
  const high = question.high ?? null;
  const found = bounds.flatMap((bound, index) => {
    if (question.is_whole) {
      const wholes = [Math.ceil(bound), Math.floor(bound) + 1];
      return wholes.map((one) => [one, `${shown(question, one)} or more`]);
    }
    const following = bounds[index + 1];
    let beyond = bound + Math.max(1, Math.abs(bound));
    if (following !== undefined) beyond = bound / 2 + following / 2;
    if (high !== null && beyond > high) beyond = bound / 2 + high / 2;
    const words = shown(question, bound);
    return [[bound, `${words} or more`], [beyond, `above ${words}`]];
  });
  return found.filter(([one]) => one > answer && allows(question, one));
}

function downwards(question, answer, bounds) {
  const found = bounds.flatMap((bound, index) => {
    if (question.is_whole) {
      const wholes = [Math.floor(bound), Math.ceil(bound) - 1];
      return [wholes.map((one) => [one, `${shown(question, one)} or less`])];
    }
    const before = index > 0 ? bounds[index - 1] : question.low ?? 0;
    const words = shown(question, bound);
    return [[[bound, `${words} or less`], [before / 2 + bound / 2, `below ${words}`]]];
  });
  const nearest = found.reverse().flat();
  return nearest.filter(([one]) => one < answer && allows(question, one));
}

function allows(question, value) {
  return value >= (question.low ?? 0) && value <= (question.high ?? Infinity);
}

function shown(question, value) {
  return showNumber(value, question.unit ?? "");
}

// A condition in words: "16 or more", "cuda or mps", "otherwise".
function conditionText(question, condition, figures) {
  if (condition.otherwise) return "otherwise";
  const parts = [];
  if (condition.one_of?.length) {
    parts.push(condition.one_of.map((value) => showValue(question, value)).join(" or "));
  }
  const words = { least: "at least", above: "more than", most: "at most", below: "less than" };
  for (const name of BOUNDS) {
    const bound = condition[name] ?? null;
    if (bound === null) continue;
    parts.push(`${words[name]} ${shown(question, typeof bound === "string" ? figures[bound] : bound)}`);
  }
  return parts.join(" and ");
}
