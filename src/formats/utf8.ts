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
