import { concatenate } from "../common/concatenate.js";
import { crc32 } from "../formats/crc32.js";

/** Pixels: one byte each (grey), or three (red, green, blue). */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/** PNG (W3C Recommendation, third edition), section 5.2. */
const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
/** Section 11.2.1. */
const COLOUR_TYPE = { 1: 0, 3: 2 } as const;

/** An image as a PNG file of eight bits a channel. */
export async function encodePng({ width, height, channels, data }: Pixels): Promise<Uint8Array> {
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
  return concatenate(Uint8Array, parts);
}

/** An image as a `data:` URL. */
export async function pngUrl(pixels: Pixels): Promise<string> {
  const bytes = await encodePng(pixels);
  return `data:image/png;base64,${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}`;
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
