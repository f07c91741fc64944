// What multiplies by matrices and adds: dense layers, biases, scaling, normalization.
import { batchNormalization } from "../../layers/batchNormalization.js";
import { type DenseLayer, dense } from "../../layers/dense.js";
import { layerNormalization } from "../../layers/layerNormalization.js";
import type { GraphWeight } from "../modelGraph.js";
import { transposed } from "../weightArray.js";
import { floatOf, intOf, refuse } from "./graphView.js";
import { channelsFirst, type Import, orderOf, UNIT, withColumns, withRows } from "./importFlow.js";
import type { OnnxNode } from "./onnxModel.js";

/** Gemm, and MatMul: a dense layer along the last dimension. */
export function denseStep(work: Import, node: OnnxNode): void {
  const { flow } = work;
  if (node.inputs[0] !== flow.value)
    refuse(node, "only products with a constant matrix on the right are known");
  const rank = flow.shape.length;
  if (flow.axes.at(-1) !== rank || flow.axes.includes(UNIT)) {
    refuse(node, "multiplies along another dimension than that of the channels");
  }
  const gemm = node.op === "Gemm";
  if (gemm && (floatOf(node, "alpha", 1) !== 1 || intOf(node, "transA", 0) !== 0 || rank !== 1)) {
    refuse(node, "only alpha = 1 and samples as rows are known");
  }
  const given = work.constant(node, 1);
  if (given.shape.length !== 2) refuse(node, `its matrix has ${given.shape.length} dimensions`);
  const matrix = gemm && intOf(node, "transB", 0) !== 0 ? given : transposed(given);
  const [units, inputs] = matrix.shape as [number, number];
  if (inputs !== flow.shape.at(-1) || units === 0) {
    refuse(node, `its matrix takes ${inputs} values, but there are ${flow.shape.at(-1)}`);
  }
  const weight = flow.flattened ? withColumns(matrix, orderOf(flow.flattened)) : matrix;
  const weights: [string, GraphWeight][] = [["weight", weight]];
  if (gemm && node.inputs[2]) {
    if (floatOf(node, "beta", 1) !== 1) refuse(node, "only beta = 1 is known");
    weights.push(["bias", work.vector(node, 2, units)]);
  }
  work.add(node, dense(units, "linear", { bias: weights.length > 1 }), weights);
  const { flattened, ...rest } = flow;
  work.go({ ...rest, value: node.outputs[0]!, shape: [...flow.shape.slice(0, -1), units] });
}

/** Add, Sub, Mul, Div with constants: biases, and the scaling of samples. */
export function shiftStep(work: Import, node: OnnxNode): void {
  const { flow, layers, before, after } = work;
  const at = node.inputs[0] === flow.value ? 1 : 0;
  const wanted = node.op === "Add" || node.op === "Mul" ? at : 1;
  if (wanted !== at) refuse(node, "a constant minus or divided by samples is no layer of ours");
  if (
    (node.op === "Add" && addBias(work, node, at)) ||
    (node.op === "Mul" && multiplyLayer(work, node, at))
  ) {
    work.pass(node.outputs[0]!);
    return;
  }
  const { data } = perValue(work, node, at);
  const atStart = layers.every(({ layer }) => layer.kind === "reshape" || layer.kind === "flatten");
  if (atStart && node.op === "Sub" && !before.scale) before.shifts.push(data);
  else if (atStart && node.op === "Div" && !before.scale) before.scale = data;
  else if (!atStart && node.op === "Mul" && !after.node) Object.assign(after, { node, scale: data });
  else if (!atStart && node.op === "Add" && !after.shift)
    Object.assign(after, { node: after.node ?? node, shift: data });
  else
    refuse(
      node,
      "only biases, (x − offset) / scale before the first layer, and its inverse at the end are known",
    );
  work.pass(node.outputs[0]!);
}

/** Numbers for the channels of the layer before, which must be linear; undefined if they are something else. */
function perChannel(work: Import, node: OnnxNode, at: number): Float32Array | undefined {
  const layer = work.layers.at(-1)?.layer;
  const linear = layer && "bias" in layer && "activation" in layer && layer.activation === "linear";
  if (!linear || "recurrentActivation" in layer || work.after.node) return undefined;
  const { shape, axes } = work.flow;
  const constant = work.constant(node, at);
  // The numbers must lie along the channels, wherever those are.
  const offset = axes.length - constant.shape.length;
  const along = constant.shape.every((length, i) => length === 1 || axes[i + offset] === shape.length);
  return along && constant.data.length === shape.at(-1) ? constant.data : undefined;
}

