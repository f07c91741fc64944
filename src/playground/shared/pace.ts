import { make } from "./dom.js";

/** Waiting times between two steps, in ms. */
const SPEEDS = { "full speed": 0, gentle: 40, "slow motion": 400 };

/**
 * Fills a list of speeds, and tells which is chosen.
 *
 * @param changed called with the time to wait between two steps, in ms
 */
export function offerSpeeds(
  list: HTMLSelectElement,
  changed: (wait: number) => void,
  speeds: object = SPEEDS,
): void {
  for (const [text, wait] of Object.entries(speeds)) {
    list.append(make("option", { value: String(wait), textContent: text }));
  }
  list.addEventListener("change", () => changed(Number(list.value)));
}
