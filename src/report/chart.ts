import { type PlotOptions, plot } from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { type Drawing, element, FONT_SIZE, rounded, WIDTH } from "./svg.js";

const { document } = parseHTML("<!doctype html><html></html>");

/** Places and lengths with more digits than can be seen. It begins only where digits do, which keeps it linear. */
const LONG_NUMBER = /-?(?<!\d)\d+\.\d{3,}/g;

/** Attributes that hold them. */
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

/** A chart, drawn by Plot. It has no fonts or sizes of its own: those are the picture's. */
export function chart(options: PlotOptions): Drawing {
  const width = options.width ?? WIDTH;
  const height = options.height ?? 300;
  const svg = plot({ ...options, document, width, height });
  svg.querySelectorAll("style").forEach((style) => {
    style.remove();
  });
  svg.querySelectorAll("*").forEach((part) => {
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
