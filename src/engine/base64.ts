/** Decodes base64 in any runtime; `Buffer` does not exist in browsers and `Uint8Array.fromBase64` not yet everywhere. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
