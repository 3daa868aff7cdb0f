// Memory of a decoder in closed form: the twin of harness/predict/outline.py and what it is made of.
// Sums are of BigInt, which is exact at any size, as Python's whole numbers are.
const ITEM_BYTES = { float32: 4n, bfloat16: 2n, float16: 2n };
const FLOAT32 = 4n;
const [GATED, STREAM, LOSS, KEPT_IN_ONE_STEP] = [3n, 4n, 3n, 4n];
const METHODS = ["full", "lora", "qlora"];
const OPTIMIZERS = ["adamw", "adamw-8bit", "sgd", "sgd-momentum", "adafactor"];
const QLORA = "bnb-nf4";

// How many pieces of a size hold so many.
const piecesOf = (count, size) => (count + size - 1n) / size;
const largest = (values) => values.reduce((one, other) => (other > one ? other : one));
const total = (values) => values.reduce((one, other) => one + other, 0n);

const byRows = (more) => ([rows, columns]) => rows * (columns + more);
const byBlocks = ([rows, columns]) =>
  piecesOf(rows * columns, 2n) + 4n * piecesOf(rows * columns, 64n) + 64n;
const quanto = (bits) => ([rows, columns], item) =>
  piecesOf(rows * columns * bits, 8n) + 2n * item * piecesOf(rows * columns, 128n) + 2n * item;
const hqq = (bits) => ([rows, columns], item) => {
  const [numbers, groups] = [rows * columns, (rows * columns) / 64n];
  let rest = numbers % 64n;
  let packed = 256n * piecesOf(groups, 10n);
  if (bits !== 3n) {
    packed = piecesOf(numbers * bits, 8n);
    rest += groups % (8n / bits);
  }
  return rest ? numbers * item : packed + 2n * item * groups;
};
const gptq = ([rows, columns]) => {
  const groups = rows * piecesOf(columns, 32n);
  return piecesOf(rows * columns + groups, 2n) + 2n * groups + 4n * columns + 64n;
};
// Method to the bytes of a matrix; harness/predict/weights.py says what each keeps.
const QUANTIZATIONS = {
  none: ([rows, columns], item) => rows * columns * item,
  "bnb-int8": byRows(4n),
  "bnb-nf4": byBlocks,
  "bnb-fp4": byBlocks,
  "torch-int8dyn": byRows(16n),
  "torchao-int8wo": byRows(5n),
  "torchao-int8dyn": byRows(5n),
  "torchao-int4wo": ([rows, columns], item) =>
    rows * (columns + piecesOf(columns, 32n) * (item + 1n)),
  "quanto-int8": ([rows, columns], item) => rows * (columns + item) + 2n * item,
  "quanto-int4": quanto(4n),
  "quanto-int2": quanto(2n),
  "hqq-int8": hqq(8n),
  "hqq-int4": hqq(4n),
  "hqq-int3": hqq(3n),
  "hqq-int2": hqq(2n),
  "gptq-int4": gptq,
};

// Every whole number of an outline as BigInt, those that JSON leaves out filled in.
function exactOutline(outline) {
  const filled = {
    mlp_matrices: 3, kept_inner: 4, norm: "rms", norms: 2,
    has_head_norms: false, positions: 0, window: null, windowed_layers: 0,
    has_dropout: false,
    ...outline,
  };
  const entries = Object.entries(filled).map(([name, value]) => [
    name,
    typeof value === "number" ? BigInt(value) : value,
  ]);
  const exact = Object.fromEntries(entries);
  exact.queries = exact.heads * exact.head_size;
  exact.keys = exact.kv_heads * exact.head_size;
  return exact;
}

// Rows and columns of the linear layers of one block.
function blockMatrices({ width, inner, queries, keys, mlp_matrices, norm }) {
  const into = mlp_matrices === GATED ? [[inner, width], [inner, width]] : [[inner, width]];
  const heads = norm === "rms" ? [queries, keys, keys] : [queries + 2n * keys];
  const attention = [...heads.map((rows) => [rows, width]), [width, queries]];
  return [...attention, ...into, [width, inner]];
}

const numbersOf = (matrix) => matrix.reduce((one, other) => one * other, 1n);

