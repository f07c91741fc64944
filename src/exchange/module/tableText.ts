import type { TablePreprocessor } from "../../data/index.js";
import type { RuntimePieces } from "./runtimePieces.js";

/** A column as `TablePreprocessor.toJSON` has it. */
interface SavedColumn {
  readonly type: "number" | "category" | "boolean" | "date";
  readonly column: string;
  readonly [field: string]: unknown;
}

/** The constants `tableColumns` and `missing`, which make features of rows of a table. */
export function tableText(preprocessor: TablePreprocessor, pieces: RuntimePieces): string {
  const { columns, missing } = preprocessor.toJSON();
  for (const name of ["featuresOf", "areRecords"]) pieces.use(name);
  return [
    "const tableColumns = [",
    ...(columns as readonly SavedColumn[]).map((column) => `  ${columnText(column, pieces)},`),
    "];",
    "",
    `const missing = new ${pieces.use("MissingValues")}(${JSON.stringify(missing)});`,
  ].join("\n");
}

function columnText({ type, column, ...plan }: SavedColumn, pieces: RuntimePieces): string {
  const make = (name: string, ...given: unknown[]) =>
    `new ${pieces.use(name)}(${[column, ...given].map((value) => JSON.stringify(value)).join(", ")})`;
  switch (type) {
    case "number":
      return make("NumberColumn", plan.decimal, plan.median, plan.flagged);
    case "boolean":
      return make("BooleanColumn", plan.usual, plan.flagged);
    case "category":
      return make("CategoryColumn", plan);
    case "date":
      return make("DateColumn", plan);
  }
}
