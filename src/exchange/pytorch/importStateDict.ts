import { ArgumentError, FormatError } from "../../common/errors.js";
import { quote } from "../../common/printable.js";
import type { NamedTensor } from "../../formats/safetensors.js";
import { toActivation } from "../../layers/activations.js";
import { sizeOf } from "../../layers/shape.js";
import type { UnsplitModel } from "../importedModel.js";
import { activationsOf } from "./guessedActivations.js";
import type { StateDictOptions } from "./stateDictOptions.js";
import { gapAfter, type StateGroup, stateGroups } from "./stateGroups.js";
import { TorchStack } from "./torchStack.js";

/** What a module is, by the names and ranks of its tensors. */
type ModuleKind = "dense" | "convolution" | "recurrent" | "batchNormalization" | "layerNormalization";

/**
 * Reads the weights of a PyTorch model: modules in the order of their names, as one chain. Convolutions become channels
 * last, and with them the dense layers next to them.
 *
 * @throws {ArgumentError} for what has to be given as an option, by its name
 * @throws {ShapeError} {FormatError} for modules that do not fit together, or are not known
 */
export function importStateDict(tensors: Iterable<NamedTensor>, options: StateDictOptions): UnsplitModel {
  const { groups, notes } = stateGroups(tensors, options.order);
  if (groups.length === 0) throw new FormatError("bytes is a safetensors file without weights of layers");
  const kinds = groups.map(kindOfModule);
  const weighted = groups.filter((_, index) => ["dense", "convolution"].includes(kinds[index]!));
  const encoders = groups.findLastIndex(({ half }) => half === "encoder");
  const firstDecoder = groups.findIndex(({ half }) => half === "decoder");
  // What is between the halves, such as the layer of a mean, is the encoder's.
  const codeGroup = encoders >= 0 && firstDecoder > encoders ? groups[firstDecoder - 1] : narrowest(weighted);
  const chosen = activationsOf(weighted, codeGroup, options, (group) =>
    gapAfter(group, groups[groups.indexOf(group) + 1]),
  );
  const stack = new TorchStack(inputShapeOf(groups[0]!, kinds[0]!, options), options);
  let encoderDepth: number | undefined;
  groups.forEach((group, index) => {
    if (index === firstDecoder && encoders >= 0) {
      stack.endEncoder(kinds[index] === "recurrent");
      encoderDepth = stack.codeDepth;
    }
    switch (kinds[index]) {
      case "dense":
        stack.dense(group);
        break;
      case "convolution":
        stack.convolution(group);
        break;
      case "recurrent":
        stack.recurrent(group, kinds[index + 1] === "recurrent" && groups[index + 1]!.half === group.half);
        break;
      default:
        stack.normalization(group);
    }
    const activation = chosen.names.get(group);
    // A normalization right behind a layer comes before its activation.
    if (activation) stack.pending = toActivation("activation", activation);
    if (!kinds[index + 1]?.endsWith("Normalization")) stack.activate(group.name);
  });
  stack.finish();
  return {
    format: "PyTorch state dict (safetensors)",
    inputShape: stack.inputShape,
    layers: stack.layers,
    ...(encoderDepth !== undefined && { encoderDepth }),
    notes: [...notes, ...chosen.notes, ...stack.notes],
  };
}

function kindOfModule({ name, tensors }: StateGroup): ModuleKind {
  const weight = tensors.get("weight");
  if (tensors.has("running_mean") && tensors.has("running_var")) return "batchNormalization";
  if (tensors.has("weight_ih_l0") && tensors.has("weight_hh_l0")) return "recurrent";
  const known = [...tensors.keys()].every((each) => each === "weight" || each === "bias");
  const rank = known ? (weight?.shape.length ?? 0) : 0;
  if (rank === 1) return "layerNormalization";
  if (rank === 2) return "dense";
  if (rank === 3 || rank === 4) return "convolution";
  const names = [...tensors.keys()].slice(0, 8).map(quote).join(", ");
  throw new FormatError(
    `the module ${quote(name)} has the tensors ${names}, which are none of a dense, convolutional, recurrent or ` +
      "normalization layer",
  );
}

/** The dense layer with the fewest outputs. */
function narrowest(groups: readonly StateGroup[]): StateGroup | undefined {
  const widths = groups
    .map(({ tensors }) => tensors.get("weight")!)
    .map(({ shape }) => (shape.length === 2 ? shape[0]! : Infinity));
  const inner = widths.slice(0, -1);
  return groups[inner.indexOf(inner.reduce((a, b) => Math.min(a, b), Infinity))];
}

function inputShapeOf({ name, tensors }: StateGroup, kind: ModuleKind, { inputShape }: StateDictOptions) {
  const size = tensors.get("weight")?.shape[1];
  if (kind === "dense" && (!inputShape || sizeOf(inputShape) === size || inputShape.at(-1) === size))
    return inputShape ?? [size!];
  if (kind === "layerNormalization" || kind === "batchNormalization")
    return inputShape ?? [(tensors.get("weight") ?? tensors.get("running_mean"))!.shape[0]!];
  if (inputShape) return inputShape;
  const wanted = kind === "recurrent" ? "[steps, features]" : "[height, width, channels]";
  throw new ArgumentError(
    `the file does not say the shape of a sample for ${quote(name)}; give it as inputShape, channels last: ${wanted}`,
  );
}
