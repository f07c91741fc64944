import { describe } from "vitest";
import { type BrowserName, browserNames } from "./browsers.js";

/** A suite for each browser; where one is not installed it is skipped, and says so. */
export function inBrowsers(suite: (name: BrowserName) => void): void {
  for (const name of ["chromium", "firefox"] as const) {
    const there = browserNames.includes(name);
    const title = there ? `in ${name}` : `in ${name} (skipped: not installed)`;
    describe.skipIf(!there)(title, () => suite(name));
  }
}
