import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { events, inFolder } from "./run.js";

const cli = inFolder();

async function trained(name: string): Promise<string> {
  const small = ["--samples", "60", "--epochs", "1", "--hidden", "none", "--latent", "3"];
  const { code, stderr } = await cli.run("train", "spiral", ...small, "--out", cli.path(name));
  expect(code, stderr).toBe(0);
  return cli.path(name);
}

test("export --to pytorch writes a folder, and says what it holds", async () => {
  const model = await trained("model.safetensors");
  const told = await cli.run("export", model, "--to", "pytorch", "--out", cli.path("torch"));
  expect(told.code, told.stderr).toBe(0);
  expect(told.stdout).toMatch(/model\.py \(.*\n.*model\.safetensors \(.*\npython3 model\.py/);
  expect(readdirSync(cli.path("torch")).sort()).toEqual(["model.py", "model.safetensors"]);
  const json = await cli.run("export", model, "--to", "pytorch", "--out", cli.path("torch"), "--json");
  expect(events(json.stdout)[0]).toMatchObject({ event: "export", to: "pytorch", files: [{}, {}] });
  const half = await cli.run(
    ...["export", model, "--to", "pytorch", "--out", cli.path("half"), "--part", "encoder"],
  );
  expect([half.code, half.stderr]).toEqual([
    2,
    expect.stringMatching(/--part encoder is not for --to pytorch/),
  ]);
  // An option that a tool would ignore is refused, whichever tool it is.
  for (const [to, out, ...flag] of [
    ["keras", "model.keras", "--weights", "f16"],
    ["tfjs", "tfjs", "--weights", "bf16"],
    ["module", "model.js", "--input", "features"],
    ["torchrun", "run", "--weights", "f16"],
  ] as const) {
    const refused = await cli.run("export", model, "--to", to, "--out", cli.path(out), ...flag);
    const message = `${flag.join(" ")} is not for --to ${to}, but for onnx`;
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(message)]);
  }
});