function numbersOfBlocks(outline) {
  return outline.layers * total(blockMatrices(outline).map(numbersOf));
}

function countedParameters(outline) {
  const { width, layers, vocabulary, positions, is_tied, norm, head_size } = outline;
  const tables = (is_tied ? 1n : 2n) * vocabulary + positions;
  const ofHeads = outline.has_head_norms ? 2n * head_size * layers : 0n;
  const norms = (outline.norms * layers + 1n) * width + ofHeads;
  if (norm === "rms") return numbersOfBlocks(outline) + tables * width + norms;
  const biases = layers * total(blockMatrices(outline).map(([rows]) => rows));
  return numbersOfBlocks(outline) + tables * width + 2n * norms + biases;
}

// Numbers of what is in no matrix of a block.
function otherNumbers(outline) {
  const rest = outline.parameters - numbersOfBlocks(outline);
  if (rest < 0n) throw new RangeError("the blocks alone have more parameters than the model");
  return rest;
}

function weightBytes(outline, item, quantization) {
  const ofMatrix = QUANTIZATIONS[quantization];
  const blocks = total(blockMatrices(outline).map((matrix) => ofMatrix(matrix, item)));
  return otherNumbers(outline) * item + outline.layers * blocks;
}

function cacheBytes(outline, item, batch, context) {
  const { window, windowed_layers: windowed, layers, kv_heads, head_size } = outline;
  const few = windowed < layers ? windowed : layers;
  const seen = window !== null && window < context ? window : context;
  return batch * 2n * kv_heads * head_size * (few * seen + (layers - few) * context) * item;
}

// Bytes of weights, cache, activations, logits and overhead while a batch is answered.
function inferenceBytes(plain, { dtype, quantization = "none", batch, context, overhead = 0 }) {
  const outline = exactOutline(plain);
  [batch, context, overhead] = [BigInt(batch), BigInt(context), BigInt(overhead)];
  const item = ITEM_BYTES[dtype];
  const tokens = batch * context;
  const { width, head_size, positions, vocabulary } = outline;
  const inBlock =
    passing(outline, item, tokens, quantization !== "none") +
    context * item * (positions ? width : 2n * head_size);
  const atTheEnd = (STREAM - 1n) * tokens * width * item;
  const logits = batch * vocabulary * (item + FLOAT32);
  const isAtTheEnd = atTheEnd + logits > inBlock;
  return {
    weights: weightBytes(outline, item, quantization),
    cache: cacheBytes(outline, item, batch, context),
    activations: isAtTheEnd ? atTheEnd : inBlock,
    logits: isAtTheEnd ? logits : 0n,
    overhead,
  };
}

// Bytes that a block holds at its worst while nothing is kept, the cache left out.
function passing(outline, item, tokens, isUnpacked) {
  const { width, inner, queries, keys, mlp_matrices, kept_inner, positions } = outline;
  const nInner = kept_inner > KEPT_IN_ONE_STEP ? 4n : 3n;
  const stream = (positions ? STREAM + 1n : STREAM) * width;
  const worst = tokens * (stream + largest([nInner * inner, 3n * queries + 2n * keys]));
  if (!isUnpacked) return worst * item;
  const matrix = largest(blockMatrices(outline).map(numbersOf));
  return largest([worst, matrix + tokens * (stream + (mlp_matrices - 1n) * inner)]) * item;
}

// Bytes of a step of training at its worst moment.
function trainingBytes(plain, asked) {
  const outline = exactOutline(plain);
  const { method, dtype, optimizer = "adamw", checkpointing = false, stepping = "loop" } = asked;
  const [batch, context] = [BigInt(asked.batch), BigInt(asked.context)];
  const rank = BigInt(asked.rank ?? 16);
  const item = ITEM_BYTES[dtype];
  const learning =
    method === "full"
      ? allParameters(outline, item)
      : adapters(outline, rank, method === "qlora" ? FLOAT32 : item);
  const learned = total(learning.map((one) => one.bytes));
  const states = stateBytes(optimizer, learning);
  const moments = passes({ outline, method, item, rank, checkpointing }, batch, context);
  const [head, first] = method === "full" ? gradientsOfEnds(outline, item) : [0n, 0n];
  const stepped = states + stepBytes(optimizer, learning, stepping);
  const soFar = [0n, head, learned - first];
  const parts = [
    ...moments.map((one, at) => ({ gradients: soFar[at], optimizer: states, ...one })),
    { gradients: learned, optimizer: stepped, activations: 0n, logits: 0n },
  ];
  const sums = parts.map((part) => total(Object.values(part)));
  return {
    weights: weightBytes(outline, item, method === "qlora" ? QLORA : "none"),
    adapters: method === "full" ? 0n : learned,
    ...parts[sums.indexOf(largest(sums))],
    overhead: BigInt(asked.overhead ?? 0),
  };
}

