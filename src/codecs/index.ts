/**
 * Formats that take a library to read, in any runtime, and all that becomes samples or a table.
 *
 * @module isthmus/codecs
 */
export { encodeCsv, type FloatTable } from "../formats/csvTable.js";
export type { LoadedSamples, LoadSamplesOptions } from "../formats/readSamples.js";
export type { Cell, Table, TableColumn } from "../formats/table.js";
export { type AnySamples, type AnySamplesOptions, decodeAnySamples, decodeTable } from "./anySamples.js";
export type { DecodeTableOptions } from "./columnOptions.js";
export { decodeArrow } from "./decodeArrow.js";
export { type DecodeImageOptions, decodeImage, type Image, type ImageOptions } from "./decodeImage.js";
export { decodeParquet } from "./decodeParquet.js";
export { type EncodeArrowOptions, encodeArrow } from "./encodeArrow.js";
export { encodeParquet } from "./encodeParquet.js";
export { encodeTable, type TableFormat } from "./encodeTable.js";
export type { ImagePixels } from "./imagePixels.js";
export { imageSamples } from "./imageSamples.js";
export { type ColumnNameOptions, matrixTable } from "./matrixTable.js";
export { type NestedNumbers, nestedSamples } from "./nestedSamples.js";
export { type DecodeNpzOptions, decodeNpz, type EncodeNpzOptions, encodeNpz } from "./npz.js";
export { encodePng } from "./pngFile.js";