/** Whether samples are scaled: then the numbers behind the last layer scale them back. */
function isScaled({ before }: Import): boolean {
  return before.shifts.length > 0 || before.scale !== undefined;
}

/** Adds numbers to the bias of the layer before. */
function addBias(work: Import, node: OnnxNode, at: number): boolean {
  const data = perChannel(work, node, at);
  const last = work.layers.at(-1);
  if (!data || !last) return false;
  const bias = last.weights.get("bias");
  if (bias && isScaled(work)) return false;
  const sum = bias ? data.map((value, i) => value + bias.data[i]!) : data;
  const weights = new Map([...last.weights, ["bias", { shape: [data.length], data: sum }] as const]);
  work.change({ ...last.layer, bias: true } as DenseLayer, weights);
  return true;
}

/** Multiplies the outputs of the layer before, as tf2onnx does with a normalization that has become numbers. */
function multiplyLayer(work: Import, node: OnnxNode, at: number): boolean {
  const data = perChannel(work, node, at);
  const last = work.layers.at(-1);
  if (!data || !last || isScaled(work)) return false;
  // A transposed convolution has its outputs second: [inputs, outputs, …].
  const second = last.layer.kind.endsWith("Transpose");
  const weights = [...last.weights].map(([name, { shape, data: values }]) => {
    const behind = second && name === "weight" ? shape.slice(2) : shape.slice(1);
    const size = behind.reduce((product, length) => product * length, 1);
    const scaled = values.map((value, i) => value * data[Math.floor(i / size) % data.length]!);
    return [name, { shape, data: scaled }] as const;
  });
  work.change(last.layer, new Map(weights));
  return true;
}

/** A constant for each value of a sample, in our order. */
function perValue(work: Import, node: OnnxNode, at: number): GraphWeight {
  const { shape, axes, flattened } = work.flow;
  const size = shape.reduce((a, b) => a * b, 1);
  const constant = work.constant(node, at);
  const fits = constant.data.length === size && axes[0] === 0 && !flattened;
  if (!fits || !axes.every((axis, i) => axis === i)) {
    refuse(node, "only a number for each value of a sample, in the order of the sample, is known");
  }
  return constant;
}

/** BatchNormalization, of vectors and of images with channels first. */
export function batchNormalizationStep(work: Import, node: OnnxNode): void {
  const { axes, shape, flattened } = work.flow;
  const rank = shape.length;
  if (!channelsFirst(rank).every((axis, i) => axes[i] === axis) || axes.length !== rank + 1) {
    refuse(node, "normalizes another dimension than that of the channels");
  }
  const width = shape.at(-1)!;
  const names = ["weight", "bias", "running_mean", "running_var"];
  const weights = names.map((name, i) => {
    const vector = work.vector(node, i + 1, width);
    return [name, flattened ? withRows(vector, orderOf(flattened)) : vector] as const;
  });
  const momentum = floatOf(node, "momentum", 0.9);
  const epsilon = Math.fround(floatOf(node, "epsilon", 1e-5));
  if (!(epsilon > 0) || !(momentum >= 0 && momentum < 1))
    refuse(node, "its epsilon or momentum is out of range");
  work.add(node, batchNormalization({ epsilon, momentum }), weights);
  work.pass(node.outputs[0]!);
}

/** LayerNormalization along the last dimension. */
export function layerNormalizationStep(work: Import, node: OnnxNode): void {
  const { axes, shape, flattened } = work.flow;
  const axis = intOf(node, "axis", -1);
  if (axes.at(-1) !== shape.length || (axis !== -1 && axis !== axes.length - 1)) {
    refuse(node, "normalizes other dimensions than that of the channels");
  }
  const width = shape.at(-1)!;
  const parameter = (index: number) => {
    const vector = work.vector(node, index, width);
    return flattened ? withRows(vector, orderOf(flattened)) : vector;
  };
  const weights: [string, GraphWeight][] = [["weight", parameter(1)]];
  if (node.inputs[2]) weights.push(["bias", parameter(2)]);
  const epsilon = floatOf(node, "epsilon", 1e-5);
  if (!(epsilon > 0)) refuse(node, "its epsilon is not positive");
  work.add(node, layerNormalization({ epsilon, center: weights.length > 1 }), weights);
  work.pass(node.outputs[0]!);
}
