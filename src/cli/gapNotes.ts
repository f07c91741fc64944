import type { Windows } from "../data/index.js";
import { plural } from "../report/numberText.js";

/**
 * What becomes of the windows at the gaps of a series, a sentence each.
 *
 * @param split whether windows that cross a gap are left out
 */
export function gapNotes(places: Windows | undefined, split = false): string[] {
  const gaps = places?.order?.gaps.count ?? 0;
  if (!places || gaps === 0) return [];
  if (!split)
    return [`Windows that cross ${gaps === 1 ? "it" : "them"} are kept; --split-gaps leaves them out.`];
  const covered = new Uint8Array(places.rows);
  for (const start of places.starts) covered.fill(1, start, start + places.size);
  const none = covered.reduce((count, one) => count - one, places.rows);
  const left = `Windows that cross ${gaps === 1 ? "it" : "them"} are left out (--split-gaps).`;
  if (none === 0) return [left];
  return [
    left,
    `${plural(none, "row")} between gaps ${none === 1 ? "is" : "are"} in no window and ${none === 1 ? "has" : "have"} no score.`,
  ];
}
