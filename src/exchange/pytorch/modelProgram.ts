import { sizeOf } from "../../layers/shape.js";
import type { GraphLayer, ModelGraph } from "../modelGraph.js";
import { layerModules, type TorchModule } from "./layerModules.js";
import { MODULE_CLASSES } from "./moduleClasses.js";
import { call, indented, literal, stacked } from "./pythonText.js";

/** A module under its name in an `nn.Sequential`. */
export interface NamedModule extends TorchModule {
  /** `0` for the first with weights, as in the file of weights; `relu1` and so on for the others, by their place. */
  readonly name: string;
  /** The layer that it belongs to; undefined for the code of a variational model. */
  readonly layer: GraphLayer | undefined;
}

/** The modules of both halves, in order. */
export function namedModules(graph: ModelGraph): Record<"encoder" | "decoder", readonly NamedModule[]> {
  const { latent } = graph;
  const encoder = modulesOf(graph.encoder);
  if (!latent) return { encoder, decoder: modulesOf(graph.decoder) };
  const inputs = latent.weight.shape[1]!;
  const code = { call: call("Gaussian", [inputs, latent.units].map(String)), label: "gaussian" };
  return {
    encoder: [...encoder, { ...code, name: latent.name.split(".")[1]!, layer: undefined }],
    decoder: modulesOf(graph.decoder),
  };
}

function modulesOf(layers: readonly GraphLayer[]): NamedModule[] {
  const all: NamedModule[] = [];
  for (const layer of layers) {
    layerModules(layer).forEach((module, index) => {
      const weighted = index === 0 && layer.weights.size > 0;
      const name = weighted ? layer.name.split(".")[1]! : `${module.label}${all.length}`;
      all.push({ ...module, name, layer });
    });
  }
  return all;
}

/** The source of `model.py`: the classes that a model needs, and the model. */
export function modelProgram(graph: ModelGraph): string {
  const halves = namedModules(graph);
  const { corruption } = graph.description;
  const noise = corruption && corruptionCall(corruption);
  const scaling = graph.scaling && call("Scaling", graph.inputShape.map(String));
  const calls = [...halves.encoder, ...halves.decoder].map((module) => module.call);
  const all = [scaling, noise, ...calls].join("\n");
  const classes = Object.entries(MODULE_CLASSES).filter(([name]) => new RegExp(`^${name}\\(`, "m").test(all));
  const model = modelClass(graph, halves, { scaling, noise });
  return stacked([
    `${docstring(graph)}\n\n${imports([...classes.map(([, source]) => source), all].join("\n"))}`,
    ...classes.map(([, source]) => source),
    model,
    LOAD,
    main(graph),
  ]);
}

function corruptionCall(corruption: NonNullable<ModelGraph["description"]["corruption"]>): string {
  if (corruption.kind === "gaussianNoise") return call("GaussianNoise", [String(corruption.deviation)]);
  const name = corruption.kind === "maskingNoise" ? "MaskingNoise" : "SaltAndPepper";
  return call(name, [String(corruption.rate)]);
}

const batchOf = (shape: readonly number[]) => `[batch, ${shape.join(", ")}]`;

function docstring({ inputShape, latentShape }: ModelGraph): string {
  return `"""
An autoencoder as PyTorch modules, written by Isthmus. It needs torch and safetensors:

    import model

    autoencoder = model.load("model.safetensors")
    with torch.no_grad():
        reconstructions = autoencoder(samples)
        codes = autoencoder.encode(samples)

Samples are float32 ${batchOf(inputShape)}${inputShape.length > 1 ? ", channels last" : ""}; bytes divided by 255. Codes are ${batchOf(latentShape)}.
"""`;
}

function imports(source: string): string {
  const functional = /\bF\./.test(source) ? "\nfrom torch.nn import functional as F" : "";
  return `import sys
from collections import OrderedDict

import torch
from safetensors.torch import load_file
from torch import nn${functional}`;
}

function modelClass(
  graph: ModelGraph,
  { encoder, decoder }: Record<"encoder" | "decoder", readonly NamedModule[]>,
  { scaling, noise }: { readonly scaling: string | undefined; readonly noise: string | undefined },
): string {
  const scaled = (x: string) => (scaling ? `self.scaling(${x})` : x);
  const unscaled = (x: string) => (scaling ? `self.scaling.invert(${x})` : x);
  const noisy = (x: string) => (noise ? `self.corruption(${x})` : x);
  const attributes = [
    ...(scaling ? [`self.scaling = ${scaling}`] : []),
    ...(noise ? [`self.corruption = ${noise}`] : []),
    sequential("encoder", encoder),
    sequential("decoder", decoder),
  ];
  return `class Autoencoder(nn.Module):
    """The model. Weights have the names and shapes of its file."""

    def __init__(self):
        super().__init__()
${indented(attributes.join("\n"), 8)}

    def encode(self, samples):
        """The codes of samples, ${batchOf(graph.latentShape)}."""
        return self.encoder(${scaled("samples")})

    def decode(self, codes):
        """The samples of codes, ${batchOf(graph.inputShape)}."""
        return ${unscaled("self.decoder(codes)")}

    def forward(self, samples):
        """Reconstructions of samples${trainsWithNoise(graph) ? "; in training with the noise of the model" : ""}."""
        return self.decode(self.encoder(${noisy(scaled("samples"))}))`;
}

function trainsWithNoise({ description, encoder, decoder, latent }: ModelGraph): boolean {
  const noisy = [...encoder, ...decoder].some(({ trainingOnly }) => trainingOnly);
  return noisy || latent !== undefined || description.corruption !== undefined;
}

/** The modules of a half, one a line, with the shape of a sample behind each layer that changes it. */
function sequential(half: string, modules: readonly NamedModule[]): string {
  const lines = modules.map(({ name, call: source, layer }, index) => {
    const ends = layer && modules[index + 1]?.layer !== layer;
    const changed = ends && layer.inputShape.join() !== layer.outputShape.join();
    return `    (${literal(name)}, ${source}),${changed ? `  # [${layer.outputShape.join(", ")}]` : ""}`;
  });
  return `self.${half} = nn.Sequential(OrderedDict([\n${lines.join("\n")}\n]))`;
}

const LOAD = `
def load(path="model.safetensors"):
    """The model with the weights of a file, ready for predictions. Every name and shape must fit."""
    autoencoder = Autoencoder()
    autoencoder.load_state_dict(load_file(path), strict=True)
    return autoencoder.eval()`;

function main({ inputShape }: ModelGraph): string {
  return `if __name__ == "__main__":
    autoencoder = load(*sys.argv[1:])
    with torch.no_grad():
        samples = torch.zeros(${literal([1, ...inputShape])})
        codes = autoencoder.encode(samples)
        reconstructions = autoencoder.decode(codes)
    print(f"samples {list(samples.shape)}, codes {list(codes.shape)}, reconstructions {list(reconstructions.shape)}")
    print(f"{sum(parameter.numel() for parameter in autoencoder.parameters()):,} parameters, ${sizeOf(inputShape)} values a sample")`;
}
