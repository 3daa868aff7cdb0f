// Values as a person reads and types them: the twin of harness/frameworks/showing.py and
// answering.py. Numbers are shown from their decimal digits, which both languages give exactly.
const SCALES = {
  parameters: ["", "k", "M", "B", "T"],
  bytes: [" B", " kB", " MB", " GB", " TB", " PB"],
};
const COUNTS = ["", "items", "tokens", "examples", "currency"];

function ownValue(table, name) {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function showValue(question, value) {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  return showNumber(value, question.unit ?? "");
}

function showNumber(value, unit) {
  if (value === Infinity) return "never reached";
  if (value === -Infinity) return "always reached";
  if (value < 0) return "-" + showNumber(-value, unit);
  const scales = ownValue(SCALES, unit);
  if (scales) {
    const [digits, power] = significantDigits(value);
    const step = Math.max(0, Math.min(Math.floor(power / 3), scales.length - 1));
    return placePoint(digits, power - 3 * step) + scales[step];
  }
  if (unit === "share") {
    const [digits, power] = significantDigits(value);
    return placePoint(digits, power + 2) + "%";
  }
  if (unit === "seconds") return showSeconds(value);
  return showPlain(value) + (COUNTS.includes(unit) ? "" : ` ${unit}`);
}

function showSeconds(value) {
  if (value > 0 && value < 1) {
    const [digits, power] = significantDigits(value);
    return placePoint(digits, power + 3) + " ms";
  }
  const [scale, name] = [[3600, "h"], [60, "min"]].find(([least]) => value >= least) ?? [1, "s"];
  return `${showPlain(value / scale)} ${name}`;
}

function significantDigits(value) {
  if (value === 0) return ["0", 0];
  const [mantissa, power] = value.toExponential(3).split("e");
  return [mantissa.replace(".", "").replace(/0+$/, ""), Number(power)];
}

function showPlain(value) {
  if (Number.isInteger(value) && value < 1e15) return groupThousands(String(value));
  return placePoint(...significantDigits(value));
}

function groupThousands(digits) {
  return digits.replace(/\B(?=(?:\d{3})+$)/g, ",");
}

function placePoint(digits, power) {
  if (power <= -7 || power >= 18) {
    return digits[0] + (digits.length > 1 ? "." + digits.slice(1) : "") + "e" + power;
  }
  if (power < 0) return "0." + "0".repeat(-power - 1) + digits;
  const whole = digits.slice(0, power + 1).padEnd(power + 1, "0").replace(/^0+(?=\d)/, "");
  const rest = digits.slice(power + 1);
  return groupThousands(whole) + (rest ? "." + rest : "");
}

function boundedQuestion(framework, threshold) {
  for (const node of Object.values(framework.nodes)) {
    for (const { condition } of node.edges) {
      if (BOUNDS.some((bound) => condition[bound] === threshold)) {
        return framework.questions[node.asks];
      }
    }
  }
  return null;
}

function showThreshold(framework, name, value) {
  return showNumber(value, boundedQuestion(framework, name)?.unit ?? "");
}

// The sentence of a verdict, each {name} replaced by the answer or threshold of that name.
function verdictText(framework, verdict, answers, measured = {}, missing = () => "unknown") {
  return verdict.text.replace(/\{([a-z][a-z0-9_-]*)\}/g, (_, name) => {
    const threshold = ownValue(framework.thresholds ?? {}, name);
    if (threshold) {
      return showThreshold(framework, name, ownValue(measured, name) ?? threshold.value);
    }
    const question = ownValue(framework.questions, name);
    const answer = ownValue(answers, name);
    return question && answer !== undefined ? showValue(question, answer) : missing(name);
  });
}

const YES = ["yes", "y", "true"];
const NO = ["no", "n", "false"];
const NUMBER = new RegExp(
  "^(-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\\.[0-9]*)?|-?\\.[0-9]+)" +
    "(?:e([+-]?[0-9]{1,3}))? ?([a-z%]*)$",
);
const LONGEST = 60;
// Suffix to a power of ten.
const COUNT_POWERS = { "": 0, k: 3, m: 6, b: 9, g: 9, t: 12 };
const POWERS = {
  bytes: { b: 0, kb: 3, mb: 6, gb: 9, tb: 12 },
  share: { "": 0, "%": -2 },
  seconds: { "": 0, s: 0, sec: 0, ms: -3, us: -6 },
  hours: { "": 0, h: 0, hour: 0, hours: 0 },
  days: { "": 0, d: 0, day: 0, days: 0 },
};
// Suffix to what multiplies, and what divides, where it is no power of ten.
const FACTORS = {
  bytes: { kib: [2 ** 10, 1], mib: [2 ** 20, 1], gib: [2 ** 30, 1], tib: [2 ** 40, 1] },
  seconds: { min: [60, 1], h: [3600, 1], d: [86400, 1] },
  hours: { d: [24, 1], day: [24, 1], days: [24, 1], min: [1, 60], s: [1, 3600] },
  days: { h: [1, 24], hour: [1, 24], hours: [1, 24], min: [1, 1440] },
};
const SHORT_NAMES = {
  fp32: "float32",
  f32: "float32",
  bf16: "bfloat16",
  fp16: "float16",
  f16: "float16",
};
const TYPED = {
  parameters: "124M or 7B",
  bytes: "24GB or 512MB",
  share: "0.95 or 95%",
  seconds: "2s or 50ms",
  hours: "8h or 30min",
  days: "2d or 8h",
};

// What a text answers; null where it cannot be read. What is allowed, checkAnswer says.
function readAnswer(question, text) {
  const typed = text.replace(/^[ \t\r\n\u00a0]+|[ \t\r\n\u00a0]+$/g, "").toLowerCase();
  if (question.type === "yes-no") {
    return YES.includes(typed) ? true : NO.includes(typed) ? false : null;
  }
  if (question.type === "choice") {
    const names = Object.create(null);
    for (const { name } of question.choices) names[name.toLowerCase()] = name;
    return names[typed] ?? names[ownValue(SHORT_NAMES, typed) ?? ""] ?? null;
  }
  return readNumber(typed, question.unit ?? "");
}

function readNumber(typed, unit) {
  const bare = unit === "currency" ? typed.replace(/^[$\u20ac\u00a3]+/, "") : typed;
  const match = bare.length <= LONGEST ? NUMBER.exec(bare) : null;
  if (!match) return null;
  const [, digits, power = "0", suffix] = match;
  const mantissa = digits.replaceAll(",", "");
  const shift = ownValue(ownValue(POWERS, unit) ?? COUNT_POWERS, suffix);
  const factor = ownValue(ownValue(FACTORS, unit) ?? {}, suffix);
  if (shift === undefined && factor === undefined) return null;
  // A power of ten is shifted in the text, so that 95% is exactly what 0.95 is.
  const value =
    shift === undefined
      ? (Number(`${mantissa}e${Number(power)}`) * factor[0]) / factor[1]
      : Number(`${mantissa}e${Number(power) + shift}`);
  return Number.isFinite(value) ? value : null;
}

function expected(question) {
  if (question.type === "yes-no") return "answered with yes or no";
  if (question.type === "choice") {
    return "one of " + question.choices.map((choice) => choice.name).join(", ");
  }
  return `a number such as ${ownValue(TYPED, question.unit ?? "") ?? "16 or 2,000"}`;
}
