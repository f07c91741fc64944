import type { ImagePixels } from "../codecs/imagePixels.js";
import { encodePng } from "../codecs/pngFile.js";

/** An image as a `data:` URL. */
export async function pngUrl(pixels: ImagePixels): Promise<string> {
  const bytes = await encodePng(pixels);
  return `data:image/png;base64,${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}`;
}
