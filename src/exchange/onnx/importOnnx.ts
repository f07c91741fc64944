import { FormatError } from "../../common/errors.js";
import { quote } from "../../common/printable.js";
import type { ScalingParameters } from "../../data/scaling.js";
import { type FileBytes, isDimension } from "../../formats/typedArrays.js";
import { type Shape, shapeText, sizeOf } from "../../layers/shape.js";
import { activationStep, isActivation, joinedActivationStep } from "./activationSteps.js";
import { batchNormalizationStep, denseStep, layerNormalizationStep, shiftStep } from "./denseSteps.js";
import { GraphView, refuse } from "./graphView.js";
import { ascending, Import, inOrder, type OnnxLayer } from "./importFlow.js";
import type { OnnxGraph, OnnxNode, OnnxPort } from "./onnxModel.js";
import { readOnnx } from "./readOnnx.js";
import { recurrentStep } from "./recurrentSteps.js";
import {
  axesAhead,
  pickStep,
  repeatStep,
  reshapeStep,
  sameStep,
  squeezeStep,
  transposeStep,
  unsqueezeStep,
} from "./shapeSteps.js";
import { convolutionStep, enlargeStep, globalMeanStep, poolingStep } from "./windowSteps.js";

export type { OnnxLayer } from "./importFlow.js";

/** An ONNX graph as a list of our layers. */
export interface OnnxImport {
  /** What kind of file it was. */
  readonly format: string;
  /** Shape of a sample, channels last. */
  readonly inputShape: Shape;
  /** From the sample to what the graph gives. */
  readonly layers: readonly OnnxLayer[];
  /** How many layers come before the first whose name is of a decoder; undefined if names do not say it. */
  readonly encoderDepth?: number;
  /** What scales samples before the first layer, and back after the last one; undefined if nothing does. */
  readonly scaling?: ScalingParameters;
  /** What the user should know, in sentences. */
  readonly notes: readonly string[];
}

/** Values in a sample, at most: more are a mistake or malice. */
const MOST_VALUES = 2 ** 31;

/**
 * Reads an ONNX graph whose nodes are layers of ours in a row: such as `torch.onnx.export`, tf2onnx and `exportOnnx` write them.
 *
 * Graphs with the channels first become ones with the channels last: samples, codes and weights are put in that order, so that the
 * same sample, in our order, gives the same output. A convolution that pads as PyTorch does gets zeros around its kernel where
 * our padding differs.
 *
 * @throws {FormatError} for anything but an ONNX file, for damaged ones, and for a node that no layer of ours stands for, by its
 *   name
 */
export function importOnnx(bytes: FileBytes): OnnxImport {
  const { graph, metadata } = readOnnx(bytes);
  if (metadata.get("isthmus.input") === "columns") {
    throw new FormatError(
      "the graph reads the columns of a table or series itself, which no layer does; import the model from its own file, or " +
        'export it with input: "features" (--input features)',
    );
  }
  const loop = graph.nodes.find(({ op }) => ["Loop", "Scan", "If"].includes(op));
  if (loop) {
    refuse(
      loop,
      "loops are not known; Keras's LSTM and GRU come in with the .keras file that model.save writes",
    );
  }
  const view = new GraphView(graph);
  const input = inputOf(graph);
  const dimensions = dimensionsOf(input);
  const [output] = graph.outputs;
  if (!output || graph.outputs.length > 1) {
    throw new FormatError(
      `the graph gives ${graph.outputs.length} values (${listed(graph.outputs)}), but an autoencoder gives one`,
    );
  }
  const axes = axesAhead(view, input.name, dimensions.length, []);
  if (axes[0] !== 0) throw new FormatError(`the first dimension of ${quote(input.name)} is not the batch`);
  const inputShape = dimensions.map((_, i) => dimensions[axes.indexOf(i + 1) - 1]!);
  const work = new Import(view, { value: input.name, shape: inputShape, axes });
  for (let count = 0; work.flow.value !== output.name; count++) {
    if (count > graph.nodes.length) throw new FormatError("the graph goes round in a circle");
    step(work, axes);
  }
  checkEnd(work, axes);
  const scaling = scalingOf(work, sizeOf(inputShape));
  const { layers, encoderDepth, notes } = work;
  if (!ascending(axes, inputShape)) {
    notes.unshift(
      `The file takes samples of [${dimensions.join(", ")}] with the channels first; here they are ${shapeText(inputShape)}, ` +
        "with the channels last.",
    );
  }
  return {
    ...{ format: "an ONNX graph", inputShape, layers, notes },
    ...(encoderDepth !== undefined && { encoderDepth }),
    ...(scaling && { scaling }),
  };
}

function listed(ports: readonly OnnxPort[]): string {
  return ports.length === 0
    ? "none"
    : ports
        .slice(0, 4)
        .map(({ name }) => quote(name))
        .join(", ");
}

