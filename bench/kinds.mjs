// What each kind of autoencoder costs over the plain one: the best time of a step, in ms, and its ratio to that of the
// plain model of the same layers.  node src/build/build.mjs && node bench/kinds.mjs [turbo] [rounds]
import {
  Autoencoder,
  dense,
  digits,
  dropout,
  gaussian,
  gaussianNoise,
  klSparsity,
  l1,
  maskingNoise,
  saltAndPepper,
} from "isthmus";

const turbo = process.argv.includes("turbo");
const rounds = Number(process.argv.find((text) => /^\d+$/.test(text)) ?? 10);
const batchSize = 256;
const { images } = digits({ samples: 10 * batchSize });

const output = dense(784, "sigmoid");
const shallow = { encoder: [dense(32, "relu")], decoder: [output] };
const wide = { encoder: [dense(400, "relu"), dense(20)], decoder: [dense(400, "relu"), output] };
/**
 * Name, model, and the plain model that it is compared with.
 *
 * @type {[string, Omit<import("isthmus").AutoencoderOptions, "inputSize">, string?][]}
 */
const kinds = [
  ["784-32-784", shallow],
  ["gaussian noise", { ...shallow, corruption: gaussianNoise(0.2) }, "784-32-784"],
  ["masking noise", { ...shallow, corruption: maskingNoise(0.3) }, "784-32-784"],
  ["salt and pepper", { ...shallow, corruption: saltAndPepper(0.1) }, "784-32-784"],
  ["dropout", { ...shallow, encoder: [dense(32, "relu"), dropout(0.2)] }, "784-32-784"],
  ["L1 activity", { ...shallow, encoder: [dense(32, "relu", { activityPenalty: l1(1e-4) })] }, "784-32-784"],
  ["KL sparsity", { ...shallow, encoder: [dense(32, "sigmoid")], sparsity: klSparsity() }, "784-32-784"],
  ["tied", { ...shallow, tied: true }, "784-32-784"],
  ["784-400-20-400-784", wide],
  [
    "variational",
    { encoder: [dense(400, "relu")], latent: gaussian(20), decoder: wide.decoder },
    "784-400-20-400-784",
  ],
];

const engine = { threads: 1, turbo };
const models = await Promise.all(
  kinds.map(([, options]) =>
    Autoencoder.create({ inputSize: 784, loss: "binaryCrossentropy", ...options, engine }),
  ),
);
const best = new Map(kinds.map(([name]) => [name, Number.POSITIVE_INFINITY]));

/** The best time between the ends of two steps of one epoch. */
function bestStep(model) {
  let least = Number.POSITIVE_INFINITY;
  let last;
  model.fitSync(images, {
    batchSize,
    onBatchEnd() {
      const now = performance.now();
      if (last !== undefined) least = Math.min(least, now - last);
      last = now;
    },
  });
  return least;
}

// In turns, so that a disturbance does not hit one kind alone.
for (let round = 0; round < rounds; round++) {
  kinds.forEach(([name], index) => {
    best.set(name, Math.min(best.get(name), bestStep(models[index])));
  });
}
const { build, tile, turbo: revectorized } = models[0].engine;
console.log(`${build} build, tile ${tile}${revectorized ? ", turbo" : ""}, batch ${batchSize}, one thread`);
for (const [name, , plain] of kinds) {
  const ratio = plain ? ` ${(best.get(name) / best.get(plain)).toFixed(3)}` : "";
  console.log(`${name.padEnd(20)} ${best.get(name).toFixed(3).padStart(8)}${ratio}`);
}
for (const model of models) await model.dispose();
