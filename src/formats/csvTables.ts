import { ArgumentError, FormatError } from "../common/errors.js";
import { CsvRecords } from "./csvRecords.js";
import { type Dialect, isBlank } from "./dialect.js";
import type { Table } from "./table.js";
import { RecordTable } from "./tableRecords.js";

/** Makes tables of delimited text that comes in pieces. */
export class CsvTables {
  readonly #dialect: Dialect;
  readonly #given: readonly string[] | undefined;
  /** Rows of a table. */
  readonly #most: number;
  readonly #records: CsvRecords;
  #names: string[] | undefined;
  #notes: readonly string[];
  #table: RecordTable | undefined;
  /** Lines of empty ones after the last record, of which a table of one column has missing values. */
  #blanks: number[] = [];
  #rows = 0;

  /**
   * @param names what the columns are called, whatever the file says
   * @param most rows of a table at most
   */
  constructor(dialect: Dialect, names: readonly string[] | undefined, most: number) {
    this.#dialect = dialect;
    this.#given = names;
    this.#most = most;
    this.#records = new CsvRecords(dialect);
    this.#notes = dialect.notes;
  }

  /** Takes text in; gives the tables that are full now. */
  *push(text: string): Generator<Table, void, void> {
    const { records, lines } = this.#records.push(text);
    for (let i = 0; i < records.length; i++) yield* this.#add(records[i]!, lines[i]!);
  }

  /** What is left when all text came. */
  *end(): Generator<Table, void, void> {
    const { records, lines } = this.#records.end();
    for (let i = 0; i < records.length; i++) yield* this.#add(records[i]!, lines[i]!);
    if (this.#rows === 0) {
      const what = this.#names ? "the names of columns, but no rows below them" : "no rows";
      throw new FormatError(`bytes has ${what}`);
    }
    if (this.#table && this.#table.rows > 0) yield this.#taken(this.#table);
  }

  *#add(record: string[], line: number): Generator<Table, void, void> {
    if (isBlank(record)) {
      if (this.#rows > 0) this.#blanks.push(line);
      return;
    }
    if (!this.#names) {
      this.#begin(record);
      if (this.#dialect.header) return;
    }
    this.#table ??= new RecordTable(this.#uniqueNames(record));
    if (this.#table.names.length === 1) for (const blank of this.#blanks) yield* this.#put([""], blank);
    this.#blanks = [];
    yield* this.#put(this.#fitted(record, line), line);
  }

  *#put(record: readonly string[], line: number): Generator<Table, void, void> {
    this.#table!.add(record, line);
    this.#rows++;
    if (this.#table!.rows === this.#most) yield this.#taken(this.#table!);
  }

  /** The rows so far, with a word about the lines that were left out. */
  #taken(table: RecordTable): Table {
    const { comment, commentGiven, commentNames } = this.#dialect;
    const count = this.#records.comments - (commentNames ? 1 : 0);
    if (commentGiven || count === 0) return table.take(this.#notes);
    const lines = count === 1 ? "1 line that begins" : `${count} lines that begin`;
    const note = `${lines} with ${JSON.stringify(comment)} ${count === 1 ? "is" : "are"} left out as comments (option comment).`;
    return table.take([...this.#notes, note]);
  }

  /** Finds the names in the first record. */
  #begin(record: readonly string[]): void {
    const { header, commentNames } = this.#dialect;
    if (this.#given && this.#given.length !== record.length) {
      throw new ArgumentError(
        `names has ${this.#given.length} names, but bytes has ${record.length} columns`,
      );
    }
    const none = record.map(() => "");
    this.#names = [...(this.#given ?? (header ? record : (commentNames ?? none)))].map((name) => name.trim());
  }

  /** Names that are not empty and all different. A last one that is empty and has no values below it is none. */
  #uniqueNames(record: readonly string[]): string[] {
    const names = this.#names!;
    if (names.at(-1) === "" && record.length === names.length - 1) names.pop();
    const used = new Set(names);
    const repeated: string[] = [];
    const unique = names.map((name, column) => {
      let candidate = name;
      if (name === "") candidate = `column ${column + 1}`;
      else if (names.indexOf(name) === column) return name;
      else repeated.push(name);
      const base = candidate;
      for (let n = 2; used.has(candidate) || candidate === name; n++) candidate = `${base} (${n})`;
      used.add(candidate);
      return candidate;
    });
    if (repeated.length > 0) {
      const what = repeated.length === 1 ? "One column has" : `${repeated.length} columns have`;
      this.#notes = [
        ...this.#notes,
        `${what} the name of another; they are numbered, as in "${repeated[0]} (2)".`,
      ];
    }
    return unique;
  }

  /** @throws {FormatError} unless the record has a field for each column, and at most a delimiter more */
  #fitted(record: string[], line: number): string[] {
    const width = this.#table!.names.length;
    if (record.length === width) return record;
    if (record.length === width + 1 && record[width]!.trim() === "") return record.slice(0, width);
    const fields = record.length === 1 ? "1 field" : `${record.length} fields`;
    const wanted = this.#dialect.header
      ? `there are names for ${width} columns`
      : `the first row has ${width}`;
    throw new FormatError(
      `line ${line} of bytes has ${fields}, but ${wanted}; ` +
        `fields are divided by ${JSON.stringify(this.#dialect.delimiter)} (option delimiter)`,
    );
  }
}
