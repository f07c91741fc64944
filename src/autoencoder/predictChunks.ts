import type { Rows } from "../data/samples.js";
import type { Lifetime } from "../engine/lifetime.js";
import type { Work } from "../engine/turns.js";
import { Gate } from "../training/gate.js";
import { ChunkReader, emptyStream, type StreamedRows } from "../training/sampleStream.js";

/**
 * The results of `predict` for each chunk of a stream, one after the other. The next chunk is requested in the
 * meantime.
 *
 * @param run runs work on the engine's threads
 * @param lifetime the model's lifetime
 */
export async function* predictChunks<T>(
  run: <U>(work: Work<U>) => Promise<U>,
  input: StreamedRows,
  predict: (rows: Rows) => Work<T>,
  lifetime: Lifetime,
): AsyncGenerator<T, void, void> {
  lifetime.assertAlive();
  const gate = new Gate(lifetime);
  const reader = new ChunkReader(input);
  const next = function* (): Work<{ result: T } | undefined> {
    const rows = yield* reader.read(gate);
    return rows && { result: yield* predict(rows) };
  };
  try {
    let chunks = 0;
    for (let made = await run(next()); made; made = await run(next())) {
      chunks++;
      yield made.result;
    }
    if (chunks === 0) throw emptyStream(input);
  } finally {
    reader.release();
  }
}
