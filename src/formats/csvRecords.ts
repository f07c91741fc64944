import Papa from "papaparse";
import { FormatError } from "../common/errors.js";

/** No record is longer: an open quote would otherwise take in the rest of any file. */
const LONGEST_RECORD = 1 << 24;

/** How records stand in a text. */
export interface CsvSyntax {
  /** What stands between two fields: one character. */
  readonly delimiter: string;
  /** What begins a line that is no record; none where empty. */
  readonly comment: string;
  /** What ends a line. With `"\n"`, a carriage return before it belongs to it. */
  readonly newline: "\n" | "\r";
}

/** Records with the lines on which they begin. */
export interface CsvPart {
  readonly records: string[][];
  readonly lines: number[];
}

/** What Papa Parse tells after each record. */
interface Step {
  readonly data: string[][];
  readonly errors: readonly { code: string; index: number }[];
  readonly meta: { readonly cursor: number };
}

/**
 * Reads the records of delimited text (RFC 4180) that comes in pieces. Papa Parse splits it into fields; this class feeds
 * it whole lines, counts them, and refuses what Papa Parse would pass over.
 */
export class CsvRecords {
  readonly #syntax: CsvSyntax;
  /** What came and is not part of a whole record yet. */
  #pieces: string[] = [];
  #length = 0;
  /** How long the pieces have to be before it is worth parsing them again. */
  #wanted = 1;
  /** The line on which the pieces begin. */
  #line = 1;
  /** How many lines were comments so far. */
  comments = 0;

  constructor(syntax: CsvSyntax) {
    this.#syntax = syntax;
  }

  /**
   * Takes text in and returns the records that are whole now.
   *
   * @throws {FormatError} for a stray quote, and a record of more than 2^24 characters
   */
  push(piece: string): CsvPart {
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#length < this.#wanted || !piece.includes(this.#syntax.newline)) {
      this.#requireEnd();
      return { records: [], lines: [] };
    }
    return this.#parse(false);
  }

  /**
   * Returns the records that are left when all text came.
   *
   * @throws {FormatError} for a quote that is not closed
   */
  end(): CsvPart {
    return this.#parse(true);
  }

  #parse(ended: boolean): CsvPart {
    const { delimiter, comment, newline } = this.#syntax;
    const all = this.#pieces.join("");
    const complete = all.lastIndexOf(newline) + 1;
    const text = ended && complete < all.length ? all + newline : all.slice(0, complete);
    const part: CsvPart = { records: [], lines: [] };
    let begin = 0;
    const step = ({ data, errors, meta }: Step) => {
      begin = this.#passComments(text, begin);
      if (errors[0]) throw this.#misquoted(text, begin, errors[0].index);
      part.records.push(this.#trimmed(data[0]!));
      part.lines.push(this.#line);
      this.#line += count(text, newline, begin, meta.cursor);
      begin = meta.cursor;
    };
    const parser = new Papa.Parser({ delimiter, newline, comments: comment || false, step: step as never });
    const { errors } = parser.parse(text, 0, true) as Step;
    begin = this.#passComments(text, begin);
    if (errors[0]) throw this.#misquoted(text, begin, errors[0].index);
    this.#keep(all.slice(begin));
    if (ended && begin < text.length) throw this.#unclosed(text, begin);
    return part;
  }

  #keep(rest: string): void {
    this.#pieces = [rest];
    this.#length = rest.length;
    // A record of many pieces is looked at each time it has doubled, not with every piece.
    this.#wanted = 2 * rest.length + 1;
    this.#requireEnd();
  }

  #requireEnd(): void {
    if (this.#length <= LONGEST_RECORD) return;
    throw new FormatError(
      `line ${this.#line} of bytes begins a record of more than ${LONGEST_RECORD} characters; is a quote not closed?`,
    );
  }

  /** Passes over lines that are comments, as Papa Parse does. */
  #passComments(text: string, begin: number): number {
    const { comment, newline } = this.#syntax;
    let at = begin;
    while (comment !== "" && text.startsWith(comment, at)) {
      const end = text.indexOf(newline, at);
      if (end < 0) break;
      at = end + 1;
      this.#line++;
      this.comments++;
    }
    return at;
  }

  /** The fields without what is left of the line's end. */
  #trimmed(fields: string[]): string[] {
    const last = fields.at(-1)!;
    if (this.#syntax.newline === "\n" && last.endsWith("\r")) fields[fields.length - 1] = last.slice(0, -1);
    return fields;
  }

  /** @param index where the quoted field begins, behind its quote */
  #misquoted(text: string, begin: number, index: number): FormatError {
    return new FormatError(
      `line ${this.#lineAt(text, begin, index)} of bytes has a stray quote in ${this.#columnAt(text, begin, index)}; ` +
        'a quote inside a quoted field is written twice ("")',
    );
  }

  #unclosed(text: string, begin: number): FormatError {
    const { delimiter, newline } = this.#syntax;
    const parser = new Papa.Parser({ delimiter, newline });
    const { errors } = parser.parse(text.slice(begin), 0, false) as Step;
    const index = begin + (errors.find(({ code }) => code === "MissingQuotes")?.index ?? 1);
    return new FormatError(
      `line ${this.#lineAt(text, begin, index)} of bytes opens a quote in ` +
        `${this.#columnAt(text, begin, index)} that is never closed`,
    );
  }

  #lineAt(text: string, begin: number, index: number): number {
    return this.#line + count(text, this.#syntax.newline, begin, index);
  }

  #columnAt(text: string, begin: number, index: number): string {
    const { delimiter, newline } = this.#syntax;
    const before = text.slice(begin, index - 1);
    const { data } = new Papa.Parser({ delimiter, newline }).parse(before, 0, false) as Step;
    return `column ${data[0]?.length ?? 1}`;
  }
}

/** How often a character occurs from `begin` up to, but not including, `end`. */
function count(text: string, character: string, begin: number, end: number): number {
  let found = 0;
  for (let at = text.indexOf(character, begin); at >= 0 && at < end; at = text.indexOf(character, at + 1)) {
    found++;
  }
  return found;
}
