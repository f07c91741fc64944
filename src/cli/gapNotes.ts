import type { Windows } from "../data/index.js";
import { plural } from "../report/numberText.js";

/**
 * What becomes of the windows at the gaps of a series, and of rows in none, a sentence each.
 *
 * @param split whether windows that cross a gap are left out
 */
export function gapNotes(places: Windows | undefined, split = false): string[] {
  if (!places) return [];
  const gaps = places.order?.gaps.count ?? 0;
  const them = gaps === 1 ? "it" : "them";
  const kept = `Windows that cross ${them} are kept; --split-gaps leaves them out.`;
  const left = `Windows that cross ${them} are left out (--split-gaps).`;
  return [...(gaps === 0 ? [] : [split ? left : kept]), ...uncovered(places, split && gaps > 0)];
}

/** Rows that a stride larger than the window, or gaps, leave in no window. */
function uncovered(places: Windows, atGaps: boolean): string[] {
  const covered = new Uint8Array(places.rows);
  for (const start of places.starts) covered.fill(1, start, start + places.size);
  const none = covered.reduce((count, one) => count - one, places.rows);
  if (none === 0) return [];
  const [are, have] = none === 1 ? ["is", "has"] : ["are", "have"];
  return [
    `${plural(none, "row")} between ${atGaps ? "gaps" : "windows"} ${are} in no window and ${have} no score.`,
  ];
}
