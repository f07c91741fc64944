// Prints fingerprints of what models give on engines of the kinds that are listed as JSON in the first argument, and
// what those engines say of themselves.
import { createHash } from "node:crypto";
import { Autoencoder, dense, digits } from "../../../build/index.js";

const bits = (...arrays) => {
  const hash = createHash("sha256");
  for (const { buffer, byteOffset, byteLength } of arrays)
    hash.update(Buffer.from(buffer, byteOffset, byteLength));
  return hash.digest("hex");
};

const { images } = digits({ samples: 600, seed: 1 });
const models = [
  {
    inputSize: 784,
    encoder: [dense(32, "relu")],
    decoder: [dense(784, "sigmoid")],
    loss: "binaryCrossentropy",
  },
  {
    inputSize: 49,
    encoder: [dense(37, "tanh"), dense(19, "sigmoid", { bias: false }), dense(5)],
    decoder: [dense(19, "relu"), dense(71, "tanh"), dense(49, "sigmoid")],
    optimizer: "sgd",
  },
];

const results = [];
for (const engine of JSON.parse(process.argv[2])) {
  const hashes = [];
  let info;
  for (const description of models) {
    const model = await Autoencoder.create({ ...description, seed: 42, engine });
    await model.fit(images, { epochs: 2, batchSize: 250 });
    const codes = await model.encode(images);
    const reconstruction = await model.reconstruct(images);
    const { loss } = await model.evaluate(images);
    hashes.push(
      bits(...model.getWeights().map(({ data }) => data)),
      bits(codes.data, reconstruction.data),
      loss,
    );
    info = model.engine;
    await model.dispose();
  }
  results.push({ info, hashes });
}
console.log(JSON.stringify(results));
