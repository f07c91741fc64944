import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "../../src/formats/safetensors.js";
import { ArgumentError, Autoencoder, Engine, FormatError } from "../../src/index.js";
import { damaged, damages } from "../formats/helpers.js";
import { failure, smallModel, weightBits } from "../support/models.js";

const engine = await Engine.create();
const model = await smallModel({ engine });
const bytes = model.toSafetensors();
const { tensors, metadata } = decodeSafetensors(bytes);

/** A file with other tensors, or another description, than the model's. */
function forge(
  change: { tensors?: (given: NamedTensor[]) => NamedTensor[]; isthmus?: string | undefined } = {},
): Uint8Array {
  const list = [...tensors.values()];
  const text = "isthmus" in change ? change.isthmus : metadata.isthmus;
  const other = { format: "pt", ...(text === undefined ? {} : { isthmus: text }) };
  return encodeSafetensors(change.tensors ? change.tensors(list) : list, other);
}

/** The model's description with some of it replaced. */
function describedAs(change: object): string {
  return JSON.stringify({ ...JSON.parse(metadata.isthmus!), ...change });
}

const replace = (index: number, change: object) => (list: NamedTensor[]) =>
  list.map((tensor, i) => (i === index ? { ...tensor, ...change } : tensor));

async function refused(file: Uint8Array): Promise<Error> {
  const before = engine.memory.used;
  const error = await failure(() => Autoencoder.fromSafetensors(file, { engine }));
  expect(error).toBeInstanceOf(FormatError);
  expect(engine.memory.used).toBe(before);
  return error as Error;
}

test("the forger's own copy is taken", async () => {
  expect(weightBits(await Autoencoder.fromSafetensors(forge()))).toBe(weightBits(model));
});

test.each([
  ["a missing weight", forge({ tensors: (list) => list.slice(1) }), /"encoder\.0\.weight" is missing/],
  ["no weights at all", forge({ tensors: () => [] }), /"encoder\.0\.weight" is missing/],
  [
    "a surplus weight",
    forge({
      tensors: (list) => [...list, { name: "decoder.7.bias", shape: [2], data: new Float32Array(2) }],
    }),
    /no weight named "decoder\.7\.bias"/,
  ],
  ["a weight of another shape", forge({ tensors: replace(0, { shape: [6, 3] }) }), /\[6, 3\].*\[3, 6\]/],
  [
    "NaN in a weight",
    forge({ tensors: replace(3, { data: new Float32Array(6).fill(Number.NaN) }) }),
    /element 0 of "decoder\.0\.bias" is NaN/,
  ],
  [
    "an infinite weight",
    forge({ tensors: replace(3, { data: new Float32Array(6).fill(Infinity) }) }),
    /element 0 of "decoder\.0\.bias" is Infinity/,
  ],
  [
    "a float64 weight",
    forge({ tensors: replace(3, { data: new Float64Array(6) }) }),
    /"decoder\.0\.bias" must be a Float32Array, not a Float64Array/,
  ],
  [
    "no description",
    forge({ isthmus: undefined }),
    /no description of an Isthmus model \(__metadata__\.isthmus\)/,
  ],
  ["a description that is no JSON", forge({ isthmus: "{" }), /not JSON/],
  ["a description that is null", forge({ isthmus: "null" }), /format version undefined/],
  ["a description that is a number", forge({ isthmus: "5" }), /format version undefined/],
  ["a later version", forge({ isthmus: describedAs({ version: 2 }) }), /version 2.*reads version 1/],
  [
    "an unknown activation",
    forge({ isthmus: describedAs({ encoder: [{ kind: "dense", units: 3, activation: "tanhh" }] }) }),
    /activation "tanhh".*did you mean "tanh"/,
  ],
  [
    "an unknown layer",
    forge({ isthmus: describedAs({ encoder: [{ kind: "conv" }] }) }),
    /kind of encoder\[0\] "conv"/,
  ],
  ["an unknown member", forge({ isthmus: describedAs({ depth: 3 }) }), /"depth"/],
  ["a layer that is null", forge({ isthmus: describedAs({ encoder: [null] }) }), /encoder\[0\].*null/],
  [
    "no layers",
    forge({ isthmus: describedAs({ decoder: [] }) }),
    /decoder must be an array of at least one layer/,
  ],
  [
    "an optimizer that is null",
    forge({ isthmus: describedAs({ optimizer: { kind: "adam", beta1: 1 } }) }),
    /beta1/,
  ],
  [
    "other widths than the weights'",
    forge({ isthmus: describedAs({ encoder: [{ kind: "dense", units: 4 }] }) }),
    /\[3, 6\].*\[4, 6\]/,
  ],
  [
    "widths that no memory holds",
    forge({ isthmus: describedAs({ encoder: [{ kind: "dense", units: 2 ** 40 }] }) }),
    /\[3, 6\].*\[1099511627776, 6\]/,
  ],
])("a file with %s is refused, and nothing leaks", async (_, file, message) => {
  expect((await refused(file)).message).toMatch(message);
});

describe("a file that ends early is refused", () => {
  test.each([0, 1, 7, 8, 9, 100, bytes.length - 1])("after %i bytes", async (length) => {
    await refused(bytes.slice(0, length));
  });

  test("or goes on after its end", async () => {
    const longer = new Uint8Array(bytes.length + 1);
    longer.set(bytes);
    await refused(longer);
  });
});

test("what is no file at all is refused", async () => {
  for (const value of [undefined, null, "model.safetensors", [1, 2, 3], 5]) {
    const error = await failure(() => Autoencoder.fromSafetensors(value as unknown as Uint8Array));
    expect(error).toBeInstanceOf(ArgumentError);
  }
});

test("a file damaged anywhere is refused or gives a finite model; nothing leaks", async () => {
  const before = engine.memory.used;
  await fc.assert(
    fc.asyncProperty(damages, async (list) => {
      let opened: Autoencoder;
      try {
        opened = await Autoencoder.fromSafetensors(damaged(bytes, list), { engine });
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
        expect(engine.memory.used).toBe(before);
        return;
      }
      for (const { data } of opened.getWeights()) expect(data.every(Number.isFinite)).toBe(true);
      await opened.dispose();
      expect(engine.memory.used).toBe(before);
    }),
    { numRuns: 500, seed: 11 },
  );
});
