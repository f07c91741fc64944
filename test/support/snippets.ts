import { expect } from "vitest";

/** Expects that a snippet printed what its comments say, `// → text`, where … stands for anything. */
export function expectPrinted(output: string, code: string): void {
  expect(output).not.toBe("");
  expect(output).not.toMatch(/NaN|undefined/);
  for (const expected of printedBy(code)) expect(output).toMatch(expected);
}

/** What the comments of a snippet say that it prints. */
export function printedBy(code: string): RegExp[] {
  return [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, text]) => {
    const parts = text!.trim().split("…");
    return new RegExp(parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*"));
  });
}
