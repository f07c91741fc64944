import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "../../src/formats/safetensors.js";
import { Autoencoder, dense } from "../../src/index.js";
import { HOSTILE, hostileIn } from "../support/hostile.js";
import { events, inFolder } from "./run.js";

const here = inFolder();

/** All of them but halves of surrogate pairs, which a file cannot hold. */
const evil = `x${HOSTILE.filter((character) => !/\p{Surrogate}/u.test(character)).join("")}y`;
/** What takes over a terminal's title, clears its screen, and turns text around. */
const trick = "\x1b]0;owned\x07\x1b[2J\u009b31m\u202egnp.exe\u2066\nisthmus: all is well";

let file: { tensors: NamedTensor[]; metadata: Record<string, string> };

beforeAll(async () => {
  const model = await Autoencoder.create({ inputSize: 2, encoder: [dense(1)], decoder: [dense(2)] });
  const { tensors, metadata } = decodeSafetensors(model.toSafetensors());
  // Files without a checksum are read; one that fits no more would hide what else is wrong.
  const { "isthmus.checksum": _, ...rest } = metadata;
  file = { tensors: [...tensors.values()], metadata: rest };
  await model.dispose();
});

function write(name: string, tensors: NamedTensor[], metadata: Record<string, string>): void {
  writeFileSync(here.path(name), encodeSafetensors(tensors, metadata));
}

/** The model with another description. */
function described(change: (description: Record<string, unknown>) => void): Record<string, string> {
  const description = JSON.parse(file.metadata.isthmus!) as Record<string, unknown>;
  change(description);
  return { ...file.metadata, isthmus: JSON.stringify(description) };
}

function expectHarmless({ stdout, stderr }: { stdout: string; stderr: string }): void {
  expect(hostileIn(stdout, true)).toEqual([]);
  expect(hostileIn(stderr, true)).toEqual([]);
}

test.each([
  ["all characters", evil],
  ["a trick", trick],
])("inspect shows metadata of %s without obeying them", async (_, text) => {
  const metadata = { note: text, [text]: "value", long: text.repeat(2000) };
  write("notes.safetensors", file.tensors, { ...file.metadata, ...metadata });
  const shown = await here.run("inspect", "notes.safetensors");
  expect(shown).toMatchObject({ code: 0, stderr: "" });
  expectHarmless(shown);
  expect(shown.stdout).toContain(text === trick ? "\\u001b]0;owned\\u0007" : "x\\u0000\\u0001");
  const json = await here.run("inspect", "notes.safetensors", "--json");
  expectHarmless(json);
  const [event] = events(json.stdout);
  expect(event!.metadata).toMatchObject(metadata);
});

type Change = [what: string, change: (description: Record<string, unknown>) => void];
const layer = (part: Record<string, unknown>) => [{ kind: "dense", units: 1, activation: "linear", ...part }];

test.each<Change>([
  ["kind of layer", (model) => Object.assign(model, { encoder: layer({ kind: evil }) })],
  ["activation", (model) => Object.assign(model, { encoder: layer({ activation: trick }) })],
  ["option of a layer", (model) => Object.assign(model, { encoder: layer({ [evil]: 1 }) })],
  ["loss", (model) => Object.assign(model, { loss: trick })],
  ["kind of loss", (model) => Object.assign(model, { loss: { kind: evil } })],
  ["optimizer", (model) => Object.assign(model, { optimizer: { kind: trick } })],
  ["scaling", (model) => Object.assign(model, { scaling: evil })],
  ["key", (model) => Object.assign(model, { [trick]: 1 })],
  ["version", (model) => Object.assign(model, { version: evil })],
])("a file whose %s is hostile, or a novel, is refused in one short line", async (_, change) => {
  for (const blown of [false, true]) {
    const metadata = described(change);
    // The same with a megabyte more of it.
    if (blown) metadata.isthmus = metadata.isthmus!.replaceAll(/owned|(?<=x)\\u0000/g, "$&".padEnd(1e6, "z"));
    write("refused.safetensors", file.tensors, metadata);
    const ended = await here.run("inspect", "refused.safetensors");
    expectHarmless(ended);
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(ended.stderr).toMatch(/^isthmus: refused\.safetensors: .*(\\u001b\]0;|x\\u0000)/);
    expect(ended.stderr.length).toBeLessThan(2000);
  }
});

test("a tensor's name is shown, not obeyed, and cut", async () => {
  const [first, ...others] = file.tensors;
  for (const name of [evil, trick, "n".repeat(1e6)]) {
    write("tensors.safetensors", [{ ...first!, name }, ...others], file.metadata);
    const ended = await here.run("inspect", "tensors.safetensors");
    expectHarmless(ended);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/^isthmus: tensors\.safetensors: .*has no weight named "/);
    expect(ended.stderr.length).toBeLessThan(1000);
  }
});

test("paths are shown, not obeyed, in errors and in results", async () => {
  const path = `a${trick.replaceAll("/", "")}.npy`;
  write("model.safetensors", file.tensors, file.metadata);
  const missing = await here.run("inspect", path);
  expectHarmless(missing);
  expect(missing.stderr.trimEnd().split("\n")).toHaveLength(1);
  const unknown = await here.run("train", "digits", `--${trick.replaceAll("\n", "")}`);
  expectHarmless(unknown);

  const made = await here.run("encode", "model.safetensors", "spiral", "--samples", "5", "--out", path);
  expectHarmless(made);
  expect(made.stdout).toMatch(/^saved a\\u001b\]0;owned.*\(5, 1\)\n$/);
  expect(readFileSync(here.path(path)).subarray(1, 6).toString()).toBe("NUMPY");
  const codes = await here.run("decode", "model.safetensors", path, "--out", "back.npy", "--json");
  expectHarmless(codes);
  const read = await here.run("evaluate", "model.safetensors", path);
  expectHarmless(read);
  expect(read.stderr).toContain("\\u001b]0;owned");
});

test("a report shows a file's name, and turns no text around", async () => {
  const path = "spiral\u202elmth.safetensors";
  write(path, file.tensors, file.metadata);
  const args = ["report", path, "spiral", "--samples", "20", "--out", "report.html"];
  expect(await here.run(...args)).toMatchObject({ code: 0 });
  const html = readFileSync(here.path("report.html"), "utf8");
  expect(html).toContain("spiral\\u202elmth.safetensors");
  expect(hostileIn(html, true)).toEqual([]);
});
