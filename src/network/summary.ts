import type { GaussianLatent } from "../layers/gaussian.js";
import type { Layer } from "../layers/layers.js";
import type { ParameterWish } from "../layers/parameter.js";
import { type Shape, sizeOf } from "../layers/shape.js";
import { ownParameters, type Stack, type StackLayer } from "./stack.js";

/** One layer of a model. */
export interface LayerSummary {
  /** Prefix of its weights' names: `encoder.0`; empty if it has no weights. */
  readonly name: string;
  /** Its place in the model's description: `encoder[0]`, or `latent`. */
  readonly place: string;
  /** The layer as its function returned it; for a variational model's code, the `latent`. */
  readonly layer: Layer | GaussianLatent;
  /** Shape of its input, for one sample. */
  readonly inputShape: Shape;
  /** Shape of its output, for one sample. */
  readonly outputShape: Shape;
  /** Whether it uses the transposed weights of an encoder layer. */
  readonly tied: boolean;
  /** Number of its own parameters. */
  readonly parameterCount: number;
  /** How many of them are trained by gradients; running statistics are not. */
  readonly trainableCount: number;
}

/** The layers of a model from sample to code and back, including a Gaussian latent. */
export function layerSummaries({ layers }: Stack): LayerSummary[] {
  return layers.filter(({ place }) => place !== "corruption").map(summaryOf);
}

const countOf = (wishes: readonly ParameterWish[]) =>
  wishes.reduce((sum, { shape, counted = true }) => sum + (counted ? sizeOf(shape) : 0), 0);

function summaryOf(stacked: StackLayer): LayerSummary {
  const { name, place, options, inputShape, outputShape, wishes, tiedTo } = stacked;
  const own = ownParameters(stacked);
  return {
    name: wishes.length > 0 ? name : "",
    place,
    layer: options as Layer | GaussianLatent,
    inputShape,
    outputShape,
    tied: tiedTo !== undefined,
    parameterCount: countOf(own),
    trainableCount: countOf(own.filter(({ trainable = true }) => trainable)),
  };
}

/** One row of a model's table. */
export interface SummaryRow {
  /** Place and kind of the layer: `encoder[0] (dense)`. */
  readonly layer: string;
  /** Shape of its output for one sample. */
  readonly outputShape: Shape;
  /** Number of its own weights and biases. */
  readonly parameters: number;
  /** How many of them are trained by gradients. */
  readonly trainable: number;
}

/** A model as a table. `toString()` returns it as Keras prints it. */
export interface Summary {
  /** One row per layer, from sample to code and back. */
  readonly rows: readonly SummaryRow[];
  /** Number of all weights and biases. */
  readonly parameters: number;
  /** How many of them are trained by gradients. */
  readonly trainable: number;
  /** The table as text, as wide as its columns need. */
  toString(): string;
}

class Table implements Summary {
  readonly rows: readonly SummaryRow[];
  readonly parameters: number;
  readonly trainable: number;

  constructor(rows: readonly SummaryRow[]) {
    this.rows = rows;
    this.parameters = rows.reduce((sum, { parameters }) => sum + parameters, 0);
    this.trainable = rows.reduce((sum, { trainable }) => sum + trainable, 0);
  }

  toString(): string {
    return tableText(this);
  }
}

/** The table of a model's layers. */
export function summaryTable(layers: readonly LayerSummary[]): Summary {
  const rows = layers.map(({ place, layer, tied, outputShape, parameterCount, trainableCount }) => {
    const kind = tied ? `${layer.kind}, tied` : layer.kind;
    const counts = { parameters: parameterCount, trainable: trainableCount };
    return { layer: `${place} (${kind})`, outputShape, ...counts };
  });
  return new Table(rows);
}

const HEAD = ["Layer (type)", "Output Shape", "Param #"] as const;

/** Bytes of a float32. */
const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** Formats 25120 as `25,120`, in every locale. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Formats the memory of parameters as Keras does: `199.19 KB`. */
function sizeText(count: number): string {
  let size = count * FLOAT_BYTES;
  const units = ["B", "KB", "MB", "GB"];
  while (size >= 1024 && units.length > 1) {
    size /= 1024;
    units.shift();
  }
  return `${size.toFixed(2)} ${units[0]}`;
}

/** Keras's table: text columns aligned left, numbers right, and the totals below. */
function tableText({ rows, parameters, trainable }: Summary): string {
  const cells = rows.map((row) => [
    row.layer,
    `(None, ${row.outputShape.join(", ")})`,
    grouped(row.parameters),
  ]);
  const widths = HEAD.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]!.length)),
  );
  const line = ([name, shape, count]: readonly string[], bar: string) => {
    const texts = [name!.padEnd(widths[0]!), shape!.padEnd(widths[1]!), count!.padStart(widths[2]!)];
    return `${bar} ${texts.join(` ${bar} `)} ${bar}`;
  };
  const rule = (left: string, stroke: string, cross: string, right: string) =>
    left + widths.map((width) => stroke.repeat(width + 2)).join(cross) + right;
  const body = cells.map((row) => line(row, "│"));
  const total = (title: string, count: number) => ` ${title}: ${grouped(count)} (${sizeText(count)})`;
  return [
    rule("┏", "━", "┳", "┓"),
    line(HEAD, "┃"),
    rule("┡", "━", "╇", "┩"),
    body.join(`\n${rule("├", "─", "┼", "┤")}\n`),
    rule("└", "─", "┴", "┘"),
    total("Total params", parameters),
    total("Trainable params", trainable),
    total("Non-trainable params", parameters - trainable),
  ].join("\n");
}
