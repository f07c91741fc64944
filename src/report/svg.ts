import { printable } from "../common/printable.js";

/** Part of a picture: SVG elements in a box of `width` × `height` at the origin. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly svg: string;
}

/** Width of all pictures, in pixels. A phone shows them at nearly this size. */
export const WIDTH = 440;
/** Size of text. */
export const FONT_SIZE = 13;

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Escapes text for markup, inside an attribute or not. Control characters, which XML does not allow, and characters that
 * change the direction of text are shown as escapes.
 */
export function escapeText(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** Makes an element. Attributes are escaped; children are markup. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly string[]
): string {
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === "number" ? rounded(value) : escapeText(value)}"`,
  );
  return `<${name}${written.join("")}>${children.join("")}</${name}>`;
}

/** Text at a position; `y` is its baseline. */
export function textAt(
  x: number,
  y: number,
  content: string,
  attributes: Readonly<Record<string, string | number>> = {},
): string {
  return element(
    "text",
    { x, y, fill: "currentColor", "font-size": FONT_SIZE, ...attributes },
    escapeText(content),
  );
}

/** A coordinate to a hundredth of a pixel. */
export function rounded(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** Puts drawings below each other. */
export function stack(drawings: readonly Drawing[], gap = 0): Drawing {
  let height = 0;
  let width = 0;
  const parts = drawings.map((drawing, index) => {
    if (index > 0) height += gap;
    const moved = element("g", { transform: `translate(0 ${rounded(height)})` }, drawing.svg);
    height += drawing.height;
    width = Math.max(width, drawing.width);
    return moved;
  });
  return { width, height, svg: parts.join("") };
}

/** Breaks text into lines of up to `width` pixels, by the mean width of a character in a wide font. */
export function wrap(text: string, width: number, size: number): string[] {
  const most = Math.floor(width / (size * 0.58));
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= most)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
