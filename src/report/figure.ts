import { resolveColours, type Theme } from "./colours.js";
import { type Drawing, element, escapeText, FONT_SIZE, textAt, wrap } from "./svg.js";

/** One picture of a report. */
export interface Picture {
  /** What `--picture` calls it. */
  readonly name: string;
  readonly title: string;
  /** What the picture shows, how much of the data is drawn, and how. */
  readonly caption: string;
  readonly drawing: Drawing;
  /** The same for wide windows, where it takes the whole width. */
  readonly wide?: Drawing;
}

/** Margin around a single picture. */
const MARGIN = 16;
const TITLE_SIZE = 17;
const LINE = 1.35;

/** A picture as part of a page, which sets the colours and fonts. */
export function toFigure({ name, title, caption, drawing, wide }: Picture): string {
  const ids = { title: `${name}-title`, description: `${name}-caption` };
  const draw = ({ width, height, svg }: Drawing, kind: Record<string, string>) =>
    element(
      "svg",
      {
        viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`,
        role: "img",
        "aria-labelledby": ids.title,
        "aria-describedby": ids.description,
        ...kind,
      },
      svg,
    );
  // Only one of the two is shown, and read out.
  const pictures = wide
    ? [draw(drawing, { class: "narrow" }), draw(wide, { class: "broad" })]
    : [draw(drawing, {})];
  return element(
    "figure",
    { id: name, ...(wide && { class: "wide" }) },
    element("h2", { id: ids.title }, escapeText(title)),
    ...pictures,
    element("figcaption", { id: ids.description }, escapeText(caption)),
  );
}

/** A picture as a separate file, with its title above and its caption below. */
export function toSvg({ title, caption, drawing }: Picture, theme: Theme = "light"): string {
  const width = drawing.width + 2 * MARGIN;
  const titles = wrap(title, drawing.width, TITLE_SIZE * 1.05);
  const top = MARGIN + titles.length * TITLE_SIZE * LINE + 6;
  const lines = wrap(caption, drawing.width, FONT_SIZE - 1);
  const below = top + drawing.height + 12;
  const height = below + lines.length * (FONT_SIZE - 1) * LINE + MARGIN;
  const svg = element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`,
      width: Math.ceil(width),
      height: Math.ceil(height),
      role: "img",
      "font-family": "DejaVu Sans, system-ui, sans-serif",
    },
    element("title", {}, escapeText(title)),
    element("desc", {}, escapeText(caption)),
    element("rect", { width: "100%", height: "100%", fill: "var(--paper)" }),
    ...titles.map((line, i) =>
      textAt(MARGIN, MARGIN + (i + 0.8) * TITLE_SIZE * LINE, line, {
        "font-size": TITLE_SIZE,
        "font-weight": "bold",
      }),
    ),
    element("g", { transform: `translate(${MARGIN} ${top})` }, drawing.svg),
    ...lines.map((line, i) =>
      textAt(MARGIN, below + (i + 0.8) * (FONT_SIZE - 1) * LINE, line, {
        "font-size": FONT_SIZE - 1,
        fill: "var(--muted)",
      }),
    ),
  );
  return `${resolveColours(svg, theme)}\n`;
}
