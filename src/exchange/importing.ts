/**
 * Models that other tools wrote.
 *
 * @module isthmus/import
 */
export { buildImported } from "./buildImported.js";
export type { ExportedFile } from "./exportedFile.js";
export type { CodeLayer, ImportedLayer, ImportedModel, PlacedLayer } from "./importedModel.js";
export { type ImportOptions, type ImportSource, importModel, readModel } from "./importModel.js";
export type { GraphWeight } from "./modelGraph.js";
export type { StateDictOptions } from "./pytorch/stateDictOptions.js";
