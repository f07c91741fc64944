import type { Samples } from "../../src/index.js";

/** Rows of `columns` values in chunks of the given sizes, taken in turn, as a stream that can be gone through again. */
export function inChunks<T extends Float32Array | Uint8Array>(
  data: T,
  columns: number,
  sizes: readonly number[],
): { stream: () => AsyncGenerator<T>; asked: number[] } {
  const asked: number[] = [];
  async function* stream() {
    let row = 0;
    for (let index = 0; row * columns < data.length; index++) {
      const next = row + sizes[index % sizes.length]!;
      asked.push(row);
      // Chunks come late, and are no views of each other's memory.
      await new Promise((resolve) => setImmediate(resolve));
      yield data.slice(row * columns, next * columns) as T;
      row = next;
    }
  }
  return { stream, asked };
}

/** A stream of `chunks` chunks that `make` makes; `state` tells how many were asked for, and whether it was ended. */
export function madeStream(chunks: number, make: (index: number) => Samples) {
  const state = { asked: 0, ended: 0 };
  async function* stream() {
    try {
      for (let index = 0; index < chunks; index++) {
        state.asked = index + 1;
        yield make(index);
      }
    } finally {
      state.ended++;
    }
  }
  return { stream, state };
}
