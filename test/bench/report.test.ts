import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installPeers, installSteps } from "../../bench/install.mjs";
import { readOptions } from "../../bench/options.mjs";
import { assertReportFile, reportOf, together, writeReport } from "../../bench/report.mjs";

const machine = {
  ...{ date: "2030-01-02T00:00:00Z", cpu: "a processor", cores: 2, memoryBytes: 2 ** 34, system: "a system" },
  ...{ node: "1", v8: "2", isthmus: "3", load: 0.01, busy: false },
};
const settings = { rounds: 7, only: [], quick: false };
const run = (parts: Record<string, object>, more = {}) => ({
  machine: { ...machine, ...more },
  settings,
  parts,
});
const known = ["a", "b"].map((id) => ({
  id,
  title: `Part ${id}`,
  tables: ({ result }: { result: string }) => [{ title: `Part ${id}`, columns: ["what"], rows: [[result]] }],
}));

describe("a report", () => {
  test("has the machine, the parts in their order, and the goals", () => {
    const text = reportOf([run({ b: { result: "two" }, a: { result: "one" } })], known, "markdown");
    expect(text.indexOf("Isthmus 3, 2030-01-02")).toBe(0);
    const places = ["### Part a", "| one |", "### Part b", "| two |", "### Reach"].map((part) =>
      text.indexOf(part),
    );
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((left, right) => left - right));
  });

  test("of several runs names the parts of each, and takes the last of a part", () => {
    const runs = [
      run({ a: { result: "old" }, b: { result: "two" } }),
      run({ a: { result: "new" } }, { cpu: "another" }),
    ];
    expect(together(runs).heads.map(({ ids }) => ids)).toEqual([["b"], ["a"]]);
    const text = reportOf(runs, known, "text");
    expect(text).toContain("Parts b:");
    expect(text).toContain("another");
    expect(text).toContain("new");
    expect(text).not.toContain("old");
  });

  test("says where a run was quick, or a part had nobody", () => {
    const quick = {
      ...run({ a: { contestants: [], notes: ["x: not here"] } }),
      settings: { ...settings, quick: true },
    };
    const text = reportOf([quick], known, "text");
    expect(text).toContain("these figures mean nothing");
    expect(text).toContain("nobody");
    expect(text).toContain("* x: not here");
  });
});

describe("a report in a file", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "isthmus-report-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("replaces what stands between the lines, again and again", () => {
    const path = join(folder, "README.md");
    const marks = ["<!-- bench: written by --write -->", "<!-- bench: end -->"];
    writeFileSync(path, `before\n${marks[0]}\nold\n${marks[1]}\nafter\n`);
    assertReportFile(path);
    for (const report of ["first", "second"]) writeReport(path, report);
    expect(readFileSync(path, "utf8")).toBe(`before\n${marks[0]}\n\nsecond\n\n${marks[1]}\nafter\n`);
  });

  test("is refused before anything is measured if the lines are missing", () => {
    const path = join(folder, "other.md");
    writeFileSync(path, "nothing");
    expect(() => assertReportFile(path)).toThrow("to write between");
  });

  test("this README has the lines", () => {
    expect(() => assertReportFile(new URL("../../bench/README.md", import.meta.url).pathname)).not.toThrow();
  });
});

describe("installing the peers", () => {
  test("is said before it starts, and goes on without what fails", () => {
    const log: string[] = [];
    const python = installPeers(
      "/peers",
      ({ args }) => {
        log.push(args.at(-1)!);
        return !args.includes("torch");
      },
      (text) => log.push(text),
    );
    expect(python).toBe(join("/peers", "bin", "python"));
    expect(log[0]).toContain("python3 -m venv /peers");
    expect(log[0]).toContain("npm ci");
    expect(log.filter((text) => text.startsWith("failed"))).toHaveLength(1);
    expect(log.slice(1)).toEqual(expect.arrayContaining(["numpy", "torch", "jax", "keras", "ci"]));
    expect(() =>
      installPeers(
        "/peers",
        () => false,
        () => {},
      ),
    ).toThrow("--install");
  });

  test("names no registry", () => {
    const words = installSteps("/peers").flatMap(({ args }) => args);
    expect(words.filter((word) => /:\/\/|index-url/.test(word))).toEqual([]);
  });

  test("options are read", () => {
    const { from, install, write } = readOptions(
      ["--from", "a.json,b.json", "--install", "/x", "--write", "y"],
      ["step"],
    );
    expect({ from, install, write }).toEqual({ from: ["a.json", "b.json"], install: "/x", write: "y" });
    expect(readOptions([], ["step"]).from).toEqual([]);
  });
});
