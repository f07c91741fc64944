// What a graph makes of the cells of a column: the same features as `TablePreprocessor.transform`.
import { falseWords, trueWords } from "../../data/booleanColumn.js";
import { caseVariants, missingNumbers, missingTexts } from "../../data/missingValues.js";
import { type DateFeatures, type DateJson, dateFeatures } from "./dateNodes.js";
import type { GraphBuilder } from "./graphBuilder.js";
import { ElementType, float, floats, int, ints, texts } from "./onnxModel.js";

/** What is learnt of a column, as `TablePreprocessor.toJSON` gives it. */
export type ColumnJson =
  | { type: "number"; column: string; median: number; flagged: boolean }
  | { type: "boolean"; column: string; usual: boolean; flagged: boolean }
  | {
      type: "category";
      column: string;
      categories: readonly string[];
      other: boolean;
      missing: boolean;
      codes: boolean;
    }
  | DateJson;

/** The features of a column. */
export interface ColumnFeatures {
  /** Values whose columns, one behind the other, are the features. */
  readonly names: readonly string[];
  /** How many features there are. */
  readonly width: number;
  /** As of `DateFeatures`. */
  readonly time?: DateFeatures["time"];
}

/**
 * Adds the features of a column.
 *
 * @param missing additional texts that mean a missing value
 * @param cells [rows, 1]
 */
export function columnNodes(
  builder: GraphBuilder,
  column: ColumnJson,
  missing: readonly string[],
  cells: string,
): ColumnFeatures {
  builder.within(column.column);
  switch (column.type) {
    case "number":
      return each(numberFeatures(builder, column, missing, cells));
    case "boolean":
      return each(booleanFeatures(builder, column, missing, cells));
    case "category":
      return categoryFeatures(builder, column, missing, cells);
    case "date": {
      const { names, time } = dateFeatures(builder, column, cells);
      return { ...each(names), time };
    }
  }
}

/** Values that are one feature each. */
function each(names: readonly string[]): ColumnFeatures {
  return { names, width: names.length };
}

function toFloats(builder: GraphBuilder, value: string): string {
  return builder.add("Cast", [value], { attributes: { to: int(ElementType.float) } });
}

function numberFeatures(
  builder: GraphBuilder,
  { median, flagged }: ColumnJson & { type: "number" },
  missing: readonly string[],
  cells: string,
): string[] {
  const equal = [...missingNumbers(missing)].map((value) =>
    builder.add("Equal", [cells, builder.scalar("missing", value)]),
  );
  const absent = equal.reduce((sum, each) => builder.add("Or", [sum, each]), builder.add("IsNaN", [cells]));
  const filled = builder.add("Where", [absent, builder.scalar("median", median), cells]);
  return flagged ? [filled, toFloats(builder, absent)] : [filled];
}

function booleanFeatures(
  builder: GraphBuilder,
  { usual, flagged }: ColumnJson & { type: "boolean" },
  missing: readonly string[],
  cells: string,
): string[] {
  const codes = new Map<string, number>();
  const give = (keys: Iterable<string>, code: number) => {
    for (const key of keys) if (!codes.has(key)) codes.set(key, code);
  };
  const absent = [...missingTexts(missing)];
  give(absent, usual ? 1 : 0);
  give([...trueWords].flatMap(caseVariants), 1);
  give([...falseWords].flatMap(caseVariants), 0);
  const encode = (values: ReadonlyMap<string, number>, other: number) =>
    builder.add("LabelEncoder", [cells], {
      domain: "ai.onnx.ml",
      attributes: {
        keys_strings: texts([...values.keys()]),
        values_floats: floats([...values.values()]),
        default_float: float(other),
      },
    });
  // Where the preprocessor refuses a word, there is no number, so that no score is a usual one.
  const truth = encode(codes, Number.NaN);
  if (!flagged) return [truth];
  return [truth, encode(new Map(absent.map((key) => [key, 1])), 0)];
}

function categoryFeatures(
  builder: GraphBuilder,
  { categories, other, missing: marked, codes }: ColumnJson & { type: "category" },
  missing: readonly string[],
  cells: string,
): ColumnFeatures {
  const width = categories.length + (other ? 1 : 0) + (marked ? 1 : 0);
  const places = new Map<string, number>();
  for (const key of missingTexts(missing)) places.set(key, marked ? width - 1 : width);
  categories.forEach((category, place) => {
    if (!places.has(category)) places.set(category, place);
  });
  // Whole numbers count by value, however they are written: pandas writes those of a column with gaps as 3.0.
  categories.forEach((category, place) => {
    const alias = `${category}.0`;
    if (!codes && /^-?\d+$/.test(category) && !places.has(alias)) places.set(alias, place);
  });
  const place = builder.add("LabelEncoder", [cells], {
    domain: "ai.onnx.ml",
    attributes: {
      keys_strings: texts([...places.keys()]),
      values_int64s: ints([...places.values()]),
      default_int64: int(other ? categories.length : width),
    },
  });
  const own = builder.ints(
    "places",
    Array.from({ length: width }, (_, i) => i),
  );
  return { names: [toFloats(builder, builder.add("Equal", [place, own]))], width };
}
