import { axisY, barX, ruleX } from "@observablehq/plot";
import { printable } from "../../common/printable.js";
import { chart } from "../chart.js";
import type { Picture } from "../figure.js";
import { counted, plural, roomFor } from "../numberText.js";
import { FONT_SIZE } from "../svg.js";
import type { DetectionSubject } from "./detectionSubject.js";
import { cut } from "./words.js";

/** A column, and the part that it has in the oddness of odd rows. */
export interface Contribution {
  readonly column: string;
  /** Mean over the odd rows of the share of the squared score that goes away without this column, 0 to 1. */
  readonly share: number;
  /** Number of odd rows to which it contributes most. */
  readonly first: number;
}

/** The most columns to draw. */
const MOST_COLUMNS = 20;
const LONGEST_NAME = 22;

/** What each column contributes to the odd rows, the largest first; columns that contribute nothing are left out. */
export function contributions({ detection: { reasons }, columns }: DetectionSubject): Contribution[] {
  const sums = columns.map(({ name }) => ({ column: name, share: 0, first: 0 }));
  for (const row of reasons) {
    row.reasons.forEach(({ column, share }, place) => {
      const own = sums[column]!;
      own.share += share / reasons.length;
      if (place === 0) own.first++;
    });
  }
  return sums.filter(({ share }) => share > 0).sort((a, b) => b.share - a.share);
}

/** Bars: which columns make the odd rows odd. */
export function contributionPicture(
  subject: DetectionSubject,
  all: readonly Contribution[],
): Picture | undefined {
  const { columns, detection, windows, image } = subject;
  const sample = windows ? "window" : subject.noun;
  if (all.length === 0 || columns.length < 2) return undefined;
  const drawn = all.slice(0, MOST_COLUMNS);
  const names = drawn.map(({ column }) => cut(printable(column), LONGEST_NAME));
  const most = Math.max(...drawn.map(({ share }) => share));
  const body = chart({
    height: 62 + 22 * drawn.length,
    marginLeft: Math.min(190, roomFor(names)),
    marginRight: 48,
    marginTop: 6,
    marginBottom: 42,
    x: {
      domain: [0, 100 * most],
      percent: true,
      label: "mean share of the oddness, %",
      labelAnchor: "center",
      labelArrow: "none",
      ticks: 4,
      grid: true,
    },
    // Two columns may have the same name once it is cut.
    y: { domain: drawn.map((_, i) => i), label: null },
    marks: [
      axisY({ tickFormat: (i: number) => names[i]!, tickSize: 0, fontSize: FONT_SIZE - 1 }),
      barX(drawn, { x: "share", y: (_, i: number) => i, fill: "var(--second)", insetTop: 2, insetBottom: 2 }),
      ruleX([0]),
    ],
  });
  const which = all.length > drawn.length ? ` The ${drawn.length} largest of ${all.length} are drawn.` : "";
  const [top] = drawn;
  const text = `${image ? capital(top!.column) : printable(top!.column)} contributes ${percent(top!.share)} on average, and most of all to ${counted(top!.first)} of ${plural(detection.reasons.length, `odd ${sample}`)}.`;
  return {
    name: "contributions",
    title: `Which ${image ? "regions" : "columns"} make ${sample}s odd`,
    caption: image
      ? `${text} A share is the part of the image's squared error; of each image, only the regions of its reasons count.`
      : `${text} A share is the part of the squared score that goes away when the column is taken as unknown; of each ${sample}, only the columns of its reasons count.${which}`,
    drawing: body,
  };
}

/** A region at the beginning of a sentence. */
function capital(region: string): string {
  return region[0]!.toUpperCase() + region.slice(1);
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
