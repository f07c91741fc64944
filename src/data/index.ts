/**
 * Tables and series, from files to model input.
 *
 * @module isthmus/data
 */
export {
  type ReadTableChunksOptions,
  type ReadTableOptions,
  readTable,
  readTableChunks,
  tableFromRecords,
} from "../formats/readTable.js";
export type { Cell, Table, TableColumn } from "../formats/table.js";
export type { TableSource } from "../formats/textSource.js";
export type { ColumnDecision } from "./decideColumns.js";
export { joinWindows } from "./joinWindows.js";
export { type AnyMatrix, Matrix } from "./matrix.js";
export {
  type PointScoreOptions,
  pointFlags,
  pointScores,
  type ScoreCombination,
  type WindowPlaces,
} from "./pointScores.js";
export { preprocessorOf, type WithPreprocessor } from "./preprocessorOf.js";
export type { ColumnType, TablePreprocessorOptions } from "./preprocessorOptions.js";
export { type OrderedSeries, orderSeries } from "./seriesOrder.js";
export {
  SeriesPreprocessor,
  type SeriesPreprocessorJson,
  type SeriesPreprocessorOptions,
  type SeriesWindows,
} from "./seriesPreprocessor.js";
export {
  type FeatureColumn,
  TablePreprocessor,
  type TablePreprocessorJson,
} from "./tablePreprocessor.js";
export {
  type SeriesPlaces,
  type SortByTimeOptions,
  type SortedTable,
  sortByTime,
  type TimeOrder,
} from "./timeOrder.js";
export { type WindowOptions, type Windows, windows } from "./windows.js";
