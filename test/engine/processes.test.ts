import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { resultOf, runProgram } from "../support/nodes.js";

describe("a process", () => {
  test.each(["at once", "idle"])("with a forgotten model ends by itself: %s", async (how) => {
    const { code, signal, stdout, stderr } = await runProgram("forgotten", [how]);
    expect([code, signal, stderr]).toEqual([0, null, ""]);
    expect(JSON.parse(stdout)).toEqual({ epochs: 2, workers: 2 });
  });

  test("that fails while fit runs on workers ends as it should", async () => {
    const { code, stdout, stderr } = await runProgram("forgotten", ["fit"]);
    expect(JSON.parse(stdout)).toEqual({ epochs: 2, workers: 2 });
    expect(stderr).toContain("on purpose");
    expect(code).toBe(1);
  });

  test.skipIf(!existsSync("/proc/self/task"))(
    "has no thread left of runs that were done, aborted, failed, refused or disposed of (Linux only)",
    async () => {
      const { idle, ...runs } =
        await resultOf<Record<string, { error: string; running: number; left: number }>>("left");
      expect(Object.entries(runs).map(([name, { error }]) => [name, error])).toEqual([
        ["done", "none"],
        ["aborted", "AbortError"],
        ["failed", "Error"],
        ["refused", "NonFiniteError"],
        ["disposed", "StateError"],
      ]);
      for (const [name, { left, running }] of Object.entries(runs)) {
        expect(left, name).toBeLessThanOrEqual(0);
        if (name !== "disposed") expect(running, name).toBe(Number(idle) + 2);
      }
    },
  );
});
