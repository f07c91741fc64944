import { describe, expect, test, vi } from "vitest";
import { FUSED_FINGERPRINT, fingerprint } from "../../src/engine/fingerprint.js";
import type { Kernels } from "../../src/engine/kernels.js";
import type { EngineMemory } from "../../src/engine/memory.js";
import { ArgumentError, Engine, type EngineInfo } from "../../src/index.js";
import { type BuildName, loadKernels } from "../support/kernels.js";
import { failure } from "../support/models.js";
import { type NodeBinary, nodesWhere, resultOf } from "../support/nodes.js";

interface Bits {
  info: EngineInfo;
  hashes: unknown[];
}

interface Switches {
  infos: EngineInfo[];
  /** Set last to. */
  last: Record<string, boolean>;
  /** How often any was set. */
  set: number;
  /** Whether a new function waits to be compiled, and whether the baseline compiler does it then. */
  tiers?: [boolean, boolean];
  /** Whether it can be compiled, before and after. */
  relaxedSimd: [boolean, boolean];
  warnings: { name: string; code: string; message: string }[];
}

const hint = "set ISTHMUS_NODES to the path of one";
const withRevectorizer = nodesWhere((major) => major >= 24);
const withRelaxedSimd = nodesWhere((major) => major === 22);
const withDormantRelaxedSimd = nodesWhere((major) => major === 20);
/** A test for each; one, to be skipped, where there is none. */
const orNone = (nodes: NodeBinary[]) => (nodes.length > 0 ? nodes : [{ path: "", version: "none found" }]);
const switches = (engine: object, node: string) =>
  resultOf<Switches>("switches", [JSON.stringify(engine)], node, ["--allow-natives-syntax"]);

interface Loaded {
  kernels: Kernels;
  memory: EngineMemory;
}

describe("the fingerprint", () => {
  const load = (build: BuildName) => loadKernels(build) as unknown as Loaded;

  /** Whether a·b + c is rounded once: with a = b = 1 + 2⁻¹² and c = −(1 + 2⁻¹¹) that leaves 2⁻²⁴, else 0. */
  function isFused({ kernels, memory }: Loaded): boolean {
    const block = memory.allocate(4096);
    const at = (offset: number) => block.at(offset);
    block.floats(0, 1)[0] = 1 + 2 ** -12;
    block.floats(64, 1)[0] = 1 + 2 ** -12;
    block.floats(128, 1)[0] = -(1 + 2 ** -11);
    kernels.gemm(0, 0, 1, 1, 1, at(0), 4, 4, at(64), at(128), 0, at(192), 4, at(1024));
    const [rest] = block.floats(192, 1);
    block.release();
    expect([0, 2 ** -24]).toContain(rest);
    return rest !== 0;
  }

  test("is what the relaxed build gives where multiply-adds are fused", (context) => {
    const { kernels, memory } = load("relaxed");
    if (!isFused({ kernels, memory })) context.skip("this machine does not fuse multiply-adds");
    const { used } = memory;
    // Whatever was in memory before.
    const dirt = memory.allocate(1 << 20);
    dirt.view().fill(0x5a);
    dirt.release();
    expect(fingerprint(kernels, memory)).toBe(FUSED_FINGERPRINT);
    expect(fingerprint(kernels, memory)).toBe(FUSED_FINGERPRINT);
    expect(memory.used).toBe(used);
  });

  test("is another for kernels that do not fuse, or go wrong in one place", () => {
    const simd = load("simd");
    expect(isFused(simd)).toBe(false);
    expect(fingerprint(simd.kernels, simd.memory)).not.toBe(FUSED_FINGERPRINT);
    for (const name of ["gemm", "adam", "binaryCrossentropyLogits", "randomNormal"] as const) {
      const { kernels, memory } = load("relaxed");
      const wrong = { ...kernels, [name]: vi.fn() };
      expect(fingerprint(wrong, memory)).not.toBe(FUSED_FINGERPRINT);
      expect(wrong[name]).toHaveBeenCalled();
    }
  });
});

test("turbo must be true, false or auto", async () => {
  for (const turbo of ["yes", 1, null]) {
    const error = await failure(() => Engine.create({ turbo: turbo as never }));
    expect(error).toBeInstanceOf(ArgumentError);
    expect((error as Error).message).toMatch(/^engine\.turbo must be true, false or "auto", not /);
  }
});

