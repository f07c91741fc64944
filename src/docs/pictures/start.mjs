// The start page of the playground while it trains, as a picture that moves: recorded in a browser.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordStart } from "../../playground/recordStart.mjs";
import { animatedWebp } from "./webp.mjs";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Training steps before each frame: most where the curve begins to bend. 12 are an epoch. */
const STEPS = [0, 12, 24, 48, ...Array.from({ length: 12 }, () => 50), 60, 90, 150, 240];
/** How long a frame is shown, and the last one, in ms. */
const [SHOWN, LAST] = [320, 3500];

/** The picture, as WebP; undefined where there is no Chromium. */
export async function drawStart() {
  if (!existsSync(CHROMIUM)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "isthmus-start-"));
  try {
    const files = await recordStart(folder, { steps: STEPS, format: "webp", browser: CHROMIUM, width: 1200 });
    const times = files.map((_, index) => (index < files.length - 1 ? SHOWN : LAST));
    return animatedWebp(files, times);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
