import { type PlotOptions, plot } from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { type Drawing, element, FONT_SIZE, rounded, WIDTH } from "./svg.js";

const { document } = parseHTML("<!doctype html><html></html>");

/** A number with more digits than anyone can see. Matching starts only at a first digit, so it takes linear time. */
const LONG_NUMBER = /-?(?<!\d)\d+\.\d{3,}/g;

/** Attributes that contain coordinates and lengths. */
const GEOMETRY = [
  "d",
  "transform",
  "x",
  "y",
  "x1",
  "y1",
  "x2",
  "y2",
  "width",
  "height",
  "cx",
  "cy",
  "dx",
  "dy",
];

/**
 * Plot labels a tick of a logarithmic axis only if it lies close above a power of the base, even if the tick was asked
 * for. Next to the powers of this base, everything does. It must not be a whole number, or d3 would count up to it.
 */
const BASE = 1e6 + 0.5;

/**
 * A chart, drawn by Observable Plot. Fonts and text sizes come from the picture around it.
 *
 * @internal Declarations of the package must not refer to Plot's.
 */
export function chart(options: PlotOptions): Drawing {
  const width = options.width ?? WIDTH;
  const height = options.height ?? 300;
  const [x, y] = [options.x, options.y].map((axis) =>
    axis?.type === "log" ? { ...axis, base: BASE } : axis,
  );
  const svg = plot({ ...options, ...(x && { x }), ...(y && { y }), document, width, height });
  svg.querySelectorAll("style").forEach((style) => {
    style.remove();
  });
  svg.querySelectorAll("*").forEach((part) => {
    // Plot names its marks, as in "dot", which tells a reader nothing: the picture has a title and a caption.
    for (const name of ["aria-label", "aria-description"]) part.removeAttribute(name);
    for (const name of GEOMETRY) {
      const value = part.getAttribute(name);
      if (value)
        part.setAttribute(
          name,
          value.replace(LONG_NUMBER, (digits) => rounded(Number(digits))),
        );
    }
  });
  const attributes = { "text-anchor": "middle", "font-size": FONT_SIZE - 1, fill: "currentColor" };
  return { width, height, svg: element("g", attributes, svg.innerHTML) };
}
