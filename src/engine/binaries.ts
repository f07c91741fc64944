import kernels from "#embedded/kernels";

import { EngineError } from "../common/errors.js";
import { builtin } from "../common/runtime.js";

/** The kernels' builds, from one source (asconfig.json): with and without relaxed SIMD. */
export type BuildName = "simd" | "relaxed";

export type Binaries = Record<BuildName, Uint8Array<ArrayBuffer>>;

/** The WebAssembly binaries that src/build/build.mjs packed: a piece of one build after a piece of the other, gzipped. */
export async function unpackBinaries(): Promise<Binaries> {
  const { packed, piece } = kernels;
  const bytes = await gunzip(decodeBase64(packed));
  const binaries = { simd: new Uint8Array(kernels.simd), relaxed: new Uint8Array(kernels.relaxed) };
  let from = 0;
  for (let at = 0; from < bytes.length; at += piece) {
    for (const binary of [binaries.simd, binaries.relaxed]) {
      // One build is shorter, and may have ended already.
      const length = Math.min(piece, binary.length - at);
      if (length <= 0) continue;
      binary.set(bytes.subarray(from, from + length), at);
      from += length;
    }
  }
  return binaries;
}

/** In any runtime; `Buffer` does not exist in browsers and `Uint8Array.fromBase64` not yet everywhere. */
function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** By Node's own module where there is one: its streams take 40 ms to load, which every start would pay. */
async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const zlib = builtin<{ gunzipSync?(bytes: Uint8Array): Uint8Array }>("node:zlib");
  if (zlib?.gunzipSync) return zlib.gunzipSync(bytes);
  if (typeof DecompressionStream === "undefined")
    throw new EngineError("the kernels need DecompressionStream, which this runtime does not have");
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
