import type { SeriesPreprocessor } from "../data/index.js";
import type { ScalingParameters } from "../data/scaling.js";

/** How a series is cut into windows. */
export interface SeriesWindow {
  /** Rows in a window. */
  readonly size: number;
  /** Rows between the starts of consecutive windows; default 1. */
  readonly stride?: number;
  /** Whether windows do not cross gaps in time. An exported model does not look for gaps: it then says so. */
  readonly splitAtGaps?: boolean;
}

/** How the rows of a series become samples. */
export interface SeriesSource {
  /** Rows in a window. */
  readonly size: number;
  /** Rows between the starts of consecutive windows. */
  readonly stride: number;
  /** Numbers of a row. */
  readonly columns: number;
  /** What scales the numbers of a row; undefined if nothing does. */
  readonly scaling: ScalingParameters | undefined;
  /** The column that orders the rows, which is not an input. */
  readonly timeColumn: string | undefined;
  /** Whether windows do not cross gaps in time. */
  readonly splitAtGaps: boolean;
}

/** How a preprocessor cuts a series. */
export function seriesSourceOf(preprocessor: SeriesPreprocessor): SeriesSource {
  const { size, stride, timeColumn, columns, splitAtGaps } = preprocessor;
  const { offset, scale } = preprocessor.toJSON();
  const scaling = { offset: Float64Array.from(offset), scale: Float64Array.from(scale) };
  return { size, stride, columns, scaling, timeColumn, splitAtGaps };
}
