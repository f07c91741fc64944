import { printable } from "../common/printable.js";
import { type Autoencoder, Matrix } from "../index.js";
import { counted } from "../report/numberText.js";
import { drawPictures } from "./draw.js";
import { rebuiltTable } from "./preparedTable.js";
import { drawPoints } from "./scatter.js";
import type { Prepared, Rows, Source, Split } from "./source.js";
import { dim, say, type Terminal } from "./terminal.js";
import { shape, table } from "./text.js";

/** Rows and columns of a table that are shown. */
const SHOWN_ROWS = 3;
const SHOWN_COLUMNS = 6;
/** The most characters of a cell. */
const LONGEST = 16;

/** Encodes and decodes the held-out samples and shows the results. */
export async function showReconstructions(
  model: Autoencoder,
  source: Source,
  { heldOut, heldOutTitle }: Split,
  terminal: Terminal,
): Promise<void> {
  const codes = await model.encode(heldOut.data);
  const decoded = await model.decode(codes);
  say(`\nencoded and decoded ${heldOutTitle}`);
  say(
    table([
      [dim("  samples", terminal), shape([heldOut.rows, heldOut.columns])],
      [dim("  codes", terminal), shape(codes.shape)],
      [dim("  reconstructions", terminal), shape(decoded.shape)],
    ]),
  );
  const { kind, prepared } = source;
  if (kind === "table") say(`\n${tableOfRows(prepared!, heldOut, decoded, terminal)}`);
  else if (kind === "series") return;
  else if (source.picture) say(`\n${drawPictures(heldOut, decoded, source.picture, terminal)}`);
  else if (source.shape.at(-1) === 3) say(`\n${drawInGrey(source.shape, heldOut, decoded, terminal)}`);
  else if (source.columns === 2) say(`\n${drawPoints(heldOut, decoded, terminal)}`);
}

/** The first rows as they are, and below as they were reconstructed, in the table's units. */
function tableOfRows(prepared: Prepared, heldOut: Rows, decoded: Matrix, terminal: Terminal): string {
  const none = { ...prepared, table: { rows: 0, columns: [] } };
  const inUnits = ({ data, rows, columns }: Rows) =>
    rebuiltTable(
      none,
      new Matrix(data instanceof Uint8Array ? Float64Array.from(data) : data, rows, columns),
    );
  const [given, rebuilt] = [inUnits(heldOut), inUnits(decoded)];
  const columns = given.columns.slice(0, SHOWN_COLUMNS);
  const cellsOf = ({ columns: all }: typeof given, row: number) =>
    all.slice(0, SHOWN_COLUMNS).map(({ values }) => cellText(values[row]));
  const rows = Array.from({ length: Math.min(SHOWN_ROWS, given.rows) }, (_, row) => [
    ["given", ...cellsOf(given, row)],
    ["rebuilt", ...cellsOf(rebuilt, row)],
  ]).flat();
  const head = ["", ...columns.map(({ name }) => short(printable(name)))];
  const [first, ...others] = table([head, ...rows], head.map((_, i) => i).slice(1)).split("\n");
  const more = given.columns.length - columns.length;
  const rest = more > 0 ? [dim(`… and ${counted(more)} more columns`, terminal)] : [];
  return [dim(first!, terminal), ...others, ...rest].join("\n");
}

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined || Number.isNaN(cell)) return "missing";
  if (typeof cell === "number") return String(Number(cell.toPrecision(4)));
  return short(printable(cell instanceof Date ? cell.toISOString() : String(cell)));
}

const short = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);

/** Draws images in colours by their brightness. */
function drawInGrey(
  [height, width]: readonly number[],
  heldOut: Rows,
  decoded: Rows,
  terminal: Terminal,
): string {
  const grey = ({ data, rows, columns }: Rows): Rows => {
    const unit = data instanceof Uint8Array ? 255 : 1;
    const values = Float32Array.from({ length: data.length / 3 }, (_, i) => {
      return (0.299 * data[3 * i]! + 0.587 * data[3 * i + 1]! + 0.114 * data[3 * i + 2]!) / unit;
    });
    return { data: values, rows, columns: columns / 3 };
  };
  return drawPictures(grey(heldOut), grey(decoded), { height: height!, width: width! }, terminal);
}
