import { boolean, type Hints, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import { type InitializerName, toInitializer } from "./initializers.js";
import {
  type ActivityPenalty,
  checkActivityPenalty,
  type KernelPenalty,
  toKernelPenalty,
} from "./penalties.js";

/** Options of every layer with weights and a bias. */
interface KernelOptions {
  initializer?: InitializerName;
  kernelInitializer?: InitializerName;
  bias?: boolean;
  useBias?: boolean;
  kernelPenalty?: KernelPenalty;
  activityPenalty?: ActivityPenalty;
}

/** The names of these options. */
export const KERNEL_KEYS: readonly (keyof KernelOptions)[] = [
  "initializer",
  "kernelInitializer",
  "bias",
  "useBias",
  "kernelPenalty",
  "activityPenalty",
];

/** Hints for names from other libraries. */
export const KERNEL_HINTS: Hints = {
  kernelregularizer: "Keras's kernelRegularizer is kernelPenalty here: l2(1e-4)",
  activityregularizer: "Keras's activityRegularizer is activityPenalty here: l1(1e-4)",
  biasinitializer: "biases start at 0",
};

/** The value of an option that has two names. */
function either<T>(name: string, value: T | undefined, alias: string, other: T | undefined): T | undefined {
  if (value !== undefined && other !== undefined && value !== other) {
    throw new ArgumentError(
      `${name} and ${alias} are the same, but ${show(value)} and ${show(other)} are not`,
    );
  }
  return value ?? other;
}

/**
 * Checks the options and fills in defaults.
 *
 * @throws {ArgumentError} for values out of range
 */
export function checkKernelOptions(options: KernelOptions) {
  const named = (name: "initializer" | "kernelInitializer") =>
    options[name] === undefined ? undefined : toInitializer(name, options[name]);
  const initializer = either(
    "initializer",
    named("initializer"),
    "kernelInitializer",
    named("kernelInitializer"),
  );
  const bias = either("bias", options.bias, "useBias", options.useBias);
  const kernelPenalty = toKernelPenalty(options.kernelPenalty);
  const activityPenalty = checkActivityPenalty(options.activityPenalty);
  return {
    initializer: initializer ?? ("glorotUniform" as const),
    bias: boolean("bias", bias ?? true),
    ...(kernelPenalty && { kernelPenalty }),
    ...(activityPenalty && { activityPenalty }),
  };
}
