// The packed package in each runtime: the same bits from the same seed, threads, and files where there is a file system.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBrowser } from "../support/browsers.js";
import { type FileServer, ISOLATION, serveFiles } from "../support/fileServer.js";
import { inBrowsers } from "../support/inBrowsers.js";
import { openPage, resultOn } from "../support/pages.js";
import { Fixture, here, installed, type PortableResult, unlessInstalled } from "./fixture.js";

const bin = (name: string) => join(here, "node_modules/.bin", name);

/** How each runs a program that needs a file system, and one that needs nothing. */
const RUNTIMES = [
  { name: "Node", there: true, trusted: [process.execPath], bare: [process.execPath] },
  { name: "Bun", there: installed, trusted: [bin("bun")], bare: [bin("bun")] },
  {
    name: "Deno",
    there: installed,
    trusted: [bin("deno"), "run", "--allow-all"],
    bare: [bin("deno"), "run", "--no-prompt"],
  },
];

let fixture: Fixture;
let expected: PortableResult;

beforeAll(() => {
  fixture = new Fixture();
  [expected] = JSON.parse(fixture.run(process.execPath, "print.js"));
});
afterAll(() => fixture?.remove());

for (const { name, there, trusted, bare } of RUNTIMES) {
  describe.skipIf(!there)(there ? name : name + unlessInstalled, () => {
    const run = ([command, ...args]: string[], program: string) =>
      JSON.parse(fixture.run(command!, ...args, program));

    test("the portable run gives Node's bits on 1 and 2 threads", () => {
      expect(run(bare, "print.js")).toEqual([
        { bits: expected.bits, threads: 1 },
        { bits: expected.bits, threads: 2 },
      ]);
    });

    test.skipIf(process.platform !== "linux")(
      "workers start, end with dispose, and keep no process alive",
      () => {
        const { started, killed, left, ...rest } = run(trusted, "lifetime.js");
        expect(rest).toEqual({ aborted: "TimeoutError", inForce: 3 });
        expect(started).toBeGreaterThanOrEqual(2);
        // Two workers a round would be 2.
        expect(left).toBeLessThan(1);
        // Of 16; where the machine is busy, one may take so long that it is made to end.
        expect(killed).toBeLessThan(8);
      },
    );

    test("isthmus/node reads and writes", () => {
      expect(run(trusted, "files.js")).toEqual({
        sameClass: true,
        sameCodes: true,
        epochs: 3,
        npy: [300, 8],
        idx: true,
        streamed: 300,
        csv: [1, 2, 3, 4],
        failures: [true, true],
        required: true,
        left: [
          "checkpoint.safetensors",
          "codes.npy",
          "cut.gz",
          "images.gz",
          "model.safetensors",
          "points.csv",
        ],
      });
    });
  });
}

/** Pages for a file server that knows nothing of packages. */
const LIBRARY = "/node_modules/isthmus/build/index.js";
const PAGES = {
  "/map.html": `<!doctype html><link rel="icon" href="data:,">
    <script type="importmap">{ "imports": { "isthmus": "${LIBRARY}" } }</script>
    <script type="module">
      import { portableRun } from "./portable.js";
      globalThis.result = portableRun(1).then(async (one) => [one, await portableRun(2)]);
    </script>`,
  "/relative.html": `<!doctype html><link rel="icon" href="data:,">
    <script type="module">
      import { Autoencoder, dense, spiral } from ".${LIBRARY}";
      const model = await Autoencoder.create({ inputSize: 2, encoder: [dense(1)], decoder: [dense(2)] });
      const { loss } = await model.fit(spiral({ samples: 100 }).points, { epochs: 5 });
      globalThis.result = loss;
    </script>`,
};

inBrowsers((name) => {
  let servers: FileServer[];
  beforeAll(async () => {
    const folder = fixture.folder;
    servers = [
      await serveFiles(folder, { pages: PAGES, headers: ISOLATION }),
      await serveFiles(folder, { pages: PAGES }),
    ];
  });
  afterAll(() => Promise.all(servers.map((server) => server.close())));

  test("from a plain file server, the portable run gives Node's bits; a relative path will do", async () => {
    const browser = await openBrowser(name);
    try {
      for (const [i, { origin }] of servers.entries()) {
        const { page, errors } = await openPage(browser, `${origin}/map.html`);
        expect(await resultOn(page)).toEqual([
          { bits: expected.bits, threads: 1 },
          { bits: expected.bits, threads: i === 0 ? 2 : 1 },
        ]);
        expect(errors).toEqual([]);
        const relative = await openPage(browser, `${origin}/relative.html`);
        const losses = await resultOn<number[]>(relative.page);
        expect(losses).toHaveLength(5);
        expect(losses[4]).toBeLessThan(losses[0]!);
        expect([...relative.errors, ...relative.foreign]).toEqual([]);
      }
    } finally {
      await browser.close();
    }
  });
});
