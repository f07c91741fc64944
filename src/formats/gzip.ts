import { ArgumentError, EngineError, FormatError } from "../errors.js";
import { type FileBytes, requireBytes } from "./typedArrays.js";

/** Compressed bytes given to the decompressor at a time. */
const SLICE = 1 << 16;

/** Default of `GunzipOptions.maximumBytes`: 1 GiB, about twice the largest data set commonly kept as IDX. */
const DEFAULT_MAXIMUM_BYTES = 2 ** 30;

/** Options of `gunzip`. */
export interface GunzipOptions {
  /** Refuse data that decompresses to more bytes than this. Default 2^30 (1 GiB). */
  maximumBytes?: number;
}

/** Whether `bytes` begins with gzip's magic number, 1f 8b (RFC 1952, section 2.3.1). */
export function isGzip(bytes: FileBytes): boolean {
  const [first, second] = requireBytes(bytes);
  return first === 0x1f && second === 0x8b;
}

/**
 * Decompresses gzip data (RFC 1952) with the runtime's own `DecompressionStream`. Whether a file of several
 * members, put end to end, is read or refused is up to the runtime: Node 20 reads it, browsers refuse it.
 *
 * @param bytes a whole gzip file; left as it is
 * @throws {FormatError} when it is no gzip data, is cut short or corrupt, or holds more than `maximumBytes`
 * @throws {ArgumentError} when an argument has the wrong type or `maximumBytes` is no integer ≥ 0
 * @throws {EngineError} when the runtime has no `DecompressionStream`
 */
export async function gunzip(bytes: FileBytes, options: GunzipOptions = {}): Promise<Uint8Array> {
  const compressed = requireBytes(bytes);
  const { maximumBytes = DEFAULT_MAXIMUM_BYTES } = options;
  if (
    maximumBytes !== Number.POSITIVE_INFINITY &&
    !(Number.isSafeInteger(maximumBytes) && maximumBytes >= 0)
  ) {
    throw new ArgumentError(`maximumBytes is ${maximumBytes}, but an integer ≥ 0 or Infinity is wanted`);
  }
  if (!isGzip(compressed)) {
    throw new FormatError("bytes is not gzip data: it does not begin with the bytes 1f 8b");
  }
  if (typeof DecompressionStream === "undefined") {
    throw new EngineError("gunzip needs DecompressionStream, which this runtime does not have");
  }

  const reader = sliced(compressed).pipeThrough(new DecompressionStream("gzip")).getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new FormatError("bytes is not gzip data: it is cut short or corrupt", { cause });
    });
    if (done) return concatenate(chunks, size);
    size += value.length;
    if (size > maximumBytes) {
      // The pipe is given up on; how its other end takes that is of no interest.
      reader.cancel().catch(() => {});
      throw new FormatError(`bytes decompresses to more than maximumBytes, ${maximumBytes} bytes`);
    }
    chunks.push(value);
  }
}

/**
 * A stream that hands out copies of small slices as they are asked for. Some runtimes decompress all of a chunk
 * before anyone can read from it, and deflate expands up to 1032-fold: slices bound what is made beyond the limit.
 */
function sliced(bytes: Uint8Array): ReadableStream<BufferSource> {
  let position = 0;
  return new ReadableStream({
    pull(controller) {
      if (position >= bytes.length) {
        controller.close();
        return;
      }
      controller.enqueue(bytes.slice(position, position + SLICE));
      position += SLICE;
    },
  });
}

function concatenate(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let position = 0;
  for (const chunk of chunks) {
    whole.set(chunk, position);
    position += chunk.length;
  }
  return whole;
}
