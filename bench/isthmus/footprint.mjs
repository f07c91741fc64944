/**
 * The most memory that a process ever held: `node footprint.mjs idle|bytes|floats SAMPLES` prints
 * `{ peak, wasm: number[] }` in bytes. `idle` does nothing; the others train on samples of that kind for some
 * epochs, and `wasm` is the size of the WebAssembly memory after each.
 */
import { peakResident } from "../peers/residentMemory.mjs";

const EPOCHS = 3;
const [kind, samples] = process.argv.slice(2);

async function train() {
  const { mirrored } = await import("./training.mjs");
  const { Engine } = await import("isthmus");
  const data = new (kind === "bytes" ? Uint8Array : Float32Array)(784 * Number(samples));
  for (let i = 0; i < data.length; i++) data[i] = kind === "bytes" ? i % 251 : (i % 251) / 250;
  const engine = await Engine.create();
  const model = await mirrored(engine, [784, 32]);
  // Not part of the public engine.
  const { memory } = /** @type {{ memory: { size: number } }} */ (/** @type {unknown} */ (engine));
  const wasm = [];
  const onEpochEnd = () => {
    wasm.push(memory.size);
  };
  await model.fit(data, { epochs: EPOCHS, batchSize: 256, onEpochEnd });
  await model.dispose();
  await engine.dispose();
  return wasm;
}

const wasm = kind === "idle" ? [] : await train();
console.log(JSON.stringify({ peak: peakResident(), wasm }));