/** The only input; old files list stored arrays as inputs, too. */
function inputOf({ inputs, tensors }: OnnxGraph): OnnxPort {
  const stored = new Set(tensors.map(({ name }) => name));
  const given = inputs.filter(({ name }) => !stored.has(name));
  if (given.length === 1) return given[0]!;
  throw new FormatError(
    `the graph takes ${given.length} values (${listed(given)}), but an autoencoder takes one`,
  );
}

/** The lengths of a sample's dimensions, as the graph has them. */
function dimensionsOf({ name, shape }: OnnxPort): number[] {
  const dimensions = shape?.slice(1) ?? [];
  const size = dimensions.reduce<number>((product, length) => product * Number(length), 1);
  if (
    dimensions.length > 0 &&
    dimensions.every((length) => isDimension(length) && length > 0) &&
    size <= MOST_VALUES
  ) {
    return dimensions as number[];
  }
  throw new FormatError(
    `the input ${quote(name)} must have the shape [batch, …] with known lengths, not ` +
      `${shape ? `[${shape.map((length) => (typeof length === "string" ? quote(length) : (length ?? "?"))).join(", ")}]` : "an unknown one"}`,
  );
}

const STEPS: Readonly<Record<string, (work: Import, node: OnnxNode, axes: readonly number[]) => void>> = {
  Gemm: denseStep,
  MatMul: denseStep,
  Add: shiftStep,
  Sub: shiftStep,
  Mul: shiftStep,
  Div: shiftStep,
  Conv: convolutionStep,
  ConvTranspose: convolutionStep,
  MaxPool: poolingStep,
  AveragePool: poolingStep,
  GlobalAveragePool: globalMeanStep,
  ReduceMean: globalMeanStep,
  Resize: enlargeStep,
  Upsample: enlargeStep,
  BatchNormalization: batchNormalizationStep,
  LayerNormalization: layerNormalizationStep,
  LSTM: recurrentStep,
  GRU: recurrentStep,
  Transpose: transposeStep,
  Reshape: reshapeStep,
  Flatten: reshapeStep,
  Squeeze: squeezeStep,
  Unsqueeze: unsqueezeStep,
  Expand: repeatStep,
  Tile: repeatStep,
  Gather: pickStep,
  Identity: sameStep,
  Cast: sameStep,
  Dropout: sameStep,
};

/** Follows the samples through the next node, or through the next few that are one activation. */
function step(work: Import, axes: readonly number[]): void {
  const { view, flow } = work;
  const nodes = view.consumers(flow.value);
  const [node] = nodes;
  if (!node)
    throw new FormatError(`nothing reads the value ${quote(flow.value)}, and the graph does not give it`);
  if (joinedActivationStep(work, nodes)) return;
  if (nodes.length > 1 || view.isOutput(flow.value)) {
    const readers = nodes.map(({ name, op }) => `${quote(name)} (${quote(op)})`).slice(0, 4);
    throw new FormatError(
      `the value ${quote(flow.value)} is read by ${readers.join(", ")}${view.isOutput(flow.value) ? " and given" : ""}; only layers in a row are known`,
    );
  }
  if (node.domain !== "" && node.domain !== "ai.onnx")
    refuse(node, `operators of ${quote(node.domain)} are not known`);
  if (isActivation(node)) activationStep(work, node);
  else if (Object.hasOwn(STEPS, node.op)) STEPS[node.op]!(work, node, axes);
  else refuse(node, "no layer of ours does this");
}

/** What the graph gives must lie as what it takes. */
function checkEnd({ flow, view }: Import, axes: readonly number[]): void {
  const node = view.producer(flow.value);
  const wanted = flow.axes.length === axes.length ? axes : inOrder(flow.shape.length);
  const same = flow.axes.every((axis, i) => axis === wanted[i]) || ascending(flow.axes, flow.shape);
  if (node && (flow.flattened || flow.axes[0] !== 0 || !same)) {
    refuse(node, "the graph gives its values in another order of dimensions than it takes samples");
  }
}

/** The scaling of samples, which must be taken back at the end. */
function scalingOf({ before, after, view, flow }: Import, size: number): ScalingParameters | undefined {
  const { shifts, scale } = before;
  if (shifts.length === 0 && !scale && !after.node) return undefined;
  const given = [...shifts, scale, after.scale, after.shift].filter((array) => array !== undefined);
  const offsetOf = (i: number) => shifts.reduce((sum, shift) => sum + shift[i]!, 0);
  const inverse =
    given.every(({ length }) => length === size) &&
    given[0]!.every((_, i) => {
      const factor = scale?.[i] ?? 1;
      const same = factor === (after.scale?.[i] ?? 1) && Math.fround(offsetOf(i)) === (after.shift?.[i] ?? 0);
      return same && factor > 0 && factor < Infinity && Number.isFinite(offsetOf(i));
    });
  if (inverse) {
    return {
      offset: Float64Array.from(given[0]!, (_, i) => offsetOf(i)),
      scale: Float64Array.from(given[0]!, (_, i) => scale?.[i] ?? 1),
    };
  }
  const node = after.node ?? view.producer(flow.value);
  const what =
    "samples are scaled before the first layer, and not scaled back by the same numbers after the last one";
  if (node) return refuse(node, what);
  throw new FormatError(what);
}
