import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { fitHelp } from "../../src/cli/helpText.js";
import { inFolder } from "./run.js";

const here = inFolder();
const cli = fileURLToPath(new URL("../../build/cli.js", import.meta.url));

function helpAt(columns: number, ...args: string[]): string {
  const env = { ...process.env, COLUMNS: String(columns) };
  return execFileSync(process.execPath, [cli, ...args], { encoding: "utf8", env });
}

/** The names of all commands, as the help has them. */
const commandNames = () =>
  Array.from(helpAt(60, "--help").matchAll(/^ {2}([a-z]+)(?: [<[]|$| {2,}[A-Z])/gm), ([, name]) => name!);

describe("help", () => {
  test("of every command fits 60 columns, and loses nothing", () => {
    const names = commandNames();
    expect(names).toEqual(expect.arrayContaining(["train", "detect", "export", "completion", "help"]));
    const words = (text: string) => text.replaceAll("\\\n", " ").split(/\s+/).filter(Boolean);
    for (const args of [["-h"], ...names.map((name) => ["help", name])]) {
      const narrow = helpAt(60, ...args);
      for (const line of narrow.split("\n")) expect(line.length, line).toBeLessThanOrEqual(60);
      expect(words(narrow)).toEqual(words(helpAt(92, ...args)));
    }
  });

  test("is grouped, and has short options for what is used most", async () => {
    const { stdout } = await here.run("-h");
    const groups = [...stdout.matchAll(/^(\w.*):$/gm)].map(([, name]) => name);
    expect(groups).toEqual(
      expect.arrayContaining([
        "Train and use",
        "Find what is odd",
        "See what was learned",
        "Other tools",
        "More",
      ]),
    );
    const train = helpAt(80, "train", "-h");
    for (const flags of ["-o, --out", "-e, --epochs", "-b, --batch-size", "-s, --seed", "-t, --threads"]) {
      expect(train).toContain(`  ${flags} <`);
    }
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect((await here.run("-v")).stdout).toBe(`${version}\n`);
    expect(helpAt(80, "help", "train")).toBe(train);
    const unknown = await here.run("help", "trian");
    expect([unknown.code, unknown.stdout]).toEqual([2, ""]);
    expect(unknown.stderr).toMatch(/^isthmus: command-argument value 'trian' is invalid/);
  });

  test("short options do what the long ones do", async () => {
    const short = [
      "train",
      "spiral",
      "--samples",
      "20",
      "-e",
      "1",
      "-b",
      "5",
      "-s",
      "3",
      "-t",
      "1",
      "-o",
      "a",
    ];
    const { code, stderr, stdout } = await here.run(...short);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/batches of 5, 1 epoch\n/);
    const long = [
      "--epochs",
      "1",
      "--batch-size",
      "5",
      "--seed",
      "3",
      "--threads",
      "1",
      "--out",
      "b",
      "--force",
    ];
    await here.run("train", "spiral", "--samples", "20", ...long);
    expect(readFileSync(here.path("a")).equals(readFileSync(here.path("b")))).toBe(true);
  });
});

test("fitHelp wraps paragraphs and items, and breaks examples where an option begins", () => {
  const text = [
    "One two three",
    "four five.",
    "",
    "  name   a text that is",
    "         long",
    "  isthmus train a-long-name.csv --out model.safetensors --tied",
  ];
  expect(fitHelp(text.join("\n"), 24)).toBe(`One two three four five.

  name   a text that is
         long
  isthmus train \\
      a-long-name.csv \\
      --out model.safetensors \\
      --tied`);
  expect(fitHelp(text.join("\n"), 92)).toBe(`One two three four five.

  name   a text that is long
  isthmus train a-long-name.csv --out model.safetensors --tied`);
});

describe("completion", () => {
  /** What bash offers for the last of these words. */
  function offered(script: string, ...words: string[]): string[] {
    const ask =
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is bash's
      'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _isthmus; printf "%s\\n" "${COMPREPLY[@]}"';
    const { stdout, stderr } = spawnSync("bash", ["-c", ask, "bash", script, "isthmus", ...words], {
      cwd: here.folder,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    return stdout.split("\n").filter((word) => word !== "");
  }

  test.skipIf(!existsSync("/bin/bash"))(
    "in bash offers commands, options, choices, data and files",
    async () => {
      const script = here.path("isthmus.bash");
      writeFileSync(script, (await here.run("completion", "bash")).stdout);
      writeFileSync(here.path("my data.csv"), "");
      expect(offered(script, "")).toEqual(commandNames());
      expect(offered(script, "tr")).toEqual(["train"]);
      expect(offered(script, "train", "--ep")).toEqual(["--epochs"]);
      expect(offered(script, "train", "--kind", "")).toEqual(["table", "series", "images", "matrix"]);
      expect(offered(script, "train", "--math", "p")).toEqual(["portable"]);
      expect(offered(script, "train", "di")).toEqual(["digits"]);
      expect(offered(script, "train", "my")).toEqual(["my data.csv"]);
      expect(offered(script, "train", "digits", "-o", "my")).toEqual(["my data.csv"]);
      expect(offered(script, "train", "digits", "--epochs", "")).toEqual([]);
      expect(offered(script, "train", "--no-header", "sp")).toEqual(["spiral"]);
      expect(offered(script, "help", "rec")).toEqual(["reconstruct"]);
      expect(offered(script, "completion", "")).toEqual(["bash", "zsh", "fish"]);
    },
  );

  test.skipIf(!existsSync("/usr/bin/fish"))("in fish offers the same (skipped without fish)", async () => {
    writeFileSync(here.path("isthmus.fish"), (await here.run("completion", "fish")).stdout);
    const ask = (line: string) =>
      execFileSync("fish", ["-c", `source isthmus.fish; complete -C '${line}'`], {
        cwd: here.folder,
        encoding: "utf8",
      })
        .split("\n")
        .map((found) => found.split("\t")[0]!)
        .filter((found) => found !== "");
    expect(ask("isthmus tr")).toEqual(["train"]);
    expect(ask("isthmus train --kind ").toSorted()).toEqual(["images", "matrix", "series", "table"]);
    expect(ask("isthmus train --ep")).toEqual(["--epochs"]);
    expect(ask("isthmus completion ").toSorted()).toEqual(["bash", "fish", "zsh"]);
  });

  test.skipIf(!existsSync("/usr/bin/zsh"))(
    "in zsh is a function without mistakes (skipped without zsh)",
    async () => {
      writeFileSync(here.path("_isthmus"), (await here.run("completion", "zsh")).stdout);
      const check = "autoload -Uz compinit; compinit -u -d ./dump; source ./_isthmus; print $_comps[isthmus]";
      const options = {
        cwd: here.folder,
        encoding: "utf8",
        env: { ...process.env, HOME: here.folder },
      } as const;
      expect(spawnSync("zsh", ["-f", "-c", check], options)).toMatchObject({
        stdout: "_isthmus\n",
        stderr: "",
      });
    },
  );
});
