import { scale } from "@observablehq/plot";

/** Colours of a single picture. In a page, they follow the reader's settings. */
export type Theme = "light" | "dark";

/** Number of colours in a colour scale. */
export const RAMP_STEPS = 16;

const viridis = scale({ color: { type: "linear", scheme: "viridis", domain: [0, 1] } });

/** Viridis, which looks even to everyone, colour-blind or not; without the end that fades into the background. */
function ramp(from: number, to: number): Record<string, string> {
  const steps = Array.from({ length: RAMP_STEPS }, (_, i): [string, string] => [
    `ramp-${i}`,
    viridis.apply(from + ((to - from) * i) / (RAMP_STEPS - 1)) as string,
  ]);
  return Object.fromEntries(steps);
}

/**
 * Colours by name, as CSS custom properties. `first` to `fourth` come from M. Okabe and K. Ito, "Color Universal
 * Design", 2002; colour-blind readers can tell them apart.
 */
const COLOURS: Record<Theme, Record<string, string>> = {
  light: {
    page: "#f5f6f8",
    paper: "#ffffff",
    ink: "#1c2128",
    muted: "#57606a",
    line: "#d8dee4",
    first: "#0072b2",
    second: "#d55e00",
    third: "#008060",
    fourth: "#a8448a",
    ...ramp(0.82, 0),
  },
  dark: {
    page: "#0e1116",
    paper: "#171b21",
    ink: "#e6e9ed",
    muted: "#9aa4b0",
    line: "#343b44",
    first: "#56b4e9",
    second: "#e69f00",
    third: "#2fc79a",
    fourth: "#e08fc4",
    ...ramp(0.3, 1),
  },
};

/** Colours of series. The two that differ most in each theme come first. */
export const SERIES = ["var(--first)", "var(--second)", "var(--third)", "var(--fourth)"] as const;

/** Okabe and Ito's colours by theme; yellow and black are replaced where they would fade into the background. */
const CLASSES: Record<Theme, readonly string[]> = {
  light: ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#8f8500", "#1c2128"],
  dark: ["#4aa3df", "#e69f00", "#1fb98e", "#cc79a7", "#f07030", "#9ad4f5", "#f0e442", "#e6e9ed"],
};

/** As many shapes as are coprime to the colours, so that 56 classes differ in colour or shape. */
const SYMBOLS = ["circle", "square", "triangle", "diamond", "cross", "star", "wye"] as const;

/** A shape of points. */
export type PointSymbol = (typeof SYMBOLS)[number];

/** The colour and the shape of class `index`. Colour-blind readers can tell them apart. */
export function classLook(index: number): { readonly colour: string; readonly symbol: PointSymbol } {
  return {
    colour: `var(--class-${index % CLASSES.light.length})`,
    symbol: SYMBOLS[index % SYMBOLS.length]!,
  };
}

/** The colour of a value from 0 to 1. */
export function rampColour(share: number): string {
  const step = Math.min(RAMP_STEPS - 1, Math.max(0, Math.floor(share * RAMP_STEPS)));
  return `var(--ramp-${step})`;
}

/** All colours of a theme, by name. */
function coloursOf(theme: Theme): Record<string, string> {
  const classes = CLASSES[theme].map((colour, i): [string, string] => [`class-${i}`, colour]);
  return { ...COLOURS[theme], ...Object.fromEntries(classes) };
}

function properties(theme: Theme): string {
  const pairs = Object.entries(coloursOf(theme)).map(([name, colour]) => `--${name}:${colour}`);
  return `:root{${pairs.join(";")}}`;
}

/** The style sheet that sets the colours to the reader's preferred scheme, light or dark. */
export const COLOUR_SHEET = `:root{color-scheme:light dark}
${properties("light")}
@media (prefers-color-scheme:dark){${properties("dark")}}`;

/** A picture with the colours of a theme filled in, for programs that ignore style sheets. */
export function resolveColours(svg: string, theme: Theme): string {
  const colours = coloursOf(theme);
  return svg
    .replace(/var\(--([a-z0-9-]+)\)/g, (_, name: string) => colours[name]!)
    .replaceAll("currentColor", colours.ink!);
}
