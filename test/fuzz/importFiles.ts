// Models of other tools: whole ones, damaged ones, and ones that say something else than they should.
import { readFileSync } from "node:fs";
import { unzipEntry, zip, zipEntries } from "../../src/codecs/zip.js";
import { exportKeras, exportTfjs } from "../../src/exchange/exporting.js";
import { decodeSafetensors, encodeSafetensors } from "../../src/formats/safetensors.js";
import { Autoencoder, conv2d, dense, flatten, reshape } from "../../src/index.js";
import { joined } from "../support/joined.js";
import { values } from "../support/models.js";
import { mutated } from "./dice.js";
import { changedJson, changedTensors, type Maker } from "./files.js";

/** Golden files of other tools, and our own exports. */
async function foreignModels() {
  const model = await Autoencoder.create({
    inputShape: [6, 4, 1],
    encoder: [conv2d(2, 3, "relu", { strides: 2, padding: "same" }), flatten(), dense(3)],
    decoder: [dense(24, "tanh"), reshape([6, 4, 1])],
    scaling: "minMax",
    engine: { math: "portable", threads: 1 },
  });
  await model.fit(values(20, 24), { epochs: 1, batchSize: 8 });
  const keras = exportKeras(model);
  const tfjs = exportTfjs(model);
  await model.dispose();
  const golden = (name: string) =>
    new Uint8Array(readFileSync(new URL(`../exchange/golden/${name}`, import.meta.url)));
  return { keras, tfjs, golden };
}

/** A file of one of the tools that models are imported from. */
export async function importMakers(): Promise<
  Record<"keras" | "hdf5" | "tfjs" | "stateDict" | "pickle", Maker>
> {
  const { keras, tfjs, golden } = await foreignModels();
  const archives = [keras, golden("functional.keras"), golden("nested.keras"), golden("sequences.keras")];
  const hdf5 = [golden("legacy.h5"), golden("functional.weights.h5")];
  const states = ["linear_f16", "linear_bf16", "linear_f64", "normalized"].map((name) =>
    golden(`${name}.safetensors`),
  );
  const unpacked = archives.map(
    (archive) =>
      new Map(zipEntries(archive).map((entry) => [entry.name, unzipEntry(archive, entry, 1 << 20)])),
  );
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const [json, shard] = tfjs.map(({ bytes }) => bytes) as [Uint8Array, Uint8Array];
  // {"weight": [1.5]} in protocol 2, alone and in an archive as torch.save writes it.
  const pickle = new Uint8Array(Buffer.from("800258060000007765696768745d473ff800000000000061732e", "hex"));
  const pickles = [
    pickle,
    zip(
      new Map([
        ["m/data.pkl", pickle],
        ["m/data/0", new Uint8Array(64)],
      ]),
      true,
    ),
  ];
  return {
    pickle: (dice) => (dice.oneIn(10) ? dice.pick(pickles) : mutated(dice.pick(pickles), dice, pickles)),
    keras(dice) {
      if (dice.oneIn(4)) return mutated(dice.pick(archives), dice, archives);
      const files = new Map(dice.pick(unpacked));
      if (dice.oneIn(2))
        files.set("model.weights.h5", new Uint8Array(mutated(files.get("model.weights.h5")!, dice, hdf5)));
      if (dice.oneIn(2))
        files.set(
          "config.json",
          new TextEncoder().encode(changedJson(text(files.get("config.json")!), dice)),
        );
      return zip(files, dice.oneIn(2));
    },
    hdf5: (dice) => (dice.oneIn(30) ? hdf5[0]! : mutated(dice.pick(hdf5), dice, hdf5)),
    // The length of model.json, itself, and the file of weights.
    tfjs(dice) {
      const changed = dice.oneIn(10) ? json : new TextEncoder().encode(changedJson(text(json), dice));
      const weights = dice.oneIn(3) ? mutated(shard, dice) : shard;
      return joined(Uint8Array.of(changed.length & 255, changed.length >> 8), changed, weights);
    },
    stateDict(dice) {
      const file = dice.pick(states);
      if (dice.oneIn(3)) return mutated(file, dice, states);
      const { tensors } = decodeSafetensors(file, { halves: "widen" });
      const list = [...tensors.values()];
      if (dice.oneIn(20)) return encodeSafetensors(list);
      return encodeSafetensors(
        dice.oneIn(2)
          ? changedTensors(list, dice)
          : list
              .map((tensor) => ({
                ...tensor,
                name: dice.oneIn(4)
                  ? tensor.name.replace(/\d|bias|weight/, dice.pick(["9", "bias", "x", ""]))
                  : tensor.name,
              }))
              .filter(({ name }, index, all) => all.findIndex((other) => other.name === name) === index),
      );
    },
  };
}
