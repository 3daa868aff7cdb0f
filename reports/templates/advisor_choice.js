// The quickest cell that certainly does what is asked: the twin of harness/predict/choice.py.

// How far a limit is: 1 being what 19 of 20 cells stay below, and as a logarithm.
function room(limit, told, atMost) {
  const left = told > 0 ? Math.log(limit / told) : Infinity;
  if (atMost === null) return [left >= 0 ? 0 : -Infinity, left];
  const spread = told > 0 ? Math.log(atMost / told) : 0;
  if (spread > 0) return [left / spread, left];
  return [left >= 0 ? Infinity : -Infinity, left];
}

// Of the nearest limit.
function marginOf(cell, needs) {
  const found = [[Infinity, Infinity]];
  if (needs.latency !== null) found.push(room(needs.latency, cell.seconds, cell.atMost));
  if (needs.rate !== null) found.push(room(cell.batch / needs.rate, cell.seconds, cell.atMost));
  if (needs.memory !== null) found.push(room(needs.memory, cell.memory, cell.memoryAtMost));
  return [0, 1].map((part) => Math.min(...found.map((one) => one[part])));
}

// What is not known speaks against a cell.
function isRuledOut(cell, needs) {
  if (needs.memory !== null && (cell.memory === null || cell.memory > needs.memory)) return true;
  return needs.accuracy !== null && (cell.accuracy === null || cell.accuracy < needs.accuracy);
}

// What is found is "certain", the "likeliest", the "nearest" to it, or "none"; with the cell.
function chooseCell(cells, needs) {
  const itemSeconds = (cell) => cell.seconds / cell.batch;
  const left = cells.filter((cell) => !isRuledOut(cell, needs));
  if (!left.length) return { found: "none", cell: null };
  const certain = left.filter((cell) => marginOf(cell, needs)[0] >= 1);
  if (certain.length) {
    const before = (one, other) => itemSeconds(one) - itemSeconds(other) || (one.name < other.name ? -1 : 1);
    return { found: "certain", cell: certain.sort(before)[0] };
  }
  const greatest = (part) => left.reduce((best, cell) => {
    const [its, most] = [marginOf(cell, needs)[part], marginOf(best, needs)[part]];
    return its > most || (its === most && itemSeconds(cell) < itemSeconds(best)) ? cell : best;
  });
  const likeliest = greatest(0);
  if (marginOf(likeliest, needs)[0] >= 0) return { found: "likeliest", cell: likeliest };
  return { found: "nearest", cell: greatest(1) };
}

function choiceText(table, { found, cell }) {
  const [before, after] = table.frames[found];
  const isChosen = found === "certain" || found === "likeliest";
  return `${before}${cell ? cell.words : ""}${after}${isChosen ? cell.how : ""}.`;
}
