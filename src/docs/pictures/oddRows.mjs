// The scores of the README's odd rows, with the threshold and the reason of each row that is above it.
import { describeReason } from "isthmus";
import { run } from "./runs.mjs";
import { at, dots, picture } from "./theme.mjs";

const [WIDTH, HEIGHT, LEFT, TOP, BOTTOM] = [720, 260, 24, 24, 44];

/** The picture, as SVG. */
export async function drawOddRows() {
  const { scores, threshold, reasons } = await run("Find the odd rows", ["scores", "threshold", "reasons"]);
  const most = Math.max(...scores);
  const place = (/** @type {number} */ row, /** @type {number} */ score) =>
    /** @type {const} */ ([
      LEFT + (row * (WIDTH - 2 * LEFT)) / scores.length,
      HEIGHT - BOTTOM - (score * (HEIGHT - TOP - BOTTOM)) / most,
    ]);
  const points = Array.from(scores, (/** @type {number} */ score, row) => place(row, score));
  const y = at(place(0, threshold)[1]);
  const found = reasons.map(({ row, reasons: [first] }) => {
    const [x, up] = place(row, scores[row]);
    return (
      `<circle class="spot" r="6" cx="${at(x)}" cy="${at(up)}"/>` +
      `<text x="${at(x + 14)}" y="${at(up + 5)}">row ${row}: ${describeReason(first)}</text>`
    );
  });
  return picture(WIDTH, HEIGHT, "Scores of 800 rows, of which one is odd", [
    `<path class="first dot" stroke-width="4" stroke-opacity=".6" d="${dots(points)}"/>`,
    `<path class="second" stroke-width="1.5" stroke-dasharray="6 4" d="M${LEFT} ${y}H${WIDTH - LEFT}"/>`,
    `<text class="muted" x="${WIDTH - LEFT}" y="${at(Number(y) - 8)}" text-anchor="end">threshold</text>`,
    ...found,
    `<path class="axis" d="M${LEFT} ${HEIGHT - BOTTOM}H${WIDTH - LEFT}"/>`,
    `<text class="muted" x="${LEFT}" y="${HEIGHT - 16}">score of each row; rows 0 to ${scores.length - 1} →</text>`,
  ]);
}
