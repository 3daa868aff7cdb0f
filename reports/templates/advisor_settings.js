// Which setting to run under limits: cells of one's own matrices.
const LIMIT_FIELDS = {
  latency: { label: "Longest time of a batch", type: "number", unit: "seconds", low: 0 },
  rate: { label: "Fewest answers a second", type: "number", low: 0 },
  memory: { label: "Most memory", type: "number", unit: "bytes", low: 0, high: 1e15 },
  accuracy: { label: "Least share of right answers", type: "number", unit: "share", low: 0, high: 1 },
};
const ANY = "any";

class SettingCalculator extends LimitForm {
  constructor(tables, place) {
    super(tables, place, LIMIT_FIELDS, "limit", "No matrix of whole answers was measured here: ", "spoonbench matrix");
  }

  selects() {
    return [
      this.select("matrix", "Matrix", this.tables.map((table, index) => [String(index), table.title])),
      this.select("device", "Device", this.offered("device")),
      this.select("dtype", "Number format", this.offered("dtype")),
    ];
  }

  offered(name) {
    const found = new Set(this.tables.flatMap((table) => table.cells.map((cell) => cell[name])));
    return [ANY, ...[...found].sort()].map((one) => [one, one]);
  }

  absent() {
    return null;
  }

  tell(needs) {
    const table = this.tables[Number(this.boxes.matrix.value)];
    const fits = (cell, name) => [ANY, cell[name]].includes(this.boxes[name].value);
    const cells = table.cells.filter((cell) => fits(cell, "device") && fits(cell, "dtype"));
    const chosen = cells.length ? chooseCell(cells, needs) : { found: "untold", cell: null };
    return choiceText(table, chosen);
  }
}
