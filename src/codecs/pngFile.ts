import { concatenate } from "../common/concatenate.js";
import { crc32 } from "../formats/crc32.js";
import { type ImagePixels, requirePixels } from "./imagePixels.js";

/** PNG (W3C Recommendation, third edition), section 5.2. */
const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
/** Section 11.2.1, by the number of channels. */
const COLOUR_TYPE = { 1: 0, 2: 4, 3: 2, 4: 6 } as const;

/**
 * Writes an image as a PNG file of eight bits a channel.
 *
 * @param image grey, grey with alpha, RGB or RGBA: what `decodeImage` gives, or a canvas's `ImageData`
 * @throws {ArgumentError} {ShapeError} when it is no such image, or its data do not fit its size
 */
export async function encodePng(image: ImagePixels): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height, channels, data } = requirePixels("image", image);
  const row = width * channels;
  const lines = new Uint8Array(height * (row + 1));
  // Each line begins with the number of its filter; 0 means none.
  for (let y = 0; y < height; y++) lines.set(data.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, COLOUR_TYPE[channels], 0, 0, 0], 8);
  const parts = [
    Uint8Array.from(SIGNATURE),
    chunk("IHDR", header),
    chunk("IDAT", await deflated(lines)),
    chunk("IEND", new Uint8Array()),
  ];
  return concatenate(Uint8Array, parts) as Uint8Array<ArrayBuffer>;
}

/** Length, name, data and CRC. */
function chunk(name: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = name.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(bytes.length - 4, crc32(bytes.subarray(4, -4)));
  return bytes;
}

/** The zlib format, which CompressionStream calls deflate. */
async function deflated(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
