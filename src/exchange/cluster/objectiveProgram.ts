import { kernelStrengths } from "../../layers/penalties.js";
import { sizeOf } from "../../layers/shape.js";
import { stackOf } from "../../network/description.js";
import { huber, type Loss, type LossName, lossName } from "../../network/losses.js";
import { ownParameters } from "../../network/stack.js";
import type { ModelGraph } from "../modelGraph.js";
import { type NamedModule, namedModules } from "../pytorch/modelProgram.js";
import { literal } from "../pytorch/pythonText.js";

/** The losses of samples as Keras has them: means over the values of each. */
const LOSSES: Readonly<Record<LossName, (loss?: Loss) => string>> = {
  meanSquaredError: () => `
def mean_squared_error(y, x):
    return (y - x).square().mean(1)`,
  meanAbsoluteError: () => `
def mean_absolute_error(y, x):
    return (y - x).abs().mean(1)`,
  huber: (loss) => {
    const { delta } = typeof loss === "object" ? loss : huber();
    return `
def huber(y, x):
    return F.huber_loss(y, x, reduction="none", delta=${delta}).mean(1)`;
  },
  binaryCrossentropy: () => `
def binary_crossentropy(y, x):
    return F.binary_cross_entropy(y.clamp(1e-7, 1 - 1e-7), x, reduction="none").mean(1)`,
};

const FROM_LOGITS = `
def binary_crossentropy_of_logits(z, x):
    return F.binary_cross_entropy_with_logits(z, x, reduction="none").mean(1)`;

const functionName = (name: LossName) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** What is measured of a model's outputs. */
interface Compared {
  /** The loss's function. */
  readonly loss: string;
  /** Name of the module whose output it takes. */
  readonly output: string;
  readonly last: string;
}

/** Under this name all modules of a pass have their output. */
const outputOf = (half: string, { name }: NamedModule) => `outputs[${literal(`${half}.${name}`)}]`;

/** The last module of a layer, whose output is the layer's. */
function lastOf(modules: readonly NamedModule[], place: string): NamedModule {
  return modules.findLast(({ layer }) => layer?.place === place)!;
}

/** Cross-entropy behind a sigmoid is computed from what the sigmoid takes. */
function compared(graph: ModelGraph): Compared {
  const { description } = graph;
  const { encoder, decoder } = namedModules(graph);
  const last = outputOf("decoder", decoder.at(-1)!);
  const loss = functionName(lossName(description.loss));
  const { layers } = stackOf(description);
  const { place, options } = layers.findLast(({ kind }) => kind.build)!;
  const sigmoid = decoder.findLastIndex(({ layer }) => layer?.place === place);
  const behindSigmoid = "activation" in options && decoder[sigmoid]!.label === "sigmoid";
  if (description.loss !== "binaryCrossentropy" || !behindSigmoid) return { loss, output: last, last };
  const output =
    sigmoid > 0 ? outputOf("decoder", decoder[sigmoid - 1]!) : outputOf("encoder", encoder.at(-1)!);
  return { loss: `${loss}_of_logits`, output, last };
}

/** Sums of absolute values on layers' outputs, as an expression; undefined if there are none. */
function activityText(graph: ModelGraph): string | undefined {
  const halves = namedModules(graph);
  const terms = (["encoder", "decoder"] as const).flatMap((half) =>
    graph[half].flatMap(({ options, place }) => {
      if (!("activityPenalty" in options) || !options.activityPenalty) return [];
      const output = outputOf(half, lastOf(halves[half], place));
      return [`${options.activityPenalty.strength} * ${output}.abs().sum()`];
    }),
  );
  return terms.length > 0 ? terms.join(" + ") : undefined;
}

/** Penalties on weights, as an expression. */
function kernelText({ description }: ModelGraph): string | undefined {
  const terms = stackOf(description).layers.flatMap((layer) =>
    ownParameters(layer).flatMap(({ name, penalty }) => {
      if (!penalty) return [];
      const { l1, l2 } = kernelStrengths(penalty);
      const weight = `self.model.get_parameter("${layer.name}.${name}")`;
      return [
        ...(l1 > 0 ? [`${l1} * ${weight}.abs().sum()`] : []),
        ...(l2 > 0 ? [`${l2} * ${weight}.square().sum()`] : []),
      ];
    }),
  );
  return terms.length > 0 ? terms.join(" + ") : undefined;
}

/** Parameters that Isthmus keeps as they are: the second biases of LSTMs. */
function frozen({ description }: ModelGraph): string[] {
  return stackOf(description).layers.flatMap((layer) =>
    ownParameters(layer).flatMap(({ name, trainable, counted }) =>
      trainable === false && counted === false ? [`${layer.name}.${name}`] : [],
    ),
  );
}

