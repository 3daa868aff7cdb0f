// Which contestant of a duel: the simplest, or the quickest, that certainly meets what is asked; the
// twin of harness/decision.py, from what harness/checks.py says that each contestant can show.
const DEMAND_FIELDS = {
  accuracy: { label: "Least accuracy, of answers given", type: "number", unit: "share", low: 0, high: 1 },
  coverage: { label: "Least coverage", type: "number", unit: "share", low: 0, high: 1 },
  latency: { label: "Longest time of an answer", type: "number", unit: "seconds", low: 0 },
  memory: { label: "Most memory", type: "number", unit: "bytes", low: 0, high: 1e15 },
};

// How a contestant meets what is asked, in words; null where it does not certainly.
function factsOf(row, asked) {
  const facts = [];
  const meets = (isMet, words) => isMet && facts.push(words);
  const isWhole = asked.coverage >= 1;
  const all = [
    meets(asked.accuracy < 1 ? row.accuracy >= asked.accuracy : row.isExact, row.words.accuracy),
    meets(isWhole ? row.isWhole : row.coverage >= asked.coverage, isWhole ? row.words.whole : row.words.coverage),
    asked.latency === null || meets(row.latency !== null && row.latency <= asked.latency, row.words.latency),
    asked.memory === null || meets(row.memory !== null && row.memory <= asked.memory, row.words.memory),
    row.meetsCost,
  ];
  if (row.words.cost) facts.push(row.words.cost);
  return all.every(Boolean) ? facts : null;
}

function chooseContestant(table, asked, prefer) {
  const byName = new Map(table.simplest.map((row) => [row.name, row]));
  const rows = prefer === "quickest" ? table.quickest.map((name) => byName.get(name)) : table.simplest;
  for (const row of rows) {
    const facts = factsOf(row, asked);
    if (facts) return { name: row.name, text: `Use ${row.name}: ${facts.join(", ")}.` };
  }
  return { name: null, text: "No contestant certainly meets what is asked." };
}

class ContestantCalculator extends LimitForm {
  constructor(tables, place) {
    super(tables, place, DEMAND_FIELDS, "demand", "No duel was measured here: ", "spoonbench duel");
  }

  selects() {
    return [
      this.select("task", "Task", this.tables.map((table, index) => [String(index), table.title])),
      this.select("prefer", "Of those that do, the", [["simplest", "simplest"], ["quickest", "quickest"]]),
    ];
  }

  get table() {
    return this.tables[Number(this.boxes.task.value)];
  }

  // Where nothing is said, what the duel was asked for counts.
  absent(name) {
    return this.table.asked[name];
  }

  tell(asked) {
    return chooseContestant(this.table, asked, this.boxes.prefer.value).text;
  }
}