describe.skipIf(withRevectorizer.length === 0)(
  `where there is a revectorizer (Node 24 and later; ${hint})`,
  () => {
    test.each(orNone(withRevectorizer))(
      "turbo gives the same bits on any number of threads: Node $version",
      async ({ path }) => {
        const engines = [
          { turbo: false, threads: 1 },
          ...[1, 2, 3, 4, 7].map((threads) => ({ turbo: true, threads })),
          { turbo: "auto", threads: 2 },
          { turbo: false, threads: 3 },
        ];
        const [plain, ...others] = await resultOf<Bits[]>("bits", [JSON.stringify(engines)], path);
        expect(plain!.info).toMatchObject({ build: "relaxed", turbo: false, threads: 1 });
        for (const [index, { info, hashes }] of others.entries()) {
          const { turbo, threads } = engines[index + 1]!;
          expect(info).toMatchObject({ build: "relaxed", turbo: turbo !== false, threads });
          expect(hashes).toEqual(plain!.hashes);
        }
      },
    );

    test.each(orNone(withRevectorizer))(
      "V8's switches are back at their defaults: Node $version",
      async ({ path }) => {
        const { infos, last, tiers, warnings } = await switches({ turbo: true }, path);
        expect(infos.map(({ turbo }) => turbo)).toEqual([true, true]);
        expect(last).toEqual({
          "experimental-wasm-revectorize": false,
          liftoff: true,
          "wasm-inlining": true,
          "wasm-lazy-compilation": true,
        });
        expect(tiers).toEqual([true, true]);
        expect(warnings).toEqual([]);
      },
    );

    test.each(orNone(withRevectorizer))(
      "code that calculates otherwise is not used: Node $version",
      async ({ path }) => {
        const { infos, made, warnings } = await resultOf<{
          infos: EngineInfo[];
          made: number;
          warnings: string[];
        }>("miscompiled", [], path);
        expect(made).toBeGreaterThan(0);
        for (const info of infos) expect(info).toMatchObject({ build: "relaxed", turbo: false });
        expect(warnings).toEqual([
          "turbo is not in force: the code that V8 makes here does not give the known results",
        ]);
      },
    );
  },
);

describe.skipIf(withRelaxedSimd.length === 0)(`where there is no revectorizer (Node 22; ${hint})`, () => {
  test("turbo falls back, says so once, and leaves the switches alone", async () => {
    const { infos, set, tiers, warnings } = await switches({ turbo: true }, withRelaxedSimd[0]!.path);
    for (const info of infos) expect(info).toMatchObject({ build: "relaxed", turbo: false });
    expect([set, tiers]).toEqual([0, [true, true]]);
    expect(warnings).toEqual([
      {
        name: "IsthmusWarning",
        code: "ISTHMUS_NO_TURBO",
        message: "turbo is not in force: this runtime lacks V8's revectorizer, which Node 24 and later have",
      },
    ]);
  });
});

describe.skipIf(withDormantRelaxedSimd.length === 0)(`where relaxed SIMD is off (Node 20; ${hint})`, () => {
  const node = withDormantRelaxedSimd[0]?.path ?? "";

  test("turbo turns it on while the kernels are compiled, and says that there is no more", async () => {
    const { infos, last, relaxedSimd, tiers, warnings } = await switches({ turbo: true }, node);
    for (const info of infos) expect(info).toMatchObject({ build: "relaxed", turbo: false });
    expect(last).toEqual({ "experimental-wasm-relaxed-simd": false });
    expect(relaxedSimd).toEqual([false, false]);
    expect(tiers).toEqual([true, true]);
    expect(warnings).toHaveLength(1);
  });

  test("kernels that were compiled so work on, threads included", async () => {
    const engines = [
      { turbo: "auto", threads: 1 },
      { turbo: "auto", threads: 3 },
      { threads: 1 },
      { turbo: "auto", math: "portable", threads: 1 },
    ];
    const [one, three, plain, portable] = await resultOf<Bits[]>("bits", [JSON.stringify(engines)], node);
    expect([one, three, plain, portable].map((result) => result!.info.build)).toEqual([
      "relaxed",
      "relaxed",
      "simd",
      "simd",
    ]);
    expect(three!.hashes).toEqual(one!.hashes);
    expect(portable!.hashes).toEqual(plain!.hashes);
  });
});

test.each([
  ["turbo is not asked for", {}],
  ["turbo is refused", { turbo: false }],
])("where %s, no switch is touched and nothing is said", async (_, engine) => {
  const { infos, set, warnings } = await switches(engine, process.execPath);
  expect([set, warnings]).toEqual([0, []]);
  expect(infos[0]!.turbo).toBe(false);
});

test('turbo "auto" says nothing, and portable math goes before', async () => {
  const auto = await switches({ turbo: "auto", math: "portable" }, process.execPath);
  expect([auto.infos[0]!.build, auto.infos[0]!.turbo, auto.set, auto.warnings]).toEqual([
    "simd",
    false,
    0,
    [],
  ]);
  const asked = await switches({ turbo: true, math: "portable" }, process.execPath);
  expect([asked.infos[0]!.build, asked.infos[0]!.turbo, asked.set]).toEqual(["simd", false, 0]);
  expect(asked.warnings.map(({ message }) => message)).toEqual([
    'turbo is not in force: it needs math "fast"',
  ]);
});
