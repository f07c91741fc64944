import { existsSync } from "node:fs";
import { type Browser, type LaunchOptions, launch } from "puppeteer-core";

export type BrowserName = "chromium" | "firefox";

/** Debian's browsers. Chromium is told to ask nothing of the network and to run as root. */
const BROWSERS: Record<BrowserName, LaunchOptions & { executablePath: string }> = {
  chromium: {
    browser: "chrome",
    executablePath: "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  },
  firefox: { browser: "firefox", executablePath: "/usr/bin/firefox-esr" },
};

/** Those that are installed here. */
export const browserNames = (["chromium", "firefox"] as const).filter((name) =>
  existsSync(BROWSERS[name].executablePath),
);

/**
 * Starts a browser without a window.
 *
 * @param more further arguments of its command line
 */
export function openBrowser(name: BrowserName, more: readonly string[] = []): Promise<Browser> {
  const { args = [], ...options } = BROWSERS[name];
  return launch({ ...options, args: [...args, ...more], headless: true, timeout: 90_000 });
}
