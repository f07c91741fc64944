import { concatenate } from "../common/concatenate.js";
import { FormatError } from "../common/errors.js";
import { crc32 } from "../formats/crc32.js";
import { foreignFile } from "../formats/foreignFile.js";
import { quote } from "../formats/typedArrays.js";

/** PNG (W3C Recommendation, third edition), section 5.2. */
const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
/** Section 11.2.1: how many values a pixel has, and of how many bits each may be, by the colour type. */
const COLOURS: Readonly<Record<number, { samples: 1 | 2 | 3 | 4; depths: readonly number[] }>> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
};
const INDEXED = 3;

/** What a PNG file says of its pixels, and their data, still compressed. */
export interface PngChunks {
  readonly width: number;
  readonly height: number;
  /** Bits of a value. */
  readonly depth: number;
  /** Values of a pixel: an index into the palette is one. */
  readonly samples: 1 | 2 | 3 | 4;
  readonly interlaced: boolean;
  /** Red, green and blue of each index. */
  readonly palette: Uint8Array | undefined;
  /** Alpha of each index, or the one colour that is transparent, 16 bits a value. */
  readonly transparency: Uint8Array | undefined;
  readonly data: Uint8Array;
}

/**
 * Takes a PNG file apart. What is not about pixels is passed over; of an animation only the still image is taken.
 *
 * @throws {FormatError} when it is no PNG file, is damaged or cut short, or its header is not valid
 */
export function pngChunks(file: Uint8Array): PngChunks {
  if (!SIGNATURE.every((byte, i) => file[i] === byte)) {
    const foreign = foreignFile(file);
    throw foreign === undefined || foreign === "a PNG image"
      ? invalidPng("it does not begin with the signature")
      : new FormatError(`bytes is ${foreign}, not a PNG image`);
  }
  const first = new Map<string, Uint8Array>();
  const data: Uint8Array[] = [];
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let at = SIGNATURE.length;
  while (!first.has("IEND")) {
    if (at + 12 > file.length) throw invalidPng("it is cut short");
    const length = view.getUint32(at);
    const name = String.fromCharCode(...file.subarray(at + 4, at + 8));
    const end = at + 8 + length;
    if (end + 4 > file.length) throw invalidPng("it is cut short");
    if (crc32(file.subarray(at + 4, end)) !== view.getUint32(end)) {
      throw invalidPng(`its part ${quote(name)} does not have the checksum that it should`);
    }
    const content = file.subarray(at + 8, end);
    if (name === "IDAT") data.push(content);
    else if (!first.has(name)) first.set(name, content);
    at = end + 4;
  }
  const header = first.get("IHDR");
  if (header?.length !== 13) throw invalidPng("it has no header");
  if (data.length === 0) throw invalidPng("it has no pixels");
  return { ...readHeader(header, first), data: data.length === 1 ? data[0]! : concatenate(Uint8Array, data) };
}

function readHeader(header: Uint8Array, parts: ReadonlyMap<string, Uint8Array>): Omit<PngChunks, "data"> {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [depth, colour, compression, filter, interlace] = header.subarray(8) as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  const kind = COLOURS[colour];
  if (!kind?.depths.includes(depth) || compression !== 0 || filter !== 0 || interlace > 1) {
    throw invalidPng(
      `its header asks for colour type ${colour} with ${depth} bits, compression ${compression}, filter ${filter} and interlace ${interlace}`,
    );
  }
  const palette = colour === INDEXED ? parts.get("PLTE") : undefined;
  if (colour === INDEXED && (!palette || palette.length % 3 !== 0)) throw invalidPng("it has no palette");
  const transparency = colour < 4 ? parts.get("tRNS") : undefined;
  if (transparency && colour !== INDEXED && transparency.length !== 2 * kind.samples) {
    throw invalidPng("its transparent colour is not one");
  }
  return {
    width: view.getUint32(0),
    height: view.getUint32(4),
    depth,
    samples: kind.samples,
    interlaced: interlace === 1,
    palette,
    transparency,
  };
}

/** The error of a file that begins as PNG files do, and is none. */
export function invalidPng(reason: string): FormatError {
  return new FormatError(`bytes is not a valid PNG image: ${reason}`);
}
