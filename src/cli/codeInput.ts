import type { Autoencoder } from "../index.js";
import { loadSamples } from "../node.js";
import { dataShapeOf, isBuiltIn } from "./fileFormat.js";
import { numbersOfTable } from "./numberTable.js";
import { builtInSource } from "./readData.js";
import { arraySource, assertColumns } from "./samplesSource.js";
import type { Source } from "./source.js";
import { openTable } from "./tableSource.js";
import type { UsedDataOptions } from "./usedData.js";

/** Name of the columns of codes in tables, before the number. */
export const CODE = "code";

/**
 * Opens codes that `encode` wrote. In a table, they are the columns code0, code1, …, if it has those, else all of them.
 *
 * @throws {ShapeError} unless they are as wide as the model's
 */
export async function openCodes(
  name: string,
  options: UsedDataOptions,
  { latentSize }: Pick<Autoencoder, "latentSize">,
): Promise<Source> {
  const source = await opened(name, options, latentSize);
  assertColumns(source, latentSize, "codes");
  return source;
}

async function opened(name: string, options: UsedDataOptions, latentSize: number): Promise<Source> {
  if (isBuiltIn(name)) return builtInSource(name, options, 1);
  const shape = await dataShapeOf(name);
  const { maxUnpacked } = options;
  const limit = maxUnpacked === undefined ? {} : { maximumBytes: maxUnpacked };
  if (shape !== "table") return arraySource(name, await loadSamples(name, limit), "matrix");
  const table = await openTable(name, options);
  const wanted = Array.from({ length: latentSize }, (_, i) => `${CODE}${i}`);
  const codes = wanted.map((wish) => table.columns.find((column) => column.name === wish));
  const columns = codes.every((column) => column !== undefined) ? codes : table.columns;
  return arraySource(name, numbersOfTable(name, { ...table, columns }), "matrix");
}
