import { tooMuch } from "../formats/gzip.js";
import { type ArrowMessage, inBounds, invalidArrow } from "./arrowMessages.js";
import type { ArrowField } from "./arrowSchema.js";
import type { FlatTable } from "./flatbuffer.js";

/** What a whole file may still unpack to. */
export interface ArrowBudget {
  left: number;
  readonly most: number;
}

/** A buffer of a batch: how many bytes it has, once it is unpacked. */
type BufferSizes = Iterator<number, unknown>;

/**
 * Checks a batch before it is read: that every buffer lies in it, and is long enough for the rows. The reader itself trusts
 * these numbers, and would give missing or foreign values for wrong ones.
 *
 * @param fields of the records; or the one field whose dictionary it is
 * @returns how many rows it has
 * @throws {FormatError} for any that is wrong, and when buffers unpack to more than the budget
 */
export function checkBatch(
  message: ArrowMessage,
  fields: readonly ArrowField[],
  budget: ArrowBudget,
): number {
  return inBounds(() => {
    const batch = message.kind === "records" ? message.header : message.header.table(1);
    if (!batch) throw invalidArrow("a dictionary is empty");
    const rows = batch.long(0);
    if (!(rows >= 0 && rows <= 2 ** 31 - 1)) throw invalidArrow(`a batch has ${rows} rows`);
    const nodes = nodesOf(batch);
    if (nodes.length !== fields.length || nodes.some((length) => length !== rows)) {
      throw invalidArrow("a batch has other columns than the schema");
    }
    budget.left -= 8 * rows * fields.length;
    // All of them, also those that no column needs: the reader goes through them as well.
    const sizes = [...bufferSizes(batch, message.body, budget)].values();
    const variadic = batch.vector(4, 8).map((at) => batch.longAt(at));
    for (const field of fields) checkField(field, rows, sizes, variadic, message.kind === "dictionary");
    if (budget.left < 0) throw tooMuch(budget.most);
    return rows;
  });
}

/** The lengths of a batch's columns. */
function nodesOf(batch: FlatTable): number[] {
  return batch.vector(1, 16).map((at) => {
    const [length, missing] = [batch.longAt(at), batch.longAt(at + 8)];
    if (!(missing >= 0 && missing <= length))
      throw invalidArrow("a column has more missing values than rows");
    return length;
  });
}

function* bufferSizes(batch: FlatTable, body: Uint8Array, budget: ArrowBudget): Generator<number, undefined> {
  const compressed = batch.table(3) !== undefined;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  for (const at of batch.vector(2, 16)) {
    const [offset, length] = [batch.longAt(at), batch.longAt(at + 8)];
    if (!(offset >= 0 && length >= 0 && offset + length <= body.length))
      throw invalidArrow("a buffer lies outside of it");
    let size = length;
    if (compressed && length > 0) {
      if (length < 8) throw invalidArrow("a compressed buffer is cut short");
      const stated = Number(view.getBigInt64(offset, true));
      size = stated === -1 ? length - 8 : stated;
      if (size < 0) throw invalidArrow("a compressed buffer has a wrong size");
    }
    budget.left -= size;
    if (budget.left < 0) throw tooMuch(budget.most);
    yield size;
  }
  return undefined;
}

function checkField(
  field: ArrowField,
  rows: number,
  sizes: BufferSizes,
  variadic: number[],
  plain: boolean,
): void {
  const { kind } = field;
  const next = () => {
    const { value, done } = sizes.next();
    if (done) throw invalidArrow("a batch has fewer buffers than its columns need");
    return value;
  };
  const require = (least: number, size = next()) => {
    if (size < least) throw invalidArrow("a buffer is shorter than its rows need");
  };
  if (field.dictionary && !plain) {
    validity(rows, next());
    require((rows * field.dictionary.bits) / 8);
    return;
  }
  if (kind === "null") return;
  validity(rows, next());
  if (kind === "text" || kind === "largeText") {
    require(rows === 0 ? 0 : ((rows + 1) * field.bits) / 8);
    next();
    return;
  }
  require(Math.ceil((rows * field.bits) / 8));
  if (kind !== "textView") return;
  const parts = variadic.shift();
  if (!(parts !== undefined && parts >= 0)) throw invalidArrow("a batch lacks the number of its buffers");
  for (let i = 0; i < parts; i++) next();
}

/** A bit for each row, or nothing where no value is missing. */
function validity(rows: number, size: number): void {
  if (size !== 0 && size < Math.ceil(rows / 8)) throw invalidArrow("a buffer is shorter than its rows need");
}
