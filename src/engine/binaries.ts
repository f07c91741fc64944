import kernels from "#embedded/kernels";

import { EngineError } from "../common/errors.js";
import { builtin } from "../common/runtime.js";
import { withoutRelaxedSimd } from "./unrelaxed.js";

/** Builds of the kernels: without and with relaxed SIMD. */
export type BuildName = "simd" | "relaxed";

/** The WebAssembly binary of a build. The package has the relaxed one; the other is made of it. */
export async function unpackBinary(build: BuildName): Promise<Uint8Array<ArrayBuffer>> {
  const { buffer, byteOffset, length } = await gunzip(decodeBase64(kernels));
  // Not a Buffer, whose methods are slower.
  const relaxed = new Uint8Array(buffer, byteOffset, length);
  return build === "relaxed" ? relaxed : withoutRelaxedSimd(relaxed);
}

/** Works in any runtime: browsers have no `Buffer`, and runtimes of before 2025 no `Uint8Array.fromBase64`. */
function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const { fromBase64 } = Uint8Array as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> };
  if (fromBase64) return fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Uses Node's own module if available: stream-based decompression takes 40 ms to load, on every start. */
async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const zlib = builtin<{ gunzipSync?(bytes: Uint8Array): Uint8Array<ArrayBuffer> }>("node:zlib");
  if (zlib?.gunzipSync) return zlib.gunzipSync(bytes);
  if (typeof DecompressionStream === "undefined")
    throw new EngineError("the kernels need DecompressionStream, which this runtime does not have");
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
