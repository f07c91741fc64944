// Where the units of the drawn network are.

/** A unit's place in the network. */
export interface Chosen {
  readonly layer: number;
  readonly unit: number;
}

/** A unit: its place in the network, and the middle and the side of its tile, in CSS pixels. */
export interface Tile extends Chosen {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

export interface Layout {
  readonly tiles: readonly (readonly Tile[])[];
  /** Index of the layer with the code. */
  readonly code: number;
}

/** The largest tile, and the space between two of them as a part of a tile. */
const LARGEST = 46;
const SPACE = 0.28;
/** Height of a number, in CSS pixels. */
const NUMBER = 20;
/** The code's tile is so many times as large. */
const CODE = 1.55;

/**
 * Places the layers from left to right, each in the middle of the height.
 *
 * @param widths units of each layer; the code is the middle one
 */
export function layoutOf(widths: readonly number[], width: number, height: number): Layout {
  const code = (widths.length - 1) / 2;
  const column = width / widths.length;
  const most = Math.max(...widths);
  const side = Math.floor(Math.min(LARGEST, column * 0.68, height / (most * (1 + SPACE))));
  const tiles = widths.map((units, layer) => {
    const own = layer === code ? Math.min(side * CODE, column * 0.94) : side;
    // Numbers stand below the tiles of the ends and of the code.
    const numbered = layer === code || layer % (widths.length - 1) === 0;
    const step = own + (numbered ? NUMBER : side * SPACE);
    return Array.from({ length: units }, (_, unit) => ({
      layer,
      unit,
      x: (layer + 0.5) * column,
      y: height / 2 + (unit - (units - 1) / 2) * step,
      side: own,
    }));
  });
  return { tiles, code };
}
