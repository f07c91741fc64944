// The commands of the README and the guides: those of Isthmus run, as they stand but shorter, in a folder with the files that
// they name; those of npm are scripts of the package.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodePng } from "../../src/codecs/index.js";
import { digits, encodeIdx } from "../../src/index.js";
import { blocksIn, nameOf, root } from "./guides.js";

const cli = join(root, "build/cli.js");
const lines = blocksIn("sh").flatMap((block) =>
  block.code
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line, index) => ({ name: `${nameOf({ ...block, line: block.line + index })} ${line}`, line })),
);
const commands = lines.filter(({ line }) => line.startsWith("npx isthmus "));

/** In the order of the guides, each once. */
const distinct = commands.filter(({ line }, i) => commands.findIndex((one) => one.line === line) === i);

/** So many digits are made, and so long is trained, whatever the guide says. */
const SHORTER = { "--samples": "120", "--epochs": "1", "--members": "2", "--steps": "20" };

let folder = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-commands-"));
  const write = (name: string, rows: string[]) => writeFileSync(join(folder, name), `${rows.join("\n")}\n`);
  const sensors = Array.from(
    { length: 300 },
    (_, i) => `${50 + 9 * Math.sin(i / 20)},${7 * Math.cos(i / 20)}`,
  );
  write("sensors.csv", ["pressure,flow", ...sensors]);
  write("new.csv", ["pressure,flow", ...sensors]);
  const customers = Array.from(
    { length: 100 },
    (_, i) => `${i},${20 + (i % 50)},${10115 + (i % 3)},note ${i}`,
  );
  write("customers.csv", ["id,age,zip,notes", ...customers]);
  write("later.csv", ["id,age,zip,notes", ...customers.slice(0, 9)]);
  const { images } = digits({ samples: 30 });
  for (const photos of ["photos", "new-photos"]) {
    mkdirSync(join(folder, photos));
    for (let i = 0; i < 12; i++) {
      const image = { width: 28, height: 28, data: images.subarray(784 * i, 784 * (i + 1)) };
      writeFileSync(join(folder, photos, `${i}.png`), await encodePng(image));
    }
  }
  writeFileSync(
    join(folder, "train-images-idx3-ubyte.gz"),
    gzipSync(encodeIdx({ shape: [30, 28, 28], data: images })),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The words of a command, and the file that its output goes to. */
function parsed(line: string): { args: string[]; out: string | undefined } {
  const [command, out] = line.split(" > ");
  const [, , ...args] = command!.trim().split(/\s+/);
  return { args, out };
}

/** The same command on less data, for less time. */
function shorter(args: readonly string[]): string[] {
  const [command, ...rest] = args;
  const options: [string, string][] = Object.entries(SHORTER).filter(([option]) => {
    if (option === "--samples") return args.includes("digits") || args.includes("spiral");
    if (option === "--epochs") return command === "train" && !rest.includes("--resume");
    // Images have no members, and a saved detector is not trained.
    return command === "detect" && !rest.some((word) => word === "--model" || word.includes("photos/"));
  });
  const kept = rest.filter(
    (word, i) => !options.some(([option]) => word === option || rest[i - 1] === option),
  );
  return [command!, ...kept, ...options.flat()];
}

test("there are commands", () => {
  expect(commands.length).toBeGreaterThanOrEqual(25);
});

test.each(distinct.map(({ name, line }) => [name, line] as const))("%s", { timeout: 60_000 }, (_, line) => {
  const { args, out } = parsed(line);
  const printed = execFileSync(process.execPath, [cli, ...shorter(args)], { cwd: folder, encoding: "utf8" });
  if (out !== undefined) writeFileSync(join(folder, out), printed);
});

test("npm's commands are those of the package", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object };
  const others = lines.filter(({ line }) => line.startsWith("npm ")).map(({ line }) => line);
  expect(others.length).toBeGreaterThanOrEqual(3);
  for (const line of others) {
    for (const command of line.replace(/ *#.*$/, "").split(" && ")) {
      const script = /^npm (?:run ([\w:]+)|(start|test)|ci|i isthmus)$/.exec(command);
      expect(script, command).not.toBeNull();
      const named = script![1] ?? script![2];
      if (named !== undefined) expect(scripts).toHaveProperty([named]);
    }
  }
});
