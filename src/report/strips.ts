import type { Image } from "../codecs/decodeImage.js";
import { pngUrl } from "./pngUrl.js";
import { type Drawing, element, FONT_SIZE, rounded, textAt, WIDTH } from "./svg.js";

/** Width and height of samples that are images, in pixels. */
export interface Sides {
  readonly width: number;
  readonly height: number;
}

/** Images as models take them, channels last. */
export interface ImageShape extends Sides {
  /** 1 for grey; 3 for red, green and blue. */
  readonly channels: 1 | 3;
}

/** A row of images. */
export interface Strip {
  /** Text above the images. */
  readonly label?: string;
  readonly tiles: readonly Image[];
  /** Below each of them. */
  readonly notes?: readonly string[];
}

const GAP = 3;
const LABEL = FONT_SIZE + 7;
const NOTE = FONT_SIZE + 3;

/** Draws strips of images, one below the other, with `columns` images across the picture's width. */
export async function drawStrips(strips: readonly Strip[], columns: number): Promise<Drawing> {
  const first = strips[0]!.tiles[0]!;
  const width = Math.min(96, (WIDTH - (columns - 1) * GAP) / columns);
  const height = (width * first.height) / first.width;
  const parts: string[] = [];
  let y = 0;
  for (const { label, tiles, notes } of strips) {
    if (label !== undefined) {
      parts.push(textAt(0, y + FONT_SIZE, label));
      y += LABEL;
    }
    for (let start = 0; start < tiles.length; start += columns) {
      const line = tiles.slice(start, start + columns);
      for (const [i, tile] of line.entries()) {
        const x = i * (width + GAP);
        parts.push(await drawTile(tile, x, y, width, height));
        const note = notes?.[start + i];
        if (note !== undefined) parts.push(noteBelow(x + width / 2, y + height, note));
      }
      y += height + (notes ? NOTE : GAP);
    }
    y += label === undefined ? 0 : GAP;
  }
  return { width: WIDTH, height: y, svg: parts.join("") };
}

function noteBelow(x: number, y: number, note: string): string {
  return textAt(x, y + FONT_SIZE - 1, note, {
    "font-size": FONT_SIZE - 3,
    "text-anchor": "middle",
    fill: "var(--muted)",
  });
}

/** Draws an image with its pixels as squares. */
export async function drawTile(
  pixels: Image,
  x: number,
  y: number,
  width: number,
  height: number,
): Promise<string> {
  const place = { x: rounded(x), y: rounded(y), width: rounded(width), height: rounded(height) };
  return element("image", {
    ...place,
    preserveAspectRatio: "none",
    // Renderers other than browsers only know the older name.
    "image-rendering": "optimizeSpeed",
    style: "image-rendering:pixelated",
    href: await pngUrl(pixels),
  });
}

/** The values that are drawn black and white. */
export type Range = readonly [low: number, high: number];

/** An image in grey from black to white, or in colour from none of each to all of it. */
export function imageTile(
  values: ArrayLike<number>,
  { width, height, channels }: ImageShape,
  [low, high]: Range,
): Image {
  const data = Uint8Array.from(values, (value) =>
    Math.min(255, Math.max(0, Math.round((255 * (value - low)) / (high - low)))),
  );
  return { width, height, channels, data };
}

/** Brewer's purple and orange, which colour-blind readers can tell apart, with white between them. */
const NEGATIVE = [84, 39, 136];
const POSITIVE = [179, 88, 6];

/** An image of numbers of either sign: white is 0, and ±`most` and beyond are full colours. */
export function signedTile(values: ArrayLike<number>, { width, height }: Sides, most: number): Image {
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    const share = Math.min(1, Math.abs(values[i]!) / most);
    const full = values[i]! < 0 ? NEGATIVE : POSITIVE;
    for (let c = 0; c < 3; c++) data[3 * i + c] = Math.round(255 + (full[c]! - 255) * share ** 0.8);
  }
  return { width, height, channels: 3, data };
}

/** A legend for the colours of `signedTile`. */
export async function signedLegend(label: string, most: string): Promise<Drawing> {
  const steps = 61;
  const values = Array.from({ length: steps }, (_, i) => (2 * i) / (steps - 1) - 1);
  const bar = await drawTile(signedTile(values, { width: steps, height: 1 }, 1), WIDTH - 201, 4, 200, 12);
  const small = { "font-size": FONT_SIZE - 1 };
  const svg = [
    textAt(0, 15, label),
    bar,
    textAt(WIDTH - 201, 31, `−${most}`, small),
    textAt(WIDTH - 101, 31, "0", { ...small, "text-anchor": "middle" }),
    textAt(WIDTH - 1, 31, most, { ...small, "text-anchor": "end" }),
  ];
  return { width: WIDTH, height: 38, svg: svg.join("") };
}
