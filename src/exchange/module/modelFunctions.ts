import { ArgumentError } from "../../common/errors.js";
import { type Shape, shapeText } from "../../layers/shape.js";
import type { GraphLatent, GraphLayer, GraphWeight, ModelGraph } from "../modelGraph.js";
import { layerCall, type ModuleParts } from "./layerCalls.js";
import { layerText } from "./layerText.js";
import { doublesText } from "./weightBlock.js";

/** The functions of a model in a module, for one row of float64 each. */
export interface ModelFunctions {
  readonly encoder: string;
  readonly decoder: string;
  /** The constant with what scales samples; undefined if nothing does. */
  readonly scaling: string | undefined;
  /** Their text. */
  readonly text: string;
}

/**
 * Writes the two halves of a model as functions.
 *
 * @param prefix what their names begin with: nothing, or that of a member
 * @throws {ArgumentError} for a layer that a module cannot calculate
 */
export function modelFunctions(graph: ModelGraph, prefix: string, parts: ModuleParts): ModelFunctions {
  const [encoder, decoder] = [named(prefix, "runEncoder"), named(prefix, "runDecoder")];
  const scaling = graph.scaling && named(prefix, "scaling");
  const texts = [
    halfText("encoder", encoder, graph.inputShape, graph.encoder, prefix, parts, graph.latent),
    halfText("decoder", decoder, graph.latentShape, graph.decoder, prefix, parts),
  ];
  if (graph.scaling) {
    const { offset, scale } = graph.scaling;
    const fields = [offset, scale].map((values) => doublesText(values, parts.pieces));
    texts.push(`const ${scaling} = {\n  offset: ${fields[0]},\n  scale: ${fields[1]},\n};`);
  }
  return { encoder, decoder, scaling, text: texts.join("\n\n") };
}

/** `name`, or with a prefix `member0Name`. */
export function named(prefix: string, name: string): string {
  return prefix === "" ? name : prefix + name[0]!.toUpperCase() + name.slice(1);
}

function halfText(
  half: string,
  name: string,
  shape: Shape,
  layers: readonly GraphLayer[],
  prefix: string,
  parts: ModuleParts,
  latent?: GraphLatent,
): string {
  const lines: string[] = [];
  const add = (what: string, call: string | undefined) => {
    if (call !== undefined) lines.push(`  // ${what}`, `  x = ${call};`);
  };
  for (const layer of layers) {
    const constant = named(prefix, layer.name.replace(".", ""));
    add(`${layer.place}: ${layerText(layer)}`, layerCall(layer, constant, parts));
  }
  if (latent) {
    add("the mean of the latent normal distribution", latentCall(latent, named(prefix, "latent"), parts));
  }
  return `/** The ${half}, which takes ${shapeText(shape)}. */\nfunction ${name}(x) {\n${lines.join("\n")}\n  return x;\n}`;
}

/** The mean alone: in predictions nothing is drawn. */
function latentCall(
  { units, weight, bias }: GraphLatent,
  constant: string,
  { pieces, weights }: ModuleParts,
) {
  const half = ({ shape, data }: GraphWeight): GraphWeight => ({
    shape: [units, ...shape.slice(1)],
    data: data.subarray(0, data.length / 2),
  });
  const inputs = weight.shape[1];
  if (inputs === undefined) throw new ArgumentError("the latent layer has no inputs");
  const own = weights.add(constant, { weight: half(weight), bias: half(bias) });
  return `${pieces.use("dense")}(x, ${own}, ${inputs})`;
}
