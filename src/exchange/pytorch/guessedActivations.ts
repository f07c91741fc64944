import { show } from "../../common/check.js";
import { ArgumentError } from "../../common/errors.js";
import { cut } from "../../common/printable.js";
import { toActivation } from "../../layers/activations.js";
import type { StateDictOptions } from "./stateDictOptions.js";
import { LONGEST_MESSAGE, type StateGroup } from "./stateGroups.js";

/** What follows hidden layers in most tutorials. */
const USUAL = "relu";

/**
 * The activations after the dense and convolutional modules, which a state dict does not say.
 *
 * @param code the module that gives the code
 * @param gap whether there is a place for one behind a module; undefined if names do not say
 * @throws {ArgumentError} for unknown names, and for lists of another length
 */
export function activationsOf(
  groups: readonly StateGroup[],
  code: StateGroup | undefined,
  { activation }: StateDictOptions,
  gap: (group: StateGroup) => boolean | undefined,
): { names: ReadonlyMap<StateGroup, string>; notes: string[] } {
  if (typeof activation === "object") {
    const list = activation;
    if (list.length !== groups.length) {
      const names = groups.map(({ name }) => name).join(", ");
      throw new ArgumentError(
        cut(
          `activation has ${list.length} names, but there are ${groups.length} layers to give one each: ${names}`,
          LONGEST_MESSAGE,
        ),
      );
    }
    return { names: new Map(groups.map((group, index) => [group, list[index]!])), notes: [] };
  }
  if (activation !== undefined && typeof activation !== "string") {
    throw new ArgumentError(`activation must be a name or a list of names, not ${show(activation)}`);
  }
  const usual = toActivation("activation", activation ?? USUAL);
  const hidden = groups.filter((group) => group !== code && group !== groups.at(-1) && gap(group) !== false);
  const names = new Map(groups.map((group) => [group, hidden.includes(group) ? usual : "linear"]));
  const listed = (all: readonly StateGroup[]) => all.map(({ name }) => name).join(", ");
  const linear = groups.filter((group) => !hidden.includes(group));
  const note =
    `Activations are not in the file: ${hidden.length > 0 ? `${usual} is taken after ${listed(hidden)}, and ` : ""}` +
    `none after ${listed(linear)}; activation says otherwise, with one name or one for each.`;
  return { names, notes: [note] };
}
