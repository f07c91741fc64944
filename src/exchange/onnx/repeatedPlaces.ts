// Images and sequences that are enlarged by repeating their places, as tf2onnx writes Keras's UpSampling.
import { upSampling1d } from "../../layers/upSampling1d.js";
import { upSampling2d } from "../../layers/upSampling2d.js";
import { intsOf } from "./graphView.js";
import { type Import, lengthsOf, UNIT } from "./importFlow.js";
import type { OnnxNode } from "./onnxModel.js";

/**
 * Unsqueeze, Tile along the new dimension, perhaps a Transpose, and a Reshape that joins the new dimension and the one before:
 * each place along that one so many times.
 *
 * @returns whether the nodes are these; then the samples are behind them
 */
export function enlargeByRepeats(work: Import, unsqueeze: OnnxNode): boolean {
  const { flow, view } = work;
  const only = (node: OnnxNode | undefined, op: string) => {
    const readers = view.consumers(node?.outputs[0] ?? "");
    return readers.length === 1 && readers[0]!.op === op ? readers[0] : undefined;
  };
  const tile = only(unsqueeze, "Tile");
  const turn = only(tile, "Transpose");
  const [place] = intsOf(unsqueeze, "axes") ?? view.integers(unsqueeze.inputs[1] ?? "") ?? [];
  const counts = view.integers(tile?.inputs[1] ?? "");
  const rank = flow.shape.length;
  if (place === undefined || !counts || flow.axes.includes(UNIT) || flow.flattened || rank < 2) return false;
  const times = counts[place] ?? 0;
  if (times < 2 || counts.some((count, i) => i !== place && count !== 1)) return false;
  // The new dimension is UNIT until it is joined.
  let axes: readonly number[] = [...flow.axes.slice(0, place), UNIT, ...flow.axes.slice(place)];
  if (turn) {
    const perm = intsOf(turn, "perm") ?? [];
    if (perm.length !== axes.length) return false;
    axes = perm.map((from) => axes[from]!);
  }
  const join = only(turn ?? tile, "Reshape");
  const own = axes[axes.indexOf(UNIT) - 1] ?? 0;
  // Places, not channels, and not the samples of a batch.
  if (!join || own < 1 || own >= rank) return false;
  const shape = flow.shape.map((length, i) => (i === own - 1 ? length * times : length));
  const next = { value: join.outputs[0]!, shape, axes: axes.filter((axis) => axis !== UNIT) };
  view.met(
    (turn ?? tile)!.outputs[0]!,
    [...lengthsOf({ shape: flow.shape, axes })].map((length, i) => (axes[i] === UNIT ? times : length)),
  );
  const wanted = view.integers(join.inputs[1] ?? "");
  const lengths = lengthsOf(next);
  const fits =
    wanted?.length === lengths.length &&
    wanted.every((length, i) => length === -1 || Object.is(length, lengths[i]));
  if (!fits) return false;
  if (rank === 2) work.add(join, upSampling1d({ size: times }));
  else work.add(join, upSampling2d({ size: own === 1 ? [times, 1] : [1, times] }));
  work.go(next);
  return true;
}
