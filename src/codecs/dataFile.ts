import { foreignFile } from "../formats/foreignFile.js";

/** Formats that are known by their first bytes. */
export type DataFormat = "npz" | "parquet" | "arrow" | "png" | "jpeg";

const NAMES: Readonly<Record<string, DataFormat>> = {
  "a Parquet file": "parquet",
  "an Arrow file": "arrow",
  "a Feather file": "arrow",
  "a PNG image": "png",
  "a JPEG image": "jpeg",
};

/** The format of a file that is read here; undefined for any other. */
export function dataFormat(start: Uint8Array): DataFormat | undefined {
  const foreign = foreignFile(start);
  if (foreign?.includes("zip archive")) return "npz";
  if (foreign !== undefined) return NAMES[foreign];
  // A stream of Arrow begins with the mark of a message, and a length that is a multiple of 8.
  const stream =
    start.length >= 8 && start.subarray(0, 4).every((byte) => byte === 0xff) && start[4]! % 8 === 0;
  return stream ? "arrow" : undefined;
}
