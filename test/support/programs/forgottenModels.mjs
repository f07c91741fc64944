// Forgets models without disposing of them, and looks what is given back; run with --expose-gc. Every wait is for the
// garbage collector and for what it sets off, and has an end.
import { Autoencoder, dense, Engine } from "../../../build/index.js";

const COUNT = 100;
const samples = new Float32Array(64 * 64).fill(0.5);
const create = (engine) =>
  Autoencoder.create({ inputSize: 64, encoder: [dense(8)], decoder: [dense(64)], engine });

let [started, alive] = [0, 0];
process.on("worker", (worker) => {
  started++;
  alive++;
  worker.once("exit", () => alive--);
});

/** Collects garbage, and lets what follows from it happen, until something holds; whether it does in the end. */
async function collectedUntil(holds) {
  for (let turn = 0; turn < 500 && !holds(); turn++) {
    // A worker's end takes several turns. What `holds` has looked at through a weak reference is kept in this one.
    for (let i = 0; i < 10; i++) await new Promise((resolve) => setTimeout(resolve, i));
    globalThis.gc();
  }
  return holds();
}

/** A model that is still needed keeps what it has, however often garbage is collected. */
async function collected(times = 5) {
  for (let i = 0; i < times; i++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Models with workers, of which nothing is left but weak references to their memories. */
async function manyModels() {
  const memories = [];
  const forget = async (index) => {
    const engine = await Engine.create({ threads: 2 });
    memories.push(new WeakRef(engine.memory.memory));
    // Every other one has an engine of its own, whose memory cannot be seen from here.
    const model = await create(index % 2 ? { threads: 2 } : engine);
    await model.fit(samples);
  };
  for (let index = 0; index < COUNT; index++) await forget(index);
  const ended = await collectedUntil(() => alive === 0);
  const given = await collectedUntil(() => memories.every((memory) => memory.deref() === undefined));
  return { started, ended, given };
}

/** What a model on a shared engine takes, once everything but `keep` of it is forgotten. */
async function sharedEngine() {
  const engine = await Engine.create({ threads: 2 });
  const kept = await create(engine);
  await kept.fit(samples);
  const { used } = engine.memory;
  const above = () => engine.memory.used > used;
  const uses = {
    model: (model) => model.fit(samples),
    paused: async (model) => {
      const training = model.fit(samples, { epochs: 1e9 });
      training.catch(() => {});
      model.pause();
      while (!model.history.loss) await new Promise(setImmediate);
      await new Promise(setImmediate);
    },
    "left in a loop": async (model) => {
      await model.train(samples, { epochs: 1e9 }).next();
    },
  };
  const result = {};
  for (const [name, use] of Object.entries(uses)) {
    let taken = false;
    await (async () => {
      const model = await create(engine);
      await use(model);
      taken = above();
    })();
    result[name] = { taken, given: await collectedUntil(() => !above()) };
  }
  // The one that is left is as it was, and works.
  await kept.fit(samples);
  result.works = kept.history.loss.length === 1 && engine.memory.used === used;
  return result;
}

/** What keeps a model that nobody refers to any more. */
async function keepers() {
  const engine = await Engine.create({ threads: 2, math: "portable" });
  const { used } = engine.memory;
  const codes = (half) => [...half.predictSync(samples).data];
  const make = async () => {
    const { encoder } = await create(engine);
    return { encoder, before: codes(encoder) };
  };
  const half = await make();
  await collected();
  // Would be written over if the weights had been given back.
  const other = await create(engine);
  await other.fit(samples);
  const result = { half: codes(half.encoder).every((code, i) => code === half.before[i]) };
  half.encoder = undefined;
  const train = async (epochs) => (await create(engine)).fit(samples, { epochs });
  const training = train(300);
  let done = false;
  training.then(() => {
    done = true;
  });
  while (!done) {
    globalThis.gc();
    await new Promise(setImmediate);
  }
  result.training = (await training).loss.length;
  const loop = async function* () {
    yield* (await create(engine)).train(samples, { epochs: 20 });
  };
  result.loop = 0;
  for await (const { loss } of loop()) {
    await collected(1);
    if (Number.isFinite(loss)) result.loop++;
  }
  await other.dispose();
  result.given = await collectedUntil(() => engine.memory.used === used);
  await engine.dispose();
  return result;
}

console.log(
  JSON.stringify({ many: await manyModels(), shared: await sharedEngine(), keepers: await keepers() }),
);