/** The output of the encoder's layer whose means `klSparsity` looks at. */
function codeText(graph: ModelGraph): string | undefined {
  if (!graph.description.sparsity) return undefined;
  const { encoder } = namedModules(graph);
  const { layers, encoderDepth } = stackOf(graph.description);
  const code = layers.slice(0, encoderDepth).findLast(({ kind }) => kind.build && !kind.trainingOnly)!;
  return `${outputOf("encoder", lastOf(encoder, code.place))}.flatten(1).sum(0)`;
}

function sparsityFunction({ description }: ModelGraph): string[] {
  const { sparsity } = description;
  if (!sparsity) return [];
  const { target, weight } = sparsity;
  return [
    `
def kl_sparsity(means):
    """The divergence of the code's mean activations from the target, which is infinite at 0 and 1."""
    means = means + (means.clamp(1e-6, 1 - 1e-6) - means).detach()
    divergences = ${target} * torch.log(${target} / means) + ${1 - target} * torch.log(${1 - target} / (1 - means))
    return ${weight} * divergences.sum()`,
  ];
}

/** Metrics that the run's history has, and the loss. */
function lossFunctions(graph: ModelGraph, metrics: readonly LossName[], { loss }: Compared): string[] {
  const own = lossName(graph.description.loss);
  const names = new Set(loss.endsWith("logits") ? metrics : [own, ...metrics]);
  return [
    ...(loss.endsWith("logits") ? [FROM_LOGITS] : []),
    ...[...names].map((name) => LOSSES[name](name === own ? graph.description.loss : undefined)),
  ];
}

/** The loss of a run as Python: its functions and the class `Objective`. */
export function objectiveProgram(graph: ModelGraph, metrics: readonly LossName[]): string[] {
  const { latent, inputShape, description } = graph;
  const comparison = compared(graph);
  const { loss, output, last } = comparison;
  const [activity, kernel, codes] = [activityText(graph), kernelText(graph), codeText(graph)];
  const gaussian = `self.model.get_submodule(${literal(latent?.name ?? "")})`;
  const sums = [
    latent ? `${sizeOf(inputShape)} * losses.sum()` : "losses.sum()",
    latent ? `${gaussian}.divergence().sum()` : "zero",
    activity ?? "zero",
    ...metrics.map((name) => `${functionName(name)}(y, x).sum()`),
  ];
  const { beta, warmupSteps } = description.latent ?? { beta: 0, warmupSteps: 0 };
  const weight = warmupSteps > 0 ? `${beta} * min(1, step / ${warmupSteps})` : `${beta}`;
  const penalties = [kernel, codes && "kl_sparsity(means)"].filter((term) => term !== undefined);
  return [
    ...lossFunctions(graph, metrics, comparison),
    ...sparsityFunction(graph),
    `
class Objective(nn.Module):
    """The loss that Isthmus calculates, of batches that are divided among processes."""

    # Parameters that stay as they are.
    frozen = ${literal(frozen(graph))}
    variational = ${literal(latent !== undefined)}

    def __init__(self, model):
        super().__init__()
        self.model = model
        for name in self.frozen:
            model.get_parameter(name).requires_grad_(False)

    def outputs(self, x):
        """What each module gives, by its name."""
        outputs = {}${description.corruption ? "\n        x = self.model.corruption(x)" : ""}
        for half in ("encoder", "decoder"):
            for name, module in getattr(self.model, half).named_children():
                x = outputs[f"{half}.{name}"] = module(x)
        return outputs

    def measure(self, x):
        """
        Sums over samples: losses, divergences, activity penalties, and each metric. Also those of the activations of
        the code, if their means count.
        """
        outputs, x, zero = self.outputs(x), x.flatten(1), x.new_zeros(())
        losses = ${loss}(${output}.flatten(1), x)${
          metrics.length > 0 ? `\n        y = ${last}.flatten(1)` : ""
        }
        sums = [
${sums.map((sum) => `            ${sum},`).join("\n")}
        ]
        return torch.stack(sums), ${codes ?? "None"}

    def penalties(self, means):
        """What is added to the mean loss of samples. \`means\` are those of the activations of the code."""
        return ${penalties.join(" + ") || "0.0"}

    @staticmethod
    def divergence_weight(step):
        """In step \`step\`, counted from 1."""
        return ${latent ? weight : "0.0"}

    def forward(self, x, rows, step):
        """
        The part that this process, which has the samples \`x\`, has in the loss of a batch of \`rows\`. The loss is the sum
        of all parts. Also its sums of losses, with penalties, of reconstruction losses, divergences and metrics.
        """
        sums, codes = self.measure(x)
        own = sums[0] + self.divergence_weight(step) * sums[1] + sums[2]
        means = None if codes is None else GlobalSum.apply(codes) / rows
        part = own / rows + self.penalties(means) / dist.get_world_size()
        return part, torch.cat([(part * rows)[None], sums[:2], sums[3:]]).detach().double()`,
  ];
}
