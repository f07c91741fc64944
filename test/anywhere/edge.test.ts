// The packed package in workerd, the runtime of Cloudflare's Workers: one program answers there as it does in Node.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Autoencoder, dense, digits } from "../../src/index.js";
import { Fixture, here, installed, serveWith, unlessInstalled } from "./fixture.js";

/** What the program of fixture/edge/ answers. */
interface Answer {
  used: { engine: { build: string; turbo: boolean; threads: number } };
  fast: string;
}

/**
 * Ways to deploy: export condition, date of the runtime's habits, and flags. The first has neither `MessageChannel` nor
 * `FinalizationRegistry`.
 */
const DEPLOYMENTS: readonly string[][] = [
  ["workerd", "2024-09-01"],
  ["workerd", "2026-04-01", "nodejs_compat"],
  ["edge-light", "2026-04-01"],
];

describe.skipIf(!installed)(`edge runtimes${unlessInstalled}`, () => {
  let fixture: Fixture;
  let body: Uint8Array<ArrayBuffer>;
  let expected: Answer;
  beforeAll(async () => {
    fixture = new Fixture();
    const model = await Autoencoder.create({
      inputSize: 784,
      encoder: [dense(12, "gelu"), dense(4)],
      decoder: [dense(784, "sigmoid")],
      loss: "binaryCrossentropy",
      seed: 7,
      engine: { math: "portable", threads: 1 },
    });
    await model.fit(digits({ samples: 200, seed: 1 }).images, { epochs: 3 });
    body = model.toSafetensors() as Uint8Array<ArrayBuffer>;
    await model.dispose();
    const program = pathToFileURL(join(fixture.folder, "edge/index.js")).href;
    const { default: inNode } = (await import(program)) as {
      default: { fetch(request: Request): Promise<Response> };
    };
    const answer = await inNode.fetch(new Request("http://localhost/", { method: "POST", body }));
    expected = (await answer.json()) as Answer;
  });
  afterAll(() => fixture?.remove());

  test.each(DEPLOYMENTS)("as %s of %s, the program answers with Node's bits", async (...deployment) => {
    const program = join(fixture.folder, "edge/index.js");
    const server = await serveWith(join(here, "edge.mjs"), program, ...deployment);
    try {
      const response = await fetch(server.url, { method: "POST", body });
      const text = await response.text();
      expect(response.status, text).toBe(200);
      const engine = { ...expected.used.engine, threads: 1 };
      expect(JSON.parse(text)).toEqual({ ...expected, used: { ...expected.used, engine }, fast: "simd" });
    } finally {
      await server.close();
    }
  });

  test("without an export condition, the error says what is missing", async () => {
    const program = join(fixture.folder, "edge/index.js");
    const server = await serveWith(join(here, "edge.mjs"), program, "none", "2026-04-01");
    try {
      const text = await (await fetch(server.url, { method: "POST", body })).text();
      expect(text).toMatch(/the kernels could not be compiled: .*disallowed by embedder.*condition workerd/);
    } finally {
      await server.close();
    }
  });
});