// Bytes of gradients that are there in the last block, and that are not yet in the first.
function gradientsOfEnds(outline, item) {
  const table = outline.vocabulary * outline.width * item;
  const block = total(blockMatrices(outline).map(numbersOf)) * item;
  return [table, block + (outline.is_tied ? 0n : table)];
}

// Activations and logits as the backward pass begins, in the last block, and in the first.
function passes(wanted, batch, context) {
  const { outline, method, item, checkpointing } = wanted;
  const { width, layers, vocabulary, inner, mlp_matrices } = outline;
  const tokens = batch * context;
  const kept = tokens * keptOfBlock(wanted) + keptOfDropout(outline, tokens, context);
  const last = tokens * width * normedLast(wanted);
  const entering = tokens * width * item;
  const ofBlocks = layers * (checkpointing ? entering : kept);
  const matrix = method === "lora" ? 0n : largest(blockMatrices(outline).map(numbersOf));
  const flowing = (tokens * (2n * width + mlp_matrices * inner) + matrix) * item;
  const again = checkpointing ? kept : 0n;
  return [
    { activations: ofBlocks + last, logits: LOSS * tokens * vocabulary * FLOAT32 },
    { activations: ofBlocks + again + flowing, logits: 0n },
    { activations: entering + kept + flowing, logits: 0n },
  ];
}

// Bytes a token that one block keeps for the backward pass.
function keptOfBlock({ outline, method, item, rank }) {
  const { width, inner, queries, keys, kept_inner, norm, norms } = outline;
  const isFull = method === "full";
  const normed = norms * (norm === "layer" ? 2n * item : FLOAT32 + (isFull ? 2n : 1n) * item);
  const ofHeads = outline.has_head_norms ? FLOAT32 + (isFull ? item : 0n) : 0n;
  const attention = (queries + keys) * (2n * item + ofHeads);
  const kept = width * normed + kept_inner * inner * item + attention;
  const matrices = blockMatrices(outline);
  const ranks = BigInt(matrices.length) * rank;
  if (isFull) return kept;
  if (method === "lora") return kept + ranks * item;
  const into = total(matrices.map(([, columns]) => columns));
  return kept - (2n * width + inner) * item + (into + ranks) * FLOAT32;
}

function keptOfDropout({ has_dropout, heads, queries, keys }, tokens, context) {
  return has_dropout ? FLOAT32 * (3n * tokens * context * heads + tokens * (queries + keys)) : 0n;
}

// Bytes for each number of a token that the last norm keeps, as far as something learns of it.
function normedLast({ outline, method, item, checkpointing }) {
  const into = outline.norm === "layer" ? item : FLOAT32;
  if (method !== "full") return checkpointing ? into : 0n;
  return into + (outline.norm === "layer" ? 0n : item) + item;
}

function parameter(shape, item, times = 1n) {
  return { shape, item, times, numbers: numbersOf(shape), bytes: times * numbersOf(shape) * item };
}

// All that learn: matrices of the blocks, tables, and the rest in one piece.
function allParameters(outline, item) {
  const tables = outline.is_tied ? [outline.vocabulary] : [outline.vocabulary, outline.vocabulary];
  if (outline.positions) tables.push(outline.positions);
  const rest = otherNumbers(outline) - total(tables) * outline.width;
  return [
    ...blockMatrices(outline).map((one) => parameter(one, item, outline.layers)),
    ...tables.map((rows) => parameter([rows, outline.width], item)),
    ...(rest > 0n ? [parameter([rest], item)] : []),
  ];
}

