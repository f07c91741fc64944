import { FormatError } from "../common/errors.js";
import { isDimension, quote } from "./typedArrays.js";

/** The contents of the header of a `.npy` file. */
export interface NpyHeader {
  /** Type of the elements, for example `<f4`. */
  descr: string;
  /** Whether the elements are stored column-major. */
  fortranOrder: boolean;
  shape: number[];
}

/** One `key: value` of a dict with the comma after it, which is optional for the last. */
const MEMBER = /\s*(['"])(\w*)\1\s*:\s*('[^']*'|"[^"]*"|\w+|\([^()]*\))\s*(?:,|(?=\}))/y;

/** A `descr` that is a list of fields. */
const STRUCTURED = /(['"])descr\1\s*:\s*\[/;

/**
 * Parses the header of a `.npy` file: a Python dict literal with exactly the keys `descr`, `fortran_order` and
 * `shape`, such as `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`, then white space.
 *
 * @throws {FormatError} for any other text, and for structured types
 */
export function parseNpyHeader(text: string): NpyHeader {
  if (STRUCTURED.test(text)) {
    throw new FormatError(
      "bytes has elements of a structured NumPy type, but only plain numbers are supported",
    );
  }
  const members = parseMembers(text);
  for (const key of ["descr", "fortran_order", "shape"]) {
    if (!members.has(key)) throw invalid(`has no '${key}'`);
  }
  return {
    descr: parseDescr(members.get("descr")!),
    fortranOrder: parseOrder(members.get("fortran_order")!),
    shape: parseShape(members.get("shape")!),
  };
}

/** The text of each value, by key. */
function parseMembers(text: string): Map<string, string> {
  const members = new Map<string, string>();
  const open = /^\s*\{/.exec(text);
  if (open === null) throw invalid("does not begin with {");
  let position = open[0].length;
  for (;;) {
    MEMBER.lastIndex = position;
    const match = MEMBER.exec(text);
    if (match === null) break;
    const key = match[2]!;
    if (!["descr", "fortran_order", "shape"].includes(key))
      throw invalid(`has the unknown key ${quote(key)}`);
    if (members.has(key)) throw invalid(`has the key '${key}' twice`);
    members.set(key, match[3]!);
    position = MEMBER.lastIndex;
  }
  const rest = text.slice(position);
  if (!/^\s*\}\s*$/.test(rest)) throw invalid(`is not a Python dict from ${quote(rest.trim())} on`);
  return members;
}

function parseDescr(source: string): string {
  if (!/^['"]/.test(source)) throw invalid(`has ${quote(source)} for 'descr', but it must be a string`);
  return source.slice(1, -1);
}

function parseOrder(source: string): boolean {
  if (source !== "True" && source !== "False") {
    throw invalid(`has ${quote(source)} for 'fortran_order', but it must be True or False`);
  }
  return source === "True";
}

function parseShape(source: string): number[] {
  const wrong = () => invalid(`has ${quote(source)} for 'shape', but it must be a tuple of integers ≥ 0`);
  if (!source.startsWith("(")) throw wrong();
  const inner = source.slice(1, -1).trim();
  if (inner === "") return [];
  // Without a comma, parentheses do not make a tuple.
  if (!inner.includes(",")) throw wrong();
  return inner
    .replace(/,$/, "")
    .split(",")
    .map((item) => {
      // Python 2 wrote an L after long integers.
      const dimension = /^\s*\d+L?\s*$/.test(item) ? Number(item.replace("L", "")) : Number.NaN;
      if (!isDimension(dimension)) throw wrong();
      return dimension;
    });
}

function invalid(reason: string): FormatError {
  return new FormatError(`bytes is not a valid .npy file: its header ${reason}`);
}
