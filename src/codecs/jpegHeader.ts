import { FormatError } from "../common/errors.js";
import { foreignFile } from "../formats/foreignFile.js";

/** What a JPEG file says of its image before the pixels come. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** Values of a pixel: 1 for grey, 3 for colour, 4 for CMYK. */
  readonly components: number;
  /** Whether the three values of a pixel are red, green and blue themselves, not brightness and colour. */
  readonly rgb: boolean;
  /** As Exif has it, 1 to 8; 1 where the file says nothing. */
  readonly orientation: number;
}

/** Start of frame: all but those that define tables and arithmetic coding (ITU-T T.81, table B.1). */
const FRAMES = [0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf];
const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0];
const ORIENTATION = 0x0112;
const JFIF = [0x4a, 0x46, 0x49, 0x46, 0];
const ADOBE = [0x41, 0x64, 0x6f, 0x62, 0x65];
/** Where Adobe's segment says what was done with colours: 0 nothing, 1 and 2 brightness and colour were made of them. */
const ADOBE_TRANSFORM = 11;

/**
 * Reads the header of a JPEG file.
 *
 * @throws {FormatError} when it is none, or is cut short before the size of the image
 */
export function readJpegHeader(file: Uint8Array): JpegHeader {
  if (file[0] !== 0xff || file[1] !== 0xd8) {
    const foreign = foreignFile(file);
    throw foreign === undefined
      ? invalidJpeg("it does not begin with the bytes ff d8")
      : new FormatError(`bytes is ${foreign}, not a JPEG image`);
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let orientation = 1;
  let jfif = false;
  let transform: number | undefined;
  let at = 2;
  for (;;) {
    // Any number of ff may fill the space before a marker.
    while (file[at] === 0xff && file[at + 1] === 0xff) at++;
    if (at + 4 > file.length || file[at] !== 0xff)
      throw invalidJpeg("it is cut short or damaged before its pixels");
    const marker = file[at + 1]!;
    const end = at + 2 + view.getUint16(at + 2);
    if (end > file.length || marker === 0xda) throw invalidJpeg("it does not say how large the image is");
    const content = file.subarray(at + 4, end);
    if (marker === 0xe0 && beginsWith(content, JFIF)) jfif = true;
    if (marker === 0xee && beginsWith(content, ADOBE)) transform = content[ADOBE_TRANSFORM];
    if (marker === 0xe1 && beginsWith(content, EXIF)) {
      orientation = exifOrientation(content.subarray(EXIF.length)) ?? orientation;
    }
    if (FRAMES.includes(marker)) {
      if (content.length < 6) throw invalidJpeg("its frame header is cut short");
      const frame = new DataView(content.buffer, content.byteOffset, content.byteLength);
      const components = content[5]!;
      const rgb =
        components === 3 && !jfif && (transform === undefined ? isNamedRgb(content) : transform === 0);
      return { height: frame.getUint16(1), width: frame.getUint16(3), components, rgb, orientation };
    }
    at = end;
  }
}

const beginsWith = (content: Uint8Array, start: readonly number[]) =>
  start.every((byte, i) => content[i] === byte);

/** Whether a frame header calls its components R, G and B, which counts where nothing else says what they are. */
function isNamedRgb(frame: Uint8Array): boolean {
  return frame[6] === 0x52 && frame[9] === 0x47 && frame[12] === 0x42;
}

/** The orientation in Exif data, a TIFF file of its own; undefined where there is none, or the data is damaged. */
function exifOrientation(tiff: Uint8Array): number | undefined {
  const little = tiff[0] === 0x49;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  try {
    const directory = view.getUint32(4, little);
    const count = view.getUint16(directory, little);
    for (let i = 0; i < count; i++) {
      const entry = directory + 2 + 12 * i;
      if (view.getUint16(entry, little) !== ORIENTATION) continue;
      const value = view.getUint16(entry + 8, little);
      return value >= 1 && value <= 8 ? value : undefined;
    }
  } catch {
    // Other programs show an image with damaged Exif data as well.
  }
  return undefined;
}

/** The error of a file that begins as JPEG files do, and is none. */
export function invalidJpeg(reason: string): FormatError {
  return new FormatError(`bytes is not a valid JPEG image: ${reason}`);
}