function adapters(outline, rank, item) {
  return blockMatrices(outline).flatMap(([rows, columns]) => [
    parameter([rank, columns], item, outline.layers),
    parameter([rows, rank], item, outline.layers),
  ]);
}

const isIn8Bits = (one) => one.numbers >= 4096n;

// Of one parameter: what the optimizer keeps for it.
const STATES = {
  adamw: (one) => 2n * one.numbers * one.item + 4n,
  "adamw-8bit": (one) =>
    isIn8Bits(one)
      ? 2n * (one.numbers + FLOAT32 * piecesOf(one.numbers, 256n))
      : 2n * FLOAT32 * one.numbers,
  sgd: () => 0n,
  "sgd-momentum": (one) => one.numbers * one.item,
  adafactor: (one) => {
    if (one.shape.length <= 1) return one.numbers * one.item + 4n;
    const [rows, columns] = one.shape;
    return one.item * (rows + columns) + 4n;
  },
};

function stateBytes(optimizer, learning) {
  const hasTables = optimizer === "adamw-8bit" && learning.some(isIn8Bits);
  const states = learning.map((one) => one.times * STATES[optimizer](one));
  return (hasTables ? 2048n : 0n) + total(states);
}

function stepBytes(optimizer, learning, stepping) {
  if (!learning.length || optimizer.startsWith("sgd")) return 0n;
  if (optimizer === "adamw-8bit") {
    const unpacked = (one) => (isIn8Bits(one) ? (one.item === FLOAT32 ? 20n : 24n) * one.numbers : 0n);
    return stepping === "loop" ? largest(learning.map(unpacked)) : 0n;
  }
  if (stepping === "foreach") return total(learning.map((one) => one.bytes));
  const most = largest(learning.map((one) => one.numbers * one.item));
  return optimizer === "adamw" ? 2n * most : most;
}

// A typical decoder of a size, by interpolation between published ones: harness/predict/published.py.
function outlineOf(parameters, { ladder, least, most, near }) {
  if (!(parameters >= least && parameters <= most)) return null;
  const count = roundHalfEven(parameters);
  let at = ladder.findIndex((one, index) => index > 0 && count <= one.parameters);
  if (at < 0) at = ladder.length - 1;
  const [below, above] = [ladder[at - 1], ladder[at]];
  for (const one of [below, above]) {
    if (Math.abs(one.parameters - count) <= near * one.parameters) {
      return { ...one, parameters: count, source: `assumed: as ${one.source}` };
    }
  }
  return outlineBetween(count, below, above);
}

function outlineBetween(count, below, above) {
  const share =
    Math.log(count / below.parameters) / Math.log(above.parameters / below.parameters);
  const between = (name, step = 1) => {
    const [low, high] = [below[name], above[name]];
    return Math.max(1, roundHalfEven((low * (high / low) ** share) / step)) * step;
  };
  const [headSize, kvHeads] = [between("head_size", 8), between("kv_heads")];
  const draft = {
    ...(share > 0 ? above : below),
    parameters: count,
    layers: between("layers"),
    width: between("width", 16),
    heads: Math.max(kvHeads, between("heads")),
    kv_heads: kvHeads,
    head_size: headSize,
    vocabulary: between("vocabulary"),
    is_tied: share < 1 / 2 ? below.is_tied : above.is_tied,
    inner: 0,
    source: `assumed: between ${below.source} and ${above.source}`,
  };
  if (share < 0 || share > 1) draft.source = `assumed: beyond ${(share < 0 ? below : above).source}`;
  return { ...draft, inner: innerFor(draft, count) };
}

// The inner width that makes the parameters as many as asked for.
function innerFor(draft, count) {
  const exact = exactOutline(draft);
  const perInner = exact.layers * exact.mlp_matrices * exact.width;
  const [left, least] = [BigInt(count) - countedParameters(exact), Math.floor(draft.width / 2)];
  return left < 0n ? least : Math.max(least, Number(left / perInner));
}

function roundHalfEven(value) {
  const [whole, rest] = [Math.floor(value), value - Math.floor(value)];
  if (rest === 0.5) return whole % 2 === 0 ? whole : whole + 1;
  return rest > 0.5 ? whole + 1 : whole;
}
