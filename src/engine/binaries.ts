import kernels from "#embedded/kernels";

import { EngineError } from "../common/errors.js";
import { builtin } from "../common/runtime.js";

/** Builds of the kernels, from the same source (asconfig.json): without and with relaxed SIMD. */
export type BuildName = "simd" | "relaxed";

export type Binaries = Record<BuildName, Uint8Array<ArrayBuffer>>;

/** Unpacks the WebAssembly binaries of src/build/build.mjs: gzipped pieces, alternating between the two builds. */
export async function unpackBinaries(): Promise<Binaries> {
  const { packed, piece } = kernels;
  const bytes = await gunzip(decodeBase64(packed));
  const binaries = { simd: new Uint8Array(kernels.simd), relaxed: new Uint8Array(kernels.relaxed) };
  let from = 0;
  for (let at = 0; from < bytes.length; at += piece) {
    for (const binary of [binaries.simd, binaries.relaxed]) {
      // One build is shorter and may have ended already.
      const length = Math.min(piece, binary.length - at);
      if (length <= 0) continue;
      binary.set(bytes.subarray(from, from + length), at);
      from += length;
    }
  }
  return binaries;
}

/** Works in any runtime; browsers have no `Buffer`, and `Uint8Array.fromBase64` is not available everywhere yet. */
function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Uses Node's own module if available: stream-based decompression takes 40 ms to load, on every start. */
async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const zlib = builtin<{ gunzipSync?(bytes: Uint8Array): Uint8Array }>("node:zlib");
  if (zlib?.gunzipSync) return zlib.gunzipSync(bytes);
  if (typeof DecompressionStream === "undefined")
    throw new EngineError("the kernels need DecompressionStream, which this runtime does not have");
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
