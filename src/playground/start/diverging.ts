import { onThemeChange, themeColour } from "../shared/pageColours.js";

export type Rgb = readonly [number, number, number];

/** Red, green and blue of a colour such as `#2058c4`. */
export function rgbOf(colour: string): Rgb {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Colours of the scale; more could not be told apart. */
const SHADES = 128;
let known: readonly Rgb[] | undefined;
onThemeChange(() => {
  known = undefined;
});

/** Colours for values from −1 (the page's "less") over 0 to 1 ("more"). */
export function divergingColours(): (value: number) => Rgb {
  known ??= scale();
  const colours = known;
  return (value) => colours[Math.round(((Math.max(-1, Math.min(1, value)) + 1) / 2) * SHADES)]!;
}

function scale(): Rgb[] {
  const [less, none, more] = ["less", "none", "more"].map((name) => rgbOf(themeColour(name))) as [
    Rgb,
    Rgb,
    Rgb,
  ];
  return Array.from({ length: SHADES + 1 }, (_, index) => {
    const value = (2 * index) / SHADES - 1;
    const end = value < 0 ? less : more;
    return [0, 1, 2].map((i) =>
      Math.round(none[i]! + (end[i]! - none[i]!) * Math.abs(value)),
    ) as unknown as Rgb;
  });
}

/** Colours such as `rgb(1 2 3)` as numbers. */
export function rgbList(colours: readonly string[]): Rgb[] {
  return colours.map((colour) => colour.match(/\d+/g)!.map(Number) as unknown as Rgb);
}
