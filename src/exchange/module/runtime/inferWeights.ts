// How the weights lie in the module: base64 of little-endian numbers, one array behind the other.
import { widenHalves } from "../../../formats/float16.js";

/** The bytes that base64 stands for. */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
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
