/** The epoch workload: one pass over bytes in memory, or in a file that is streamed. */
import { readFile } from "node:fs/promises";
import { streamNpy } from "isthmus/node";
import { HEADER_BYTES } from "../byteRows.mjs";
import { choice, count } from "../peers/requests.mjs";
import { facts, openEngine } from "./library.mjs";
import { mirrored } from "./training.mjs";

/** Rows of a chunk that is read, and of the buffer that batches are drawn from. */
const CHUNK = 1024;
/** Rows and epochs that warm the engine up. */
const WARM_UP = { rows: 2560, epochs: 4 };

/** Prepares the workload; a run gives `{ ms, loss, wasm }`: one call of `fit`, the epoch's loss, bytes of WebAssembly memory. */
export async function epoch(request) {
  const [features, batch] = [count(request, "features"), count(request, "batch")];
  const engine = await openEngine(request);
  const model = await mirrored(engine, [features, count(request, "latent")]);
  const few = Uint8Array.from({ length: WARM_UP.rows * features }, (_, i) => (i * 31) % 256);
  await model.fit(few, { epochs: WARM_UP.epochs, batchSize: batch });
  const samples =
    choice(request, "from", ["memory", "file"]) === "file"
      ? streamNpy(request.path, { rows: CHUNK })
      : (await readFile(request.path)).subarray(HEADER_BYTES);
  // Not part of the public engine.
  const { memory } = /** @type {{ memory: { size: number } }} */ (/** @type {unknown} */ (engine));
  return {
    ...facts(engine),
    async run() {
      const start = performance.now();
      const { loss } = await model.fit(samples, { batchSize: batch, shuffleBuffer: CHUNK });
      return { ms: performance.now() - start, loss: loss.at(-1), wasm: memory.size };
    },
  };
}
