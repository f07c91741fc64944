// How the weights lie in the module: base64 of little-endian numbers, one array behind the other.
import { widenHalves } from "../../../formats/float16.js";

/** What some runtimes have, and which is faster than a loop that was never run before. */
interface Decoders {
  readonly Buffer?: { from(text: string, encoding: "base64"): Uint8Array };
  readonly Uint8Array: { readonly fromBase64?: (text: string) => Uint8Array<ArrayBuffer> };
}

/** The bytes that base64 stands for. */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const { Buffer, Uint8Array: Bytes } = globalThis as unknown as Decoders;
  if (Bytes.fromBase64) return Bytes.fromBase64(base64);
  // A copy, since a buffer may begin anywhere in its memory.
  if (Buffer) return new Uint8Array(Buffer.from(base64, "base64"));
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Single-precision floats. */
export function singleFloats(base64: string): Float32Array {
  return new Float32Array(bytesOf(base64).buffer);
}

/** Half-precision floats, widened. */
export function halfFloats(base64: string): Float32Array {
  const halves = new Uint16Array(bytesOf(base64).buffer);
  const floats = new Float32Array(halves.length);
  widenHalves(halves, new Uint32Array(floats.buffer));
  return floats;
}

/** bfloat16, the upper halves of single-precision floats. */
export function brainFloats(base64: string): Float32Array {
  const upper = new Uint16Array(bytesOf(base64).buffer);
  return new Float32Array(Uint32Array.from(upper, (bits) => bits << 16).buffer);
}

/** Double-precision floats. */
export function doubleFloats(base64: string): Float64Array {
  return new Float64Array(bytesOf(base64).buffer);
}
