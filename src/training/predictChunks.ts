import type { Rows } from "./samples.js";
import { ChunkReader, emptyStream, type StreamedRows } from "./stream.js";
import type { Work } from "./turns.js";

/**
 * What `predict` makes of each chunk of a stream, one after the other, with the next chunk asked for meanwhile.
 *
 * @param run does work on the engine's threads
 * @param guard throws when there is no model to predict with any more
 */
export async function* predictChunks<T>(
  run: <U>(work: Work<U>) => Promise<U>,
  input: StreamedRows,
  predict: (rows: Rows) => Work<T>,
  guard: () => void,
): AsyncGenerator<T, void, void> {
  guard();
  const reader = new ChunkReader(input);
  const next = function* (): Work<{ result: T } | undefined> {
    const rows = yield* reader.read();
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
