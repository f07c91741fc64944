import { FormatError } from "../common/errors.js";
import { quote } from "../common/printable.js";
import { BooleanColumn } from "./booleanColumn.js";
import { CategoryColumn } from "./categoryColumn.js";
import type { ColumnEncoder } from "./columnEncoder.js";
import { CYCLE_NAMES, type Cycle, DATE_FORMATS, DateColumn, type DateFormat } from "./dateColumn.js";
import { NumberColumn } from "./numberColumn.js";

/** A JSON object whose fields are checked when they are read. */
export class JsonFields {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #what: string;

  /**
   * @param what name of the object in messages
   * @throws {FormatError} unless `value` is an object
   */
  constructor(value: unknown, what: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new FormatError(`${what} must be an object`);
    }
    this.#fields = value as Record<string, unknown>;
    this.#what = what;
  }

  /** @throws {FormatError} unless the field is `valid`; `wanted` says what is expected */
  take<T>(name: string, wanted: string, valid: (value: unknown) => boolean): T {
    const value = Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
    if (!valid(value)) throw new FormatError(`${this.#what} must have ${wanted} as ${quote(name)}`);
    return value as T;
  }

  text(name: string): string {
    return this.take(name, "a text", (value) => typeof value === "string");
  }

  flag(name: string): boolean {
    return this.take(name, "true or false", (value) => typeof value === "boolean");
  }

  number(name: string): number {
    return this.take(name, "a finite number", Number.isFinite);
  }

  oneOf<T extends string>(name: string, known: readonly T[]): T {
    return this.take(name, `one of ${known.join(", ")}`, (value) => known.includes(value as T));
  }

  list(name: string): readonly unknown[] {
    return this.take(name, "an array", Array.isArray);
  }

  texts(name: string): readonly string[] {
    const isTexts = (value: unknown) =>
      Array.isArray(value) && value.every((each) => typeof each === "string");
    return this.take(name, "an array of texts", isTexts);
  }
}

/**
 * Restores an encoder from its `toJSON`.
 *
 * @throws {FormatError} for anything else
 */
export function encoderFrom(json: unknown): ColumnEncoder {
  const fields = new JsonFields(json, "a column of a preprocessor");
  const column = fields.text("column");
  switch (fields.oneOf("type", ["number", "category", "boolean", "date"])) {
    case "number": {
      const decimal = fields.oneOf("decimal", [".", ","]);
      return new NumberColumn(column, decimal, fields.number("median"), fields.flag("flagged"));
    }
    case "category": {
      const categories = fields.texts("categories");
      const plan = {
        categories,
        other: fields.flag("other"),
        missing: fields.flag("missing"),
        codes: fields.flag("codes"),
      };
      return withFeatures(new CategoryColumn(column, plan));
    }
    case "boolean":
      return new BooleanColumn(column, fields.flag("usual"), fields.flag("flagged"));
    case "date": {
      const cycles = fields.texts("cycles") as readonly Cycle[];
      if (new Set(cycles).size !== cycles.length || !cycles.every((cycle) => CYCLE_NAMES.includes(cycle))) {
        throw new FormatError(
          `a column of a preprocessor must have different cycles of ${CYCLE_NAMES.join(", ")}`,
        );
      }
      const format = fields.oneOf("format", Object.keys(DATE_FORMATS) as DateFormat[]);
      const [time, flagged] = [fields.flag("time"), fields.flag("flagged")];
      return withFeatures(
        new DateColumn(column, { format, cycles, time, median: fields.number("median"), flagged }),
      );
    }
  }
}

function withFeatures(encoder: ColumnEncoder): ColumnEncoder {
  if (encoder.features.length > 0) return encoder;
  throw new FormatError(`the column ${quote(encoder.column)} of a preprocessor has no features`);
}
