// The packed package in Jest, where jsdom imitates a page: a document, and no more globals than that.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Fixture, here, installed, unlessInstalled } from "./fixture.js";

const found = (file: string) => join(here, "node_modules", file);

describe.skipIf(!installed)(`Jest with jsdom${unlessInstalled}`, () => {
  let fixture: Fixture;
  beforeAll(() => {
    fixture = new Fixture();
  });
  afterAll(() => fixture?.remove());

  test.each(["required.test.cjs", "imported.test.mjs"])("the package trains on workers: %s", (file) => {
    const config = {
      testEnvironment: found("jest-environment-jsdom/build/index.js"),
      testRunner: found("jest-circus/build/runner.js"),
      transform: {},
      cacheDirectory: join(fixture.folder, "cache"),
      haste: { enableSymlinks: false },
    };
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        "--experimental-vm-modules",
        "--no-warnings",
        found("jest/bin/jest.js"),
        "--config",
        JSON.stringify(config),
        "--json",
        "--runInBand",
        `jest/${file}`,
      ],
      { cwd: fixture.folder, encoding: "utf8", timeout: 100_000 },
    );
    expect(status, stderr).toBe(0);
    const { success, numPassedTests, testResults } = JSON.parse(stdout);
    expect([success, numPassedTests], JSON.stringify(testResults)).toEqual([true, 1]);
  });
});
