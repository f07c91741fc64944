import { byId, make } from "../shared/dom.js";
import { SETTINGS } from "./startSettings.js";

/** Waiting times between two steps, in ms, the usual one first. */
export const SPEEDS = { usual: 4, "as fast as it goes": 0, gentle: 40, "slow motion": 400 };

const OFFERED = {
  turns: ["0.5", "1", "1.5", "2", "3"],
  activation: ["tanh", "relu", "gelu", "linear"],
  learningRate: ["0.001", "0.005", "0.01", "0.02", "0.05", "0.2"],
  batchSize: ["1", "5", "10", "25", "100"],
  penalty: ["none", "l1", "l2"],
  penaltyRate: ["0.0001", "0.001", "0.003", "0.01", "0.03", "0.1"],
} as const satisfies { [name in keyof typeof SETTINGS]?: readonly string[] };

/** How a value is written where its name is another. */
const WRITTEN: { readonly [value: string]: string } = { l1: "L1", l2: "L2" };

/** Fills the lists of the start page. */
export function fillChoices(): void {
  for (const [name, texts] of Object.entries(OFFERED)) {
    const own = SETTINGS[name as keyof typeof OFFERED].initial;
    byId(name, HTMLSelectElement).replaceChildren(
      ...texts.map((text) =>
        make("option", {
          value: text,
          textContent: WRITTEN[text] ?? text,
          defaultSelected: text === String(own),
        }),
      ),
    );
  }
}
