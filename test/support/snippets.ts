// Snippets of TypeScript, from the guides and from docstrings: they run, print what they say, and type-check.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";
import { expect } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A new folder in which the built package, and others by name, can be imported. */
export function projectFolder(...packages: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "isthmus-snippets-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/isthmus"), "dir");
  for (const name of packages) {
    symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name), "dir");
  }
  return folder;
}

/** Writes a snippet as a program that Node can run; the path of the file. */
export function writeProgram(folder: string, name: string, code: string): string {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, transformSync(code, { loader: "ts", format: "esm" }).code);
  return file;
}

/** Runs a snippet in a project's folder, and gives what it prints. */
export function runSnippet(folder: string, name: string, code: string): string {
  const file = writeProgram(folder, name, code);
  return execFileSync(process.execPath, [file], { cwd: folder, encoding: "utf8", timeout: 60_000 });
}

/** Type-checks snippets in a project's folder; throws if one is wrong. */
export function typeCheck(folder: string, snippets: readonly string[]): void {
  const files = snippets.map((code, index) => {
    const file = join(folder, `snippet${index}.mts`);
    writeFileSync(file, code);
    return file;
  });
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const options =
    "--noEmit --strict --skipLibCheck --module node16 --moduleResolution node16 --target es2022 --types node";
  const types = ["--typeRoots", join(root, "node_modules/@types")];
  execFileSync(process.execPath, [tsc, ...options.split(" "), ...types, ...files], {
    cwd: folder,
    stdio: "pipe",
  });
}

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
