import { COLOUR_SHEET } from "./colours.js";
import { type Picture, toFigure } from "./figure.js";
import { element, escapeText } from "./svg.js";

/** One row of a table. */
export type Fact = readonly [name: string, value: string];

/** The contents of a report. */
export interface Page {
  readonly title: string;
  /** What a person wants to know first. */
  readonly verdict: string;
  /** Further findings, a sentence each. */
  readonly findings: readonly string[];
  /** About the model and the data. */
  readonly about: readonly Fact[];
  /** The model's results. */
  readonly results: readonly Fact[];
  readonly pictures: readonly Picture[];
  /** Why something is missing. */
  readonly notes: readonly string[];
}

/** A part of a page: a box with a heading. */
export interface Section {
  /** Its `id`, and a class. */
  readonly name: string;
  readonly title: string;
  /** Markup. */
  readonly content: string;
}

/** Pictures are narrow: a phone shows their text at nearly full size, a wide window shows several side by side. */
const LAYOUT = `*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif;-webkit-text-size-adjust:100%}
main{max-width:96rem;margin:0 auto;padding:1rem clamp(.75rem,3vw,2rem) 3rem}
h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0 1rem;overflow-wrap:anywhere}
h2{font-size:1.05rem;line-height:1.3;margin:0 0 .75rem}
.verdict{font-size:1.15rem;line-height:1.4;margin:0 0 .75rem;max-width:60rem;overflow-wrap:anywhere}
.findings{margin:0 0 1.25rem;padding-left:1.2rem;max-width:60rem;color:var(--muted);overflow-wrap:anywhere}
.findings li{margin:.2rem 0}
.facts,figure{background:var(--paper);border:1px solid var(--line);border-radius:8px;margin:0;padding:1rem}
.top{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,25rem),1fr));align-items:start;margin-bottom:1rem}
.pictures{columns:25rem;column-gap:1rem}
.pictures figure{break-inside:avoid;margin-bottom:1rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.3rem 0;border-top:1px solid var(--line);font-size:.9rem;overflow-wrap:anywhere}
tr:first-child>*{border-top:0}
th{font-weight:normal;color:var(--muted);padding-right:1rem;width:45%}
.about th{width:6.5rem}
.results th{overflow-wrap:break-word}
td{font-variant-numeric:tabular-nums}
figure svg{display:block;width:100%;max-width:100%;height:auto;font-family:system-ui,sans-serif}
svg text{white-space:pre}
figure.wide{margin-bottom:1rem}
figure svg.broad{display:none}
@media (min-width:48rem){figure svg.broad{display:block}figure svg.narrow{display:none}}
figcaption,.note{color:var(--muted);font-size:.85rem;margin:.75rem 0 0}
.scroll{overflow-x:auto}
.grid th,.grid td{padding:.35rem .9rem .35rem 0;width:auto}
.grid thead th{border-top:0;white-space:nowrap}
.grid tbody tr:first-child>*{border-top:1px solid var(--line)}
.grid tbody th{color:inherit}
#results .grid tbody th{min-width:8.5rem}
@media (max-width:30rem){.grid th,.grid td{padding-right:.5rem}}
@media (max-width:40rem){.stacked thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.stacked tbody{display:block}
.stacked tr{display:flex;flex-wrap:wrap;gap:.1rem 1rem;padding:.5rem 0;border-top:1px solid var(--line)}
.stacked tbody tr:first-child>*,.stacked tbody tr>*{border:0;padding:0;text-align:left}
.stacked tbody th{flex:1 1 100%;font-weight:600}
.stacked td:last-child{flex:1 1 100%}
.stacked td[data-nothing]{display:none}
.stacked :is(td,th.number)::before{content:attr(data-title) " ";color:var(--muted);font-weight:400}
.stacked td:last-child::before{content:""}}
.number{text-align:right;white-space:nowrap}
@media print{body{background:none}figure,.facts{break-inside:avoid}}`;

