// The command that opens the pages, as the package has it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const cli = fileURLToPath(new URL("../../build/cli.js", import.meta.url));
const start = (...args: string[]) => spawn(process.execPath, [cli, "playground", "--no-open", ...args]);

it("serves the built pages, isolated", async () => {
  const child = start("--port", "0");
  try {
    const [chunk] = await once(child.stdout, "data");
    const [url] = /http:\/\/127\.0\.0\.1:\d+\//.exec(String(chunk)) ?? [];
    const page = await fetch(url!);
    expect(await page.text()).toContain("<title>");
    expect(page.headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect((await fetch(new URL("spiral/worker.js", url))).status).toBe(200);
  } finally {
    child.kill();
  }
});

it("refuses a port that is none", async () => {
  const child = start("--port", "http");
  let text = "";
  child.stderr.on("data", (chunk) => {
    text += chunk;
  });
  const [code] = await once(child, "close");
  expect(code).toBe(2);
  expect(text).toBe('isthmus: --port must be an integer from 0 to 65535, not "http"\n');
});
