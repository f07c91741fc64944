import { ArgumentError } from "../common/errors.js";
import type { Table } from "../formats/table.js";
import { type SortByTimeOptions, sortByTime, type TimeOrder } from "./timeOrder.js";

/** The rows of a series in their order. */
export interface OrderedSeries {
  /** The table with its rows in order. */
  readonly table: Table;
  /** Undefined if no column has times: then the rows come in the order of the table. */
  readonly order: TimeOrder | undefined;
  /** What was found out, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Puts the rows of a series in the order of time, like `sortByTime`, if a column has times. Otherwise it leaves the table as
 * it is and says so in `notes`.
 *
 * @example
 * const { table, notes } = orderSeries(await readTable("value\n3\n1\n"), {});
 * console.log(table.rows, notes.length); // 2 1
 *
 * @throws what `sortByTime` throws, but not if it finds no column of times
 */
export function orderSeries(table: Table, options: SortByTimeOptions = {}): OrderedSeries {
  if (options.timeColumn !== undefined) return sorted(table, options);
  try {
    return sorted(table, options);
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    const note = "No column of times was found, so the rows are taken in their order.";
    return { table, order: undefined, notes: [note] };
  }
}

function sorted(given: Table, options: SortByTimeOptions): OrderedSeries {
  const { table, order } = sortByTime(given, options);
  return { table, order, notes: order.notes };
}
