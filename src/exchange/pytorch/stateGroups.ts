import { ArgumentError, FormatError } from "../../common/errors.js";
import { cut, printable, quote } from "../../common/printable.js";
import type { NamedTensor } from "../../formats/safetensors.js";
import type { GraphWeight } from "../modelGraph.js";

/** The tensors of one module of PyTorch. */
export interface StateGroup {
  /** What their names begin with: `encoder.0`. */
  readonly name: string;
  /** By the rest of their names: `weight`, `bias`. */
  readonly tensors: ReadonlyMap<string, GraphWeight>;
  /** Whether its name says that it is in one of the halves. */
  readonly half: "encoder" | "decoder" | undefined;
}

/** Characters of messages that list names. */
export const LONGEST_MESSAGE = 1000;

/** Modules whose names say that they give log σ² of a code. */
const LOG_VARIANCE = /(^|[._])(fc_?|linear_?)?(z_?)?(log_?(var|sigma|std|scale)\w*|sigma|std)$/i;

/**
 * The modules of a state dict in the order of their names: numbers by their values, the encoder first, the decoder last.
 *
 * @param order names of modules in the order in which they calculate; others are left out
 * @throws {ArgumentError} if `order` names a module that is not there
 * @throws {FormatError} for tensors that are no numbers of a layer
 */
export function stateGroups(
  tensors: Iterable<NamedTensor>,
  order: readonly string[] | undefined,
): { groups: StateGroup[]; notes: string[] } {
  const byName = new Map<string, Map<string, GraphWeight>>();
  for (const { name, shape, data } of tensors) {
    const dot = name.lastIndexOf(".");
    const [module, rest] = dot < 0 ? ["", name] : [name.slice(0, dot), name.slice(dot + 1)];
    // How many batches a normalization has seen.
    if (rest === "num_batches_tracked") continue;
    if (!(data instanceof Float32Array || data instanceof Float64Array)) {
      throw new FormatError(`tensor ${quote(name)} has no floating-point numbers`);
    }
    const group = byName.get(module) ?? new Map<string, GraphWeight>();
    group.set(rest, { shape, data: data instanceof Float32Array ? data : Float32Array.from(data) });
    byName.set(module, group);
  }
  const groups = [...byName].map(
    ([name, own]): StateGroup => ({ name: cut(printable(name)), tensors: own, half: halfOf(name) }),
  );
  if (order) return { groups: order.map((name) => find(groups, name)), notes: [] };
  const pairs = groups.flatMap((group) => pairOf(group, groups) ?? []);
  const left = groups.filter(
    (group) => LOG_VARIANCE.test(group.name) || pairs.some(({ second }) => second === group),
  );
  // fc21 stands where an fc2 would.
  const place = (group: StateGroup) => pairs.find(({ first }) => first === group)?.place ?? group.name;
  const kept = groups
    .filter((group) => !left.includes(group))
    .sort((a, b) => compare({ ...a, name: place(a) }, { ...b, name: place(b) }));
  const notes = left.map(
    ({ name }) => `${name} is left out: it is taken to give log σ², and the code is the mean.`,
  );
  return { groups: kept, notes };
}

/**
 * A layer that is the fc21 of PyTorch's example of a VAE, which gives the mean, with the fc22 beside it, of the same shape.
 * There is no fc2, as there is in a chain of more than twenty layers.
 */
function pairOf(first: StateGroup, groups: readonly StateGroup[]) {
  const [, place] = /^(.*\D\d)1$/.exec(first.name) ?? [];
  const second = groups.find(({ name }) => name === `${place}2`);
  if (place === undefined || !second || groups.some(({ name }) => name === place)) return undefined;
  const [shape, other] = [first, second].map(({ tensors }) => tensors.get("weight")?.shape);
  // Layers that follow each other take what the one before gives.
  const beside = shape?.length === 2 && shape[0] !== shape[1] && shape.join() === other?.join();
  return beside ? { first, second, place } : undefined;
}

function find(groups: readonly StateGroup[], name: string): StateGroup {
  const found = groups.find((group) => group.name === name);
  if (found) return found;
  const names = groups.map((group) => quote(group.name)).join(", ");
  throw new ArgumentError(
    cut(`order names ${quote(name)}, but the file has the modules ${names}`, LONGEST_MESSAGE),
  );
}

function halfOf(name: string): StateGroup["half"] {
  const parts = name.toLowerCase().split(/[._]/);
  if (parts.some((part) => /^enc(ode|oder)?\d*$/.test(part))) return "encoder";
  return parts.some((part) => /^dec(ode|oder)?\d*$/.test(part)) ? "decoder" : undefined;
}

const RANKS = { encoder: 0, decoder: 2 };
/** Modules that give what a model gives: behind both halves. */
const LAST = /^(out|output|head|final|fc_?out|output_?layer|out_?proj)$/i;

function compare(a: StateGroup, b: StateGroup): number {
  const rank = ({ half, name }: StateGroup) => (half ? RANKS[half] : LAST.test(name) ? 3 : 1);
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  const [left, right] = [partsOf(a.name), partsOf(b.name)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [x, y] = [left[i] ?? "", right[i] ?? ""];
    if (x === y) continue;
    return typeof x === "number" && typeof y === "number" ? x - y : String(x) < String(y) ? -1 : 1;
  }
  return 0;
}

/** Words and numbers of a name. */
function partsOf(name: string): (string | number)[] {
  return (name.match(/\d+|[^\d.]+/g) ?? []).map((part) => (/^\d/.test(part) ? Number(part) : part));
}

/** Whether something without weights stands between two modules of a Sequential; undefined if their names do not say. */
export function gapAfter({ name }: StateGroup, next: StateGroup | undefined): boolean | undefined {
  const [, parent, number] = /^(.*?)(\d+)$/.exec(name) ?? [];
  const [, otherParent, other] = /^(.*?)(\d+)$/.exec(next?.name ?? "") ?? [];
  if (parent === undefined || parent !== otherParent) return undefined;
  // Modules of a Sequential are counted; names like fc1 count only what has weights.
  if (parent !== "" && !parent.endsWith(".")) return undefined;
  return Number(other) - Number(number) > 1;
}
