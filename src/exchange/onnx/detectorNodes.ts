import { LARGEST_RATIO, WIDEST_INPUT } from "../../anomaly/ratios.js";
import type { EnsembleGraph, EnsembleMember } from "../ensembleGraph.js";
import type { GraphBuilder } from "./graphBuilder.js";
import { decoderNodes, encoderNodes, scaleNodes } from "./modelNodes.js";
import { ElementType, int, ints } from "./onnxModel.js";
import type { TableFeatures } from "./tableNodes.js";

/** Adds the outputs `score` and `flag`. A score that is no number counts as infinite, as in Isthmus. */
export function verdictNodes(builder: GraphBuilder, score: string, threshold: number, what: string): void {
  builder.within("score");
  const infinite = builder.scalar("infinity", Number.POSITIVE_INFINITY);
  const safe = builder.add("Where", [builder.add("IsNaN", [score]), infinite, score]);
  const flag = builder.add("Greater", [safe, builder.scalar("threshold", floorToFloat(threshold))]);
  const shape = ["batch"];
  builder.output(safe, { name: "score", type: ElementType.float, shape, text: what });
  const text = `whether the score is above ${threshold}`;
  builder.output(flag, { name: "flag", type: ElementType.bool, shape, text });
}

/** The largest 32-bit float that is not above a number: a 32-bit score is above both, or above neither. */
function floorToFloat(value: number): number {
  const nearest = Math.fround(value);
  if (nearest <= value) return nearest;
  const bits = new Uint32Array(Float32Array.of(nearest).buffer);
  // Thresholds are at least 0, so the next smaller float has the next smaller bits.
  bits[0]!--;
  return new Float32Array(bits.buffer)[0]!;
}

/** Adds the mean of the squared differences over all dimensions but the batch. */
export function meanSquares(builder: GraphBuilder, x: string, y: string, rank: number): string {
  const difference = builder.within("score").add("Sub", [y, x]);
  const squares = builder.add("Mul", [difference, difference]);
  const axes = Array.from({ length: rank }, (_, i) => i + 1);
  return builder.add("ReduceMean", [squares], { attributes: { axes: ints(axes), keepdims: int(0) } });
}

/**
 * Adds the score of each row, as `Ensemble.scores` calculates it.
 *
 * @param x features, [batch, features]
 */
export function ensembleNodes(builder: GraphBuilder, ensemble: EnsembleGraph, x: TableFeatures): string {
  const { scaling, inputSize, columns, members } = ensemble;
  const still = columns.map((_, column) => members[0]!.meanErrors[column] === 0);
  const scaled = scaleNodes(builder, scaling, x, [inputSize]);
  builder.within("input");
  const widest = [builder.scalar("least", -WIDEST_INPUT), builder.scalar("most", WIDEST_INPUT)];
  let input = builder.add("Clip", [scaled, ...widest]);
  const changing = new Float32Array(inputSize);
  columns.forEach(({ features }, column) => {
    if (!still[column]) for (const feature of features) changing[feature] = 1;
  });
  if (still.includes(true)) input = builder.add("Mul", [input, builder.floats("changing", changing)]);
  const sums = members.map((member, index) => {
    const value = { name: input, shape: [inputSize], layout: "last" } as const;
    const output = builder.inPart(`members.${index}`, () =>
      decoderNodes(builder, member.graph, encoderNodes(builder, member.graph, value)),
    );
    builder.within(`members.${index}`);
    const errors = builder.add("Abs", [builder.add("Sub", [scaled, output.name])]);
    return ratioSquares(builder, ensemble, still, member, errors);
  });
  builder.within("score");
  if (still.includes(true)) sums.push(stillSquares(builder, ensemble, still, x.name));
  const sum = builder.add("Sum", sums);
  const moving = Math.max(1, still.filter((flag) => !flag).length);
  const mean = builder.add("Div", [sum, builder.scalar("terms", members.length * moving)]);
  return builder.add("Sqrt", [mean]);
}

/** The sum of the squares of the ratios of all columns that change, [batch]. */
function ratioSquares(
  builder: GraphBuilder,
  { columns, inputSize }: EnsembleGraph,
  still: readonly boolean[],
  { meanErrors }: EnsembleMember,
  errors: string,
): string {
  const moving = columns.flatMap(({ features }, column) =>
    still[column] ? [] : [{ features, share: 1 / meanErrors[column]! }],
  );
  const ratios = builder.add("MatMul", [errors, sumsOf(builder, moving, inputSize)]);
  const most = builder.scalar("largest", LARGEST_RATIO);
  // What is no number is not less, and counts as the largest.
  const capped = builder.add("Where", [builder.add("Less", [ratios, most]), ratios, most]);
  return sumOfSquares(builder, capped);
}

/** A column that never changed in training has the largest ratio for any other value, in each member. */
function stillSquares(
  builder: GraphBuilder,
  { columns, inputSize, scaling, members }: EnsembleGraph,
  still: readonly boolean[],
  x: string,
): string {
  const constant = columns.flatMap(({ features }, column) => (still[column] ? [{ features, share: 1 }] : []));
  const same = builder.add("Equal", [x, builder.floats("constants", scaling.offset)]);
  const other = builder.add("Cast", [builder.add("Not", [same])], {
    attributes: { to: int(ElementType.float) },
  });
  const moved = builder.add("MatMul", [other, sumsOf(builder, constant, inputSize)]);
  const most = builder.scalar("largest in all", LARGEST_RATIO * Math.sqrt(members.length));
  const zero = builder.scalar("zero", 0);
  const ratios = builder.add("Where", [builder.add("Greater", [moved, zero]), most, zero]);
  return sumOfSquares(builder, ratios);
}

/** A matrix [features, columns] that sums up the features of each column, times its share. */
function sumsOf(
  builder: GraphBuilder,
  columns: readonly { readonly features: readonly number[]; readonly share: number }[],
  inputSize: number,
): string {
  const matrix = new Float64Array(inputSize * columns.length);
  columns.forEach(({ features, share }, column) => {
    for (const feature of features) matrix[feature * columns.length + column] = share;
  });
  return builder.floats("columns", matrix, [inputSize, columns.length]);
}

function sumOfSquares(builder: GraphBuilder, ratios: string): string {
  return builder.add("ReduceSumSquare", [ratios], { attributes: { axes: ints([1]), keepdims: int(0) } });
}
