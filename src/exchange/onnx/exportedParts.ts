// The graphs of each subject: what they take, what they calculate, and what they give.
import { ArgumentError, StateError } from "../../common/errors.js";
import { quote } from "../../common/printable.js";
import type { ScalingParameters } from "../../data/scaling.js";
import type { TablePreprocessorJson } from "../../data/tablePreprocessor.js";
import { type Shape, sizeOf } from "../../layers/shape.js";
import type { EnsembleGraph } from "../ensembleGraph.js";
import type { ModelGraph } from "../modelGraph.js";
import { ensembleNodes, meanSquares, verdictNodes } from "./detectorNodes.js";
import type { GraphBuilder } from "./graphBuilder.js";
import { reshaped } from "./layerNodes.js";
import { decoderNodes, encoderNodes, scaleNodes, unscaleNodes } from "./modelNodes.js";
import { ElementType, type OnnxPort } from "./onnxModel.js";
import { tableNodes } from "./tableNodes.js";

/** What an exported graph is, besides its nodes. */
export interface Part {
  readonly name: string;
  /** For people who look into the file. */
  readonly text: string;
  /** What the model is made of, for `metadata_props`. */
  readonly description: unknown;
}

/** What to take of a table; undefined if the user leaves it open. */
type Input = "columns" | "features" | undefined;

/** An autoencoder, or one of its halves. */
export function modelPart(
  builder: GraphBuilder,
  graph: ModelGraph,
  half: "model" | "encoder" | "decoder",
  preprocessor: unknown,
  input: Input,
): Part {
  const { description, inputShape, latentShape } = graph;
  const scaling = learntScaling(graph);
  const taken =
    half === "decoder"
      ? builder.input(floatPort("code", latentShape, "codes"))
      : samples(builder, inputShape, preprocessor, input);
  const code =
    half === "decoder" ? taken : encoded(builder, graph, scaled(builder, scaling, taken, inputShape));
  if (half === "encoder") {
    builder.output(code, floatPort("code", latentShape, "codes"));
  } else {
    const decoded = decoderNodes(builder, graph, { name: code, shape: latentShape, layout: "last" });
    giveReconstruction(builder, graph, scaling, decoded.name);
  }
  const text = half === "model" ? "an autoencoder" : `the ${half} of an autoencoder`;
  return { name: half === "model" ? "autoencoder" : half, text: `${text}, made with Isthmus`, description };
}

/** An autoencoder with a threshold. */
export function detectorPart(
  builder: GraphBuilder,
  graph: ModelGraph,
  threshold: number,
  preprocessor: unknown,
  input: Input,
): Part {
  const { inputShape, latentShape, description } = graph;
  const scaling = learntScaling(graph);
  const x = scaled(builder, scaling, samples(builder, inputShape, preprocessor, input), inputShape);
  const code = { name: encoded(builder, graph, x), shape: latentShape, layout: "last" } as const;
  const decoded = decoderNodes(builder, graph, code);
  giveReconstruction(builder, graph, scaling, decoded.name);
  const score = meanSquares(builder, x, decoded.name, inputShape.length);
  const units = scaling ? ", in scaled units" : "";
  verdictNodes(builder, score, threshold, `mean squared error of the reconstruction${units}`);
  const text = "an anomaly detector of an autoencoder, made with Isthmus";
  return { name: "detector", text, description: { ...description, threshold } };
}

/** A detector of `detectAnomalies`. */
export function ensemblePart(
  builder: GraphBuilder,
  graph: EnsembleGraph,
  preprocessor: unknown,
  window: { readonly size: number } | undefined,
  input: Input,
): Part {
  const { inputSize, threshold, columns, members } = graph;
  if (window && input !== "features") {
    throw new ArgumentError(
      `the detector scores windows of ${window.size} rows, which a graph cannot cut; export with input: "features" and give ` +
        "the features of a window's rows, one behind the other",
    );
  }
  const table = input === "features" ? undefined : preprocessor;
  const features = samples(builder, [inputSize], table, input, "features");
  if (table !== undefined) noteCoarse(builder, graph);
  const score = ensembleNodes(builder, graph, features);
  verdictNodes(builder, score, threshold, "how unusual the row is, about 1 for usual ones");
  const described = columns.map(({ name, features: own }) => ({ name, features: own }));
  const description = {
    members: members.map((member) => member.graph.description),
    columns: described,
    threshold,
  };
  return { name: "detector", text: "an anomaly detector of tables, made with Isthmus", description };
}

/** Distances below this many deviations should show in a score. */
const FINE = 1e-3;

/** Tells of columns whose values lie so far from 0 that 32-bit floats do not tell them apart well. */
function noteCoarse(builder: GraphBuilder, { columns, scaling: { offset, scale } }: EnsembleGraph): void {
  for (const { name, features } of columns) {
    const [first] = features as [number];
    const apart = (Math.abs(offset[first]!) * 2 ** -23) / scale[first]!;
    if (apart < FINE) continue;
    builder.notes.push(
      `column ${quote(name)} has values of which 32-bit floats tell only ${apart.toPrecision(2)} standard deviations apart; ` +
        'subtract a number from it before training, or export with input: "features"',
    );
  }
}

/** Adds what the graph takes, and makes [batch, …shape] of it. */
function samples(
  builder: GraphBuilder,
  shape: Shape,
  preprocessor: unknown,
  input: Input,
  name = "samples",
): string {
  const table = input === "features" ? undefined : tableOf(preprocessor, input);
  if (!table) return builder.input(floatPort(name, shape, `${name} as Isthmus takes them`));
  const features = tableNodes(builder, table);
  if (shape.length === 1) return features;
  return reshaped(builder, { name: features, shape: [sizeOf(shape)], layout: "last" }, shape);
}

/** What was learnt of a table; undefined for samples that are made of something else. */
function tableOf(preprocessor: unknown, input: Input): TablePreprocessorJson | undefined {
  const table = preprocessor as (TablePreprocessorJson & { kind?: string }) | undefined;
  if (table !== undefined && table.kind === undefined) return table;
  if (input === undefined) return undefined;
  throw new ArgumentError(
    table
      ? 'input "columns" is of tables, but the samples of this model are windows of a series; leave it out, and give windows'
      : 'input "columns" needs the preprocessor that the samples were made with; save it with the model',
  );
}

function learntScaling({ description, scaling }: ModelGraph): ScalingParameters | undefined {
  if (description.scaling === undefined || scaling) return scaling;
  throw new StateError(
    `the model scales samples (${description.scaling}) by the data that it is trained on; call fit before exporting it`,
  );
}

function scaled(
  builder: GraphBuilder,
  scaling: ScalingParameters | undefined,
  x: string,
  shape: Shape,
): string {
  return scaling ? scaleNodes(builder, scaling, x, shape) : x;
}

/** The code of samples, in Isthmus's own layout. */
function encoded(builder: GraphBuilder, graph: ModelGraph, x: string): string {
  return encoderNodes(builder, graph, { name: x, shape: graph.inputShape, layout: "last" }).name;
}

function giveReconstruction(
  builder: GraphBuilder,
  { inputShape }: ModelGraph,
  scaling: ScalingParameters | undefined,
  y: string,
): void {
  const reconstruction = scaling ? unscaleNodes(builder, scaling, y, inputShape) : y;
  builder.output(reconstruction, floatPort("reconstruction", inputShape, "reconstructions of the samples"));
}

function floatPort(name: string, shape: Shape, what: string): OnnxPort {
  const text = `${what}, [batch, ${shape.join(", ")}]`;
  return { name, type: ElementType.float, shape: ["batch", ...shape], text };
}
