// Gives what comes from the package as CommonJS to the package as an ES module, and the other way round.
import { createRequire } from "node:module";
import * as imported from "../../../build/index.js";

const required = createRequire(import.meta.url)("../../../build/cjs/index.js");
const description = ({ dense }) => ({
  inputSize: 4,
  encoder: [dense(2, "tanh")],
  decoder: [dense(4)],
  seed: 1,
});
const samples = Float32Array.from({ length: 400 }, (_, i) => (i % 7) / 7);
const options = { math: "portable", threads: 2 };
const failure = async (call) => {
  try {
    return { none: await call() };
  } catch (error) {
    return error;
  }
};

/** What `here` makes of what `there` made; a class of one is never that of the other. */
async function across(here, there) {
  const result = { apart: here.Autoencoder !== there.Autoencoder };

  const theirs = new there.Matrix(samples, 100, 4);
  result.matrix = theirs instanceof here.Matrix;
  const alone = await here.Autoencoder.create({ ...description(here), engine: options });
  const { loss } = await alone.fit(theirs, { epochs: 2 });

  // On their engine: the same bits, by workers, and given back when it ends.
  const engine = await there.Engine.create(options);
  const { used } = engine.memory;
  const model = await here.Autoencoder.create({ ...description(here), engine });
  const shared = await model.fit(theirs, { epochs: 2 });
  const bits = (of) => of.getWeights().flatMap(({ data }) => [...new Uint32Array(data.buffer)]);
  result.engine = [engine instanceof here.Engine, shared.loss.length, `${bits(model)}` === `${bits(alone)}`];
  result.losses = `${shared.loss}` === `${loss}`;

  const detector = await here.AnomalyDetector.fit(
    await there.Autoencoder.create(description(there)),
    samples,
  );
  result.detector = (await detector.score(samples)).length;

  const error = await failure(() => there.dense(-1));
  const { IsthmusError, ArgumentError, ShapeError, StateError } = here;
  result.error = [IsthmusError, ArgumentError, ShapeError].map((kind) => error instanceof kind);
  class Mine extends ArgumentError {}
  result.own = [
    error instanceof Mine,
    new Mine("mine") instanceof Mine,
    new Mine("m") instanceof there.ArgumentError,
  ];

  await model.dispose();
  result.given = engine.memory.used === used;
  await engine.dispose();
  result.disposed =
    (await failure(() => here.Autoencoder.create({ ...description(here), engine }))) instanceof StateError;

  // An engine of another release speaks another language.
  const stranger = Object.create(engine, { [Symbol.for("isthmus.Engine")]: { value: "9.8.7" } });
  const refused = await failure(() => here.Autoencoder.create({ ...description(here), engine: stranger }));
  result.refused = [refused instanceof ArgumentError, refused.message];
  return result;
}

console.log(JSON.stringify([await across(imported, required), await across(required, imported)]));
