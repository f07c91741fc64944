import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { decodeIdx } from "../../src/formats/idx.js";

/** The 10,000 test digits of MNIST, which are not part of the repository. */
const IMAGES = new URL("../../../shared/data/mnist/t10k-images-idx3-ubyte.gz", import.meta.url);

const LABELS = new URL("t10k-labels-idx1-ubyte.gz", IMAGES);

/** Width of a sample. */
export const PIXELS = 784;

/** Whether the digits are there; tests that need them are skipped without. */
export const hasMnist = existsSync(IMAGES);

/** All digits, with the number that each shows. */
export function labelledMnist(): { images: Uint8Array; labels: Uint8Array } {
  const read = (url: URL) => decodeIdx(gunzipSync(readFileSync(url))).data as Uint8Array;
  return { images: read(IMAGES), labels: read(LABELS) };
}

/** The digits, every tenth held out: 9,000 and 1,000 of them. */
export function loadMnist(): { training: Uint8Array; heldOut: Uint8Array } {
  const images = decodeIdx(gunzipSync(readFileSync(IMAGES))).data as Uint8Array;
  const pick = (wanted: (row: number) => boolean) => {
    const rows = Array.from({ length: images.length / PIXELS }, (_, row) => row).filter(wanted);
    const result = new Uint8Array(rows.length * PIXELS);
    rows.forEach((row, i) => {
      result.set(images.subarray(row * PIXELS, (row + 1) * PIXELS), i * PIXELS);
    });
    return result;
  };
  return { training: pick((row) => row % 10 !== 9), heldOut: pick((row) => row % 10 === 9) };
}
