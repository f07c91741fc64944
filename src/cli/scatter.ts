import type { Rows } from "./source.js";
import { cyan, dim, type Terminal, yellow } from "./terminal.js";

/** Maximum width of a plot, in characters. */
const MOST_WIDTH = 38;
const GAP = 3;

/** The bit of each dot of a Braille character, by row and column (Unicode chapter 21.1; U+2800 has no dots). */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

/** Draws two sets of points side by side on the same scale, with eight dots per character. */
export function drawPoints(originals: Rows, reconstructions: Rows, terminal: Terminal): string {
  const width = Math.max(4, Math.min(MOST_WIDTH, Math.floor((terminal.columns - GAP) / 2)));
  const height = Math.ceil(width / 2);
  const scale = commonScale([originals, reconstructions]);
  const left = plot(originals, scale, width, height);
  const right = plot(reconstructions, scale, width, height);
  const titles = `${"original".padEnd(width + GAP)}reconstruction`;
  const lines = left.map(
    (line, i) => `${cyan(line, terminal)}${" ".repeat(GAP)}${yellow(right[i]!, terminal)}`,
  );
  return [dim(titles, terminal), ...lines].join("\n");
}

interface Scale {
  readonly least: readonly [number, number];
  readonly range: readonly [number, number];
}

function commonScale(sets: readonly Rows[]): Scale {
  const extent = (axis: number): [number, number] => {
    let least = Infinity;
    let most = -Infinity;
    for (const { data } of sets) {
      for (let i = axis; i < data.length; i += 2) {
        least = Math.min(least, data[i]!);
        most = Math.max(most, data[i]!);
      }
    }
    return [least, most > least ? most - least : 1];
  };
  const [x, y] = [extent(0), extent(1)];
  return { least: [x[0], y[0]], range: [x[1], y[1]] };
}

function plot({ data }: Rows, { least, range }: Scale, width: number, height: number): string[] {
  const cells = new Uint8Array(width * height);
  for (let i = 0; i < data.length; i += 2) {
    const x = Math.round(((data[i]! - least[0]) / range[0]) * (2 * width - 1));
    const y = Math.round((1 - (data[i + 1]! - least[1]) / range[1]) * (4 * height - 1));
    cells[(y >> 2) * width + (x >> 1)]! |= DOTS[(y & 3) as 0 | 1 | 2 | 3][(x & 1) as 0 | 1];
  }
  return Array.from({ length: height }, (_, line) =>
    String.fromCodePoint(
      ...Array.from(cells.subarray(line * width, (line + 1) * width), (bits) => 0x2800 + bits),
    ),
  );
}
