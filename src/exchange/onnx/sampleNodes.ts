// The samples that a graph calculates with: as numbers, or made of the rows of a table or the windows of a series.
import { ArgumentError } from "../../common/errors.js";
import { quote } from "../../common/printable.js";
import type { ScalingParameters } from "../../data/scaling.js";
import { SeriesPreprocessor } from "../../data/seriesPreprocessor.js";
import { TablePreprocessor, type TablePreprocessorJson } from "../../data/tablePreprocessor.js";
import { type Shape, sizeOf } from "../../layers/shape.js";
import { type SeriesSource, type SeriesWindow, seriesSourceOf } from "../seriesSource.js";
import type { GraphBuilder } from "./graphBuilder.js";
import { reshaped } from "./layerNodes.js";
import { scaleNodes } from "./modelNodes.js";
import { ElementType, type OnnxPort } from "./onnxModel.js";
import { type TableFeatures, tableNodes, windowedTableNodes } from "./tableNodes.js";

/** What to take of a table; undefined if the user leaves it open. */
export type Input = "columns" | "features" | undefined;

/** What samples are made of. */
export interface SampleSource {
  readonly table: TablePreprocessor;
  /** How rows become windows; undefined for a table whose rows stand alone. */
  readonly series: SeriesSource | undefined;
}

/**
 * What a graph makes samples of.
 *
 * @param preprocessor what `toJSON` of a preprocessor gives; undefined if there is none
 * @param window how a series is cut whose preprocessor does not say it
 * @returns undefined if the graph takes samples as they are
 */
export function sourceOf(
  preprocessor: unknown,
  window: SeriesWindow | undefined,
  input: Input,
): SampleSource | undefined {
  if (input === "features") return undefined;
  if (preprocessor === undefined) {
    if (input === undefined) return undefined;
    throw new ArgumentError(
      'input "columns" needs the preprocessor that the samples were made with; save it with the model',
    );
  }
  const { kind } = preprocessor as { kind?: unknown };
  if (kind === "series") {
    const made = SeriesPreprocessor.fromJSON(preprocessor);
    return { table: made.table, series: seriesSourceOf(made) };
  }
  if (kind !== undefined) return undefined;
  const table = TablePreprocessor.fromJSON(preprocessor);
  const { size, stride = 1, splitAtGaps = false } = window ?? {};
  if (size === undefined) return { table, series: undefined };
  const columns = table.featureNames.length;
  return { table, series: { size, stride, columns, scaling: undefined, timeColumn: undefined, splitAtGaps } };
}

/**
 * Adds what the graph takes, and makes [batch, …shape] of it.
 *
 * @param scaling what scales the samples later
 * @param name of samples as they are
 */
export function sampleNodes(
  builder: GraphBuilder,
  shape: Shape,
  source: SampleSource | undefined,
  scaling: ScalingParameters | undefined,
  name = "samples",
): TableFeatures {
  if (!source) {
    const input = builder.input(floatPort(name, shape, `${name} as Isthmus takes them`));
    return { name: input, rest: undefined };
  }
  const { table, series } = source;
  const json: TablePreprocessorJson = table.toJSON();
  const width = table.featureNames.length;
  const wanted = width * (series?.size ?? 1);
  if (wanted !== sizeOf(shape)) {
    throw new ArgumentError(
      `the preprocessor makes ${wanted} features of a sample, but the model's samples have ${sizeOf(shape)} values`,
    );
  }
  const units = series?.scaling ?? scaling;
  if (units) noteCoarse(builder, table, units);
  if (!series) {
    const features = tableNodes(builder, json);
    const reshape = (each: string) =>
      reshaped(builder, { name: each, shape: [wanted], layout: "last" }, shape);
    return shape.length === 1 ? features : eachOf(features, reshape);
  }
  const rows = windowedTableNodes(builder, json, series.size);
  const own = series.scaling
    ? { name: scaleNodes(builder, series.scaling, rows, [width]), rest: undefined }
    : rows;
  builder.within("windows");
  return eachOf(own, (each) => builder.add("Reshape", [each, builder.ints("shape", [-1, ...shape])]));
}

function eachOf({ name, rest }: TableFeatures, change: (value: string) => string): TableFeatures {
  return { name: change(name), rest: rest === undefined ? undefined : change(rest) };
}

/** What a program must know to make samples, for `metadata_props`; undefined if it is not about windows. */
export function describedWindow(source: SampleSource | undefined): unknown {
  if (!source?.series) return undefined;
  const { size, stride, timeColumn } = source.series;
  const columns = source.table.columns.map(({ name }) => name);
  return { size, stride, columns, features: source.table.featureNames, timeColumn: timeColumn ?? null };
}

export function floatPort(name: string, shape: Shape, what: string): OnnxPort {
  const text = `${what}, [batch, ${shape.join(", ")}]`;
  return { name, type: ElementType.float, shape: ["batch", ...shape], text };
}

/** Distances below this many deviations should show in a score. */
const FINE = 1e-3;

/** Tells of columns whose values lie so far from 0 that 32-bit floats do not tell them apart well. */
function noteCoarse(
  builder: GraphBuilder,
  { columns }: TablePreprocessor,
  { offset, scale }: ScalingParameters,
): void {
  // The graph calculates with times in more bits.
  for (const { name, features } of columns.filter(({ type }) => type !== "date")) {
    const [first] = features as [number];
    const apart = (Math.abs(offset[first]!) * 2 ** -23) / scale[first]!;
    if (apart < FINE) continue;
    builder.notes.push(
      `column ${quote(name)} has values of which 32-bit floats tell only ${apart.toPrecision(2)} standard deviations apart; ` +
        'subtract a number from it before training, or export with input: "features"',
    );
  }
}