/** The page as one document, without scripts and without links to other files. */
export function toPage({ title, verdict, findings, about, results, pictures, notes }: Page): string {
  return toDocument(title, [
    element("h1", {}, escapeText(title)),
    ...opening(verdict, findings),
    element(
      "div",
      { class: "top" },
      ...(about.length > 0 ? [facts("about", "Model and data", about)] : []),
      facts("results", "Results", results, notes),
    ),
    element("div", { class: "pictures" }, ...pictures.map((picture) => toFigure(picture))),
  ]);
}

/** The verdict and the findings, below the title. */
export function opening(verdict: string, findings: readonly string[]): string[] {
  return [
    element("p", { class: "verdict", id: "verdict" }, escapeText(verdict)),
    element("ul", { class: "findings" }, ...findings.map((text) => element("li", {}, escapeText(text)))),
  ];
}

/** A document of these parts, which are markup. */
export function toDocument(title: string, parts: readonly string[], style = ""): string {
  const head = [
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    // Even if the name of the data contains markup, the browser runs and fetches nothing.
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`,
    '<link rel="icon" href="data:,">',
    element("title", {}, `${escapeText(title)} – Isthmus report`),
    `<style>${COLOUR_SHEET}\n${LAYOUT}${style}</style>`,
  ];
  const body = element("main", {}, ...parts);
  return `<!doctype html>\n<html lang="en"><head>${head.join("\n")}</head>\n<body>${body}</body></html>\n`;
}

/** A box with a heading. */
export function section({ name, title, content }: Section): string {
  return element(
    "section",
    { class: `facts ${name}`, id: name, "aria-labelledby": `${name}-heading` },
    element("h2", { id: `${name}-heading` }, escapeText(title)),
    content,
  );
}

/** Names and values, one pair a line, with remarks below. */
export function facts(
  name: string,
  title: string,
  rows: readonly Fact[],
  notes: readonly string[] = [],
): string {
  const lines = rows.map(([label, value]) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, escapeText(label)),
      element("td", {}, escapeText(value)),
    ),
  );
  const table = element("table", {}, element("tbody", {}, ...lines));
  return section({ name, title, content: table + notes.map(note).join("") });
}

/** A remark below a table. */
export function note(text: string): string {
  return element("p", { class: "note" }, escapeText(text));
}

/** A cell without a value; cards leave it out. */
export const NOTHING = "–";

/** A column of a table with a head. */
export interface GridColumn {
  readonly title: string;
  /** Whether it holds numbers, which are aligned right. */
  readonly number?: true;
}

/**
 * A table with a head. Cells are markup; the first of a row is its head.
 *
 * @param stacked whether a narrow page shows each row as a card, with the column's title beside each cell
 */
export function grid(
  columns: readonly GridColumn[],
  rows: readonly (readonly string[])[],
  { stacked = false } = {},
): string {
  const classOf = (index: number): Record<string, string> =>
    columns[index]!.number ? { class: "number" } : {};
  // Browsers forget what the parts of a table are where its layout is another.
  const role = (name: string): Record<string, string> => (stacked ? { role: name } : {});
  const head = columns.map(({ title }, i) =>
    element("th", { scope: "col", ...role("columnheader"), ...classOf(i) }, escapeText(title)),
  );
  const label = (index: number): Record<string, string> =>
    stacked ? { "data-title": columns[index]!.title } : {};
  const nothing = (cell: string): Record<string, string> =>
    stacked && cell === NOTHING ? { "data-nothing": "" } : {};
  const lines = rows.map((cells) =>
    element(
      "tr",
      role("row"),
      ...cells.map((cell, i) =>
        i === 0
          ? element("th", { scope: "row", ...role("rowheader"), ...label(i), ...classOf(i) }, cell)
          : element("td", { ...role("cell"), ...label(i), ...nothing(cell), ...classOf(i) }, cell),
      ),
    ),
  );
  const table = element(
    "table",
    { class: stacked ? "grid stacked" : "grid", ...role("table") },
    element("thead", role("rowgroup"), element("tr", role("row"), ...head)),
    element("tbody", role("rowgroup"), ...lines),
  );
  // A wide table scrolls by itself, also by keyboard.
  return element("div", { class: "scroll", tabindex: "0" }, table);
}
