/**
 * From importing the package to the end of the first step, in a process that has done nothing else:
 * `node coldStart.mjs '{"threads":1}'` prints `{ imported, created, stepped, info }`: ms since the start, and what the engine is.
 */
const engine = JSON.parse(process.argv[2]);
const ROWS = 256;
const samples = Float32Array.from({ length: ROWS * 784 }, (_, i) => (i % 251) / 250);

/** By its path, so that nothing has to be resolved. */
const LIBRARY = new URL("../../build/index.js", import.meta.url).href;
const start = performance.now();
const since = () => performance.now() - start;
/** @type {typeof import("isthmus")} */
const { Autoencoder, dense } = await import(LIBRARY);
const imported = since();
const model = await Autoencoder.create({
  inputSize: 784,
  encoder: [dense(32, "relu")],
  decoder: [dense(784, "sigmoid")],
  loss: "binaryCrossentropy",
  optimizer: "adam",
  engine,
});
const created = since();
await model.fit(samples, { epochs: 1, batchSize: ROWS });
const stepped = since();
const info = model.engine;
await model.dispose();
console.log(JSON.stringify({ imported, created, stepped, info }));
