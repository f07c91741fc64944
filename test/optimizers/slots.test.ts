import { expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../../src/formats/safetensors.js";
import { Autoencoder, FormatError, type Optimizer, rmsprop, sgd } from "../../src/index.js";
import { failure, smallModel, values, weightBits } from "../support/models.js";

const SLOTS: [string, Optimizer | "adam" | "adagrad" | "adadelta" | "lion", string[]][] = [
  ["sgd", sgd(0.1), []],
  ["sgd with momentum", sgd({ momentum: 0.9 }), ["velocity"]],
  ["adam", "adam", ["firstMoment", "secondMoment"]],
  ["rmsprop", rmsprop({ momentum: 0.9, centered: true }), ["meanSquare", "momentum", "meanGradient"]],
  ["adagrad", "adagrad", ["accumulator"]],
  ["adadelta", "adadelta", ["meanSquare", "meanSquaredChange"]],
  ["lion", "lion", ["momentum"]],
];
const samples = values(40, 6);

/** The file with other names, without the checksum that these would break. */
function renamed(file: Uint8Array, rename: (name: string) => string): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(file);
  const { "isthmus.checksum": _, ...rest } = metadata;
  return encodeSafetensors(
    Array.from(tensors.values(), (tensor) => ({ ...tensor, name: rename(tensor.name) })),
    rest,
  );
}

test.each(SLOTS)(
  "a checkpoint names the slots of %s, and one that numbers them still loads",
  async (_, optimizer, slots) => {
    const model = await smallModel({ optimizer });
    await model.fit(samples, { epochs: 2 });
    const file = model.toCheckpoint();
    const names = [...decodeSafetensors(file).tensors.keys()].filter((name) => name.startsWith("optimizer."));
    expect(names).toEqual(
      slots.flatMap((slot) => model.getWeights().map(({ name }) => `optimizer.${slot}.${name}`)),
    );
    const older = renamed(file, (name) =>
      name.replace(/^optimizer\.(\w+)\./, (_, slot: string) => `optimizer.${slots.indexOf(slot)}.`),
    );
    const engine = { engine: { math: "portable" } } as const;
    const loaded = [
      await Autoencoder.fromCheckpoint(file, engine),
      await Autoencoder.fromCheckpoint(older, engine),
    ];
    await model.fit(samples, { epochs: 3 });
    for (const each of loaded) {
      await each.fit(samples, { epochs: 2 });
      await each.fit(samples, { epochs: 3 });
      expect(weightBits(each)).toBe(weightBits(model));
      await each.dispose();
    }
    await model.dispose();
  },
);

test("a checkpoint with other slots is refused by name", async () => {
  const model = await smallModel();
  await model.fit(samples);
  const other = renamed(model.toCheckpoint(), (name) => name.replace("secondMoment", "thirdMoment"));
  const error = await failure(() => Autoencoder.fromCheckpoint(other));
  expect(error).toBeInstanceOf(FormatError);
  expect((error as Error).message).toMatch(
    /slots "firstMoment", "thirdMoment", but adam has "firstMoment", "secondMoment"$/,
  );
  await model.dispose();
});
