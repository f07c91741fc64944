/** Whether the figures reach what they have to (goals.mjs). */
import { goals } from "./goals.mjs";

/**
 * @param {Record<string, { result: any }>} parts what was measured, by part
 * @returns {{ what: string, goal: string, measured: string, met: boolean | null }[]} null where it was not measured
 */
export function reach(parts) {
  const results = Object.fromEntries(Object.entries(parts).map(([id, { result }]) => [id, result]));
  return goals(results).map(([what, goal, show, measured, most]) => ({
    what,
    goal: `${most ? "≤" : "≥"} ${show(goal)}`,
    measured: measured === undefined ? "–" : show(measured),
    met: measured === undefined ? null : most ? measured <= goal : measured >= goal,
  }));
}

/** @returns {import("./table.mjs").Table} */
export function reachTable(rows) {
  const mark = (met) => (met === null ? "not measured" : met ? "yes" : "NO");
  return {
    title: "Reach",
    columns: ["what", "goal", "measured", "met"],
    rows: rows.map(({ what, goal, measured, met }) => [what, goal, measured, mark(met)]),
  };
}
