import { builtin } from "../common/runtime.js";

/** Node's classes, in case a test environment such as jsdom hides the global ones. */
interface NodeText {
  readonly TextEncoder: typeof TextEncoder;
  readonly TextDecoder: typeof TextDecoder;
}

function text(): NodeText {
  if (typeof TextEncoder === "function" && typeof TextDecoder === "function") return globalThis;
  return builtin<NodeText>("node:util") ?? globalThis;
}

/** Encodes text as UTF-8, in an array of this realm. */
export function encodeUtf8(string: string): Uint8Array<ArrayBuffer> {
  const bytes = new (text().TextEncoder)().encode(string);
  return bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
}

/**
 * A decoder that refuses what is not text of an encoding.
 *
 * @param encoding a label of the Encoding Standard, such as `"utf-16le"` or `"windows-1252"`
 * @throws {RangeError} where the runtime does not know it
 */
export function strictDecoder(encoding: string): TextDecoder {
  return new (text().TextDecoder)(encoding, { fatal: true });
}

/** A UTF-8 decoder, for text that comes in parts or may be invalid. */
export function utf8Decoder(options: TextDecoderOptions = {}): TextDecoder {
  return new (text().TextDecoder)("utf-8", options);
}

/**
 * Decodes UTF-8. A byte order mark counts as text.
 *
 * @throws {TypeError} if the bytes are not valid UTF-8
 */
export function decodeUtf8(bytes: Uint8Array): string {
  return utf8Decoder({ fatal: true, ignoreBOM: true }).decode(bytes);
}
