/**
 * Converts file formats to arrays and back, in any runtime. `isthmus/node` reads and writes files.
 *
 * @module isthmus/formats
 */
export { type GunzipOptions, gunzip, isGzip } from "./gzip.js";
export { type DecodedIdx, decodeIdx, encodeIdx, type IdxArray, type IdxData, type IdxType } from "./idx.js";
export { decodeNpy, encodeNpy, type NpyArray } from "./npy.js";
export { decodeSamples, type LoadedSamples, type LoadSamplesOptions } from "./readSamples.js";
export {
  type DecodedSafetensors,
  type DecodeSafetensorsOptions,
  decodeSafetensors,
  encodeSafetensors,
  type NamedTensor,
  type WritableTensor,
} from "./safetensors.js";
export type { FileBytes, NumericArray } from "./typedArrays.js";
