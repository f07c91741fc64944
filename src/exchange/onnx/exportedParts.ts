// The graphs of each subject: what they take, what they calculate, and what they give.
import { StateError } from "../../common/errors.js";
import type { ScalingParameters } from "../../data/scaling.js";
import type { Shape } from "../../layers/shape.js";
import type { EnsembleGraph } from "../ensembleGraph.js";
import type { ModelGraph } from "../modelGraph.js";
import { ensembleNodes, meanSquares, verdictNodes } from "./detectorNodes.js";
import type { GraphBuilder } from "./graphBuilder.js";
import { reshaped } from "./layerNodes.js";
import { decoderNodes, encoderNodes, scaleNodes, unscaleNodes } from "./modelNodes.js";
import { floatPort, type SampleSource, sampleNodes } from "./sampleNodes.js";
import type { TableFeatures } from "./tableNodes.js";

/** What an exported graph is, besides its nodes. */
export interface Part {
  readonly name: string;
  /** For people who look into the file. */
  readonly text: string;
  /** What the model is made of, for `metadata_props`. */
  readonly description: unknown;
  /** What samples are made of; undefined if the graph takes them as they are. */
  readonly source?: SampleSource | undefined;
}

/** An autoencoder, or one of its halves. */
export function modelPart(
  builder: GraphBuilder,
  graph: ModelGraph,
  half: "model" | "encoder" | "decoder",
  source: SampleSource | undefined,
): Part {
  const { description, inputShape, latentShape } = graph;
  const scaling = learntScaling(graph);
  const taken =
    half === "decoder"
      ? { name: builder.input(floatPort("code", latentShape, "codes")), rest: undefined }
      : sampleNodes(builder, inputShape, source, scaling);
  const code =
    half === "decoder" ? taken.name : encoded(builder, graph, scaled(builder, scaling, taken, inputShape));
  if (half === "encoder") {
    builder.output(code, floatPort("code", latentShape, "codes"));
  } else {
    const decoded = decoderNodes(builder, graph, { name: code, shape: latentShape, layout: "last" });
    giveReconstruction(builder, graph, scaling, decoded.name, source);
  }
  const text = `${half === "model" ? "an autoencoder" : `the ${half} of an autoencoder`}, made with Isthmus`;
  return { name: half === "model" ? "autoencoder" : half, text, description, source };
}

/** An autoencoder with a threshold. */
export function detectorPart(
  builder: GraphBuilder,
  graph: ModelGraph,
  threshold: number,
  source: SampleSource | undefined,
): Part {
  const { inputShape, latentShape, description } = graph;
  const scaling = learntScaling(graph);
  const x = scaled(builder, scaling, sampleNodes(builder, inputShape, source, scaling), inputShape);
  const code = { name: encoded(builder, graph, x), shape: latentShape, layout: "last" } as const;
  const decoded = decoderNodes(builder, graph, code);
  giveReconstruction(builder, graph, scaling, decoded.name, source);
  const score = meanSquares(builder, x, decoded.name, inputShape.length);
  const units = scaling ? ", in scaled units" : "";
  verdictNodes(builder, score, threshold, `mean squared error of the reconstruction${units}`);
  const text = "an anomaly detector of an autoencoder, made with Isthmus";
  return { name: "detector", text, description: { ...description, threshold }, source };
}

/** A detector of `detectAnomalies`. */
export function ensemblePart(
  builder: GraphBuilder,
  graph: EnsembleGraph,
  source: SampleSource | undefined,
): Part {
  const { inputSize, threshold, columns, members, scaling } = graph;
  const features = sampleNodes(builder, [inputSize], source, scaling, "features");
  const score = ensembleNodes(builder, graph, features);
  verdictNodes(
    builder,
    score,
    threshold,
    `how unusual the ${source?.series ? "window" : "row"} is, about 1 for usual ones`,
  );
  const described = columns.map(({ name, features: own }) => ({ name, features: own }));
  const description = {
    members: members.map((member) => member.graph.description),
    columns: described,
    threshold,
  };
  const what = source?.series ? "series" : "tables";
  return { name: "detector", text: `an anomaly detector of ${what}, made with Isthmus`, description, source };
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
  x: TableFeatures,
  shape: Shape,
): string {
  return scaling ? scaleNodes(builder, scaling, x, shape) : x.name;
}

/** The code of samples, in Isthmus's own layout. */
function encoded(builder: GraphBuilder, graph: ModelGraph, x: string): string {
  return encoderNodes(builder, graph, { name: x, shape: graph.inputShape, layout: "last" }).name;
}

/** Gives the reconstruction in the units of what the graph takes: windows of a series as its rows. */
function giveReconstruction(
  builder: GraphBuilder,
  { inputShape }: ModelGraph,
  scaling: ScalingParameters | undefined,
  y: string,
  source: SampleSource | undefined,
): void {
  let reconstruction = scaling ? unscaleNodes(builder, scaling, y, inputShape) : y;
  let shape = inputShape;
  if (source?.series) {
    shape = [source.series.size, source.table.featureNames.length];
    const value = { name: reconstruction, shape: inputShape, layout: "last" } as const;
    reconstruction = reshaped(builder.within("windows"), value, shape);
    const own = source.series.scaling;
    if (own) reconstruction = unscaleNodes(builder, own, reconstruction, [shape[1]!]);
  }
  builder.output(reconstruction, floatPort("reconstruction", shape, "reconstructions of the samples"));
}
