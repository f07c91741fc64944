// What an exported module exports, as JavaScript with JSDoc and as declarations of types.

/** Something that a module exports. */
export interface PublicName {
  /** What it is, in a sentence or two. */
  readonly summary: string;
  /** Its declaration for TypeScript, without `export`. */
  readonly type: string;
  /** Its code, without `export`. */
  readonly code: string;
  /** Lines of JSDoc with the types of what it takes and gives. */
  readonly tags?: readonly string[];
}

/** All that functions take as samples, in TypeScript. */
const SAMPLES = "ArrayLike<number> | readonly unknown[] | { readonly data: ArrayLike<number> }";
const SAMPLES_TAG = `@param {${SAMPLES}} samples`;
const TYPED = `samples: ${SAMPLES}`;

/** The functions of a model. */
export function modelNames({
  encoder,
  decoder,
  scaling,
  inputSize,
  latentSize,
}: {
  readonly encoder: string;
  readonly decoder: string;
  readonly scaling: string | undefined;
  readonly inputSize: number;
  readonly latentSize: number;
}): readonly PublicName[] {
  const there = scaling ? `scaled(row, ${scaling})` : "row";
  const back = (x: string) => (scaling ? `unscaled(${x}, ${scaling})` : x);
  const floats = { tags: [SAMPLES_TAG, "@returns {Float32Array}"] };
  return [
    {
      summary: `The codes of samples: ${latentSize} values for each, one sample behind the other.`,
      type: `function encode(${TYPED}): Float32Array`,
      ...floats,
      code: `function encode(samples) {
  return joined(readRows(samples).map((row) => ${encoder}(${there})), ${latentSize});
}`,
    },
    {
      summary: `The samples that codes stand for: ${inputSize} values for each code of ${latentSize}.`,
      type: `function decode(codes: ${SAMPLES}): Float32Array`,
      tags: [`@param {${SAMPLES}} codes`, "@returns {Float32Array}"],
      code: `function decode(codes) {
  return joined(toRows(codes, ${latentSize}).map((code) => ${back(`${decoder}(code)`)}), ${inputSize});
}`,
    },
    {
      summary: `What the model makes of samples: ${inputSize} values for each, one behind the other.`,
      type: `function reconstruct(${TYPED}): Float32Array`,
      ...floats,
      code: `function reconstruct(samples) {
  return joined(readRows(samples).map((row) => ${back(`${decoder}(${encoder}(${there}))`)}), ${inputSize});
}`,
    },
    {
      summary: `How badly each sample is reconstructed: the mean squared error${scaling ? " of its scaled values" : ""}.`,
      type: `function score(${TYPED}): Float32Array`,
      ...floats,
      code: `function score(samples) {
  return Float32Array.from(readRows(samples), (row) => {
    const x = ${there};
    return meanSquaredError(x, ${decoder}(${encoder}(x)));
  });
}`,
    },
  ];
}

/** The functions of an ensemble. */
export function ensembleNames(): readonly PublicName[] {
  const reason = "{ name: string, column: number, value: unknown, expected: unknown, share: number }";
  const reasons = `{ row: number, score: number, reasons: ${reason}[] }[]`;
  return [
    {
      summary: "How unusual each row is: about 1 for usual rows, more for others.",
      type: `function score(${TYPED}): Float32Array`,
      tags: [SAMPLES_TAG, "@returns {Float32Array}"],
      code: "function score(samples) {\n  return ensembleScores(readRows(samples), ensemble);\n}",
    },
    {
      summary:
        "Why rows have their scores: the columns that contribute most, with the row's value, the expected one, and the part " +
        "of the squared score that they account for.",
      type: `function explain(${TYPED}, top?: number): ${reasons}`,
      tags: [SAMPLES_TAG, "@param {number} [top] the most columns to name", `@returns {${reasons}}`],
      code: "function explain(samples, top = 3) {\n  return ensembleReasons(readRows(samples), ensemble, top);\n}",
    },
  ];
}

/** The functions of a detector with a threshold. */
export function detectorNames(threshold: number): readonly PublicName[] {
  return [
    {
      summary: "The score above which a sample is an anomaly.",
      type: "const threshold: number",
      code: `const threshold = ${threshold};`,
    },
    {
      summary: "1 for each sample whose score is above the limit, 0 for the others.",
      type: `function flag(${TYPED}, limit?: number): Uint8Array`,
      tags: [SAMPLES_TAG, "@param {number} [limit]", "@returns {Uint8Array}"],
      code: "function flag(samples, limit = threshold) {\n  return Uint8Array.from(score(samples), (value) => (value > limit ? 1 : 0));\n}",
    },
  ];
}

/**
 * The functions of a model whose samples are windows of a series.
 *
 * @param threshold of a detector
 */
export function seriesNames(
  { size, stride }: { readonly size: number; readonly stride: number },
  threshold: number | undefined,
): readonly PublicName[] {
  const flags = threshold === undefined ? "" : ", windowFlags: Uint8Array, pointFlags: Uint8Array";
  const result = `{ starts: Uint32Array, windows: Float32Array, points: Float64Array${flags} }`;
  const scores = "seriesScores(readSeries(rows), seriesPlan, score)";
  return [
    {
      summary:
        "The scores of a series: of each window, with the row that it starts at, and of each row, the mean over the windows " +
        "that have it." +
        (threshold === undefined
          ? ""
          : " Flags are 1 for windows whose score is above the limit, and for rows of which all windows are."),
      type: `function scoreSeries(rows: ${SAMPLES}${threshold === undefined ? "" : ", limit?: number"}): ${result}`,
      tags: [
        `@param {${SAMPLES}} rows of the series, in the order of time`,
        ...(threshold === undefined ? [] : ["@param {number} [limit]"]),
        `@returns {${result}}`,
      ],
      code:
        threshold === undefined
          ? `function scoreSeries(rows) {\n  return ${scores};\n}`
          : `function scoreSeries(rows, limit = threshold) {\n  return withFlags(${scores}, seriesPlan, limit);\n}`,
    },
    {
      summary: `The score of one window: of ${size} rows that follow each other.`,
      type: `function scoreWindow(rows: ${SAMPLES}): number`,
      tags: [`@param {${SAMPLES}} rows`, "@returns {number}"],
      code: "function scoreWindow(rows) {\n  return score(oneWindow(readSeries(rows), seriesPlan))[0];\n}",
    },
    { summary: "Rows in a window.", type: "const windowSize: number", code: `const windowSize = ${size};` },
    {
      summary: "Rows between the starts of windows.",
      type: "const windowStride: number",
      code: `const windowStride = ${stride};`,
    },
  ];
}

/** The name itself. */
export function nameOf({ type }: PublicName): string {
  return /^\w+ (\w+)/.exec(type)![1]!;
}

/** A name as the module has it. */
export function scriptOf({ summary, tags = [], code }: PublicName): string {
  return `${docOf(summary, tags)}\nexport ${code}`;
}

/** A name as the declarations have it. */
export function declarationOf({ summary, type }: PublicName): string {
  return `${docOf(summary, [])}\nexport declare ${type};`;
}

function docOf(summary: string, tags: readonly string[]): string {
  if (tags.length === 0) return `/** ${summary} */`;
  return ["/**", ` * ${summary}`, " *", ...tags.map((tag) => ` * ${tag}`), " */"].join("\n");
}
