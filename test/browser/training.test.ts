// The library in browsers, on the page's main thread, with and without cross-origin isolation.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, ElementHandle } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Autoencoder, dense, digits } from "../../src/index.js";
import { openBrowser } from "../support/browsers.js";
import type { FileServer } from "../support/fileServer.js";
import { inBrowsers } from "../support/inBrowsers.js";
import { bits } from "../support/models.js";
import { openPage, resultOn } from "../support/pages.js";
import { until } from "../support/until.js";
import { serveLibrary, withLibrary } from "./site.js";

/** In the page. */
declare const isthmus: typeof import("../../src/index.js");
declare const sha256: (bytes: Uint8Array) => Promise<string>;

/** A function that runs in the page takes along what it is given, not what it sees here. */
const DESCRIPTION = { inputSize: 784, loss: "binaryCrossentropy", seed: 42 } as const;
const SAMPLES = { samples: 512, seed: 1 };
const FIT = { epochs: 4, batchSize: 64 };

inBrowsers((name) => {
  let browser: Browser;
  let downloads = "";
  beforeAll(async () => {
    browser = await openBrowser(name);
    downloads = mkdtempSync(join(tmpdir(), "isthmus-downloads-"));
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(downloads, { recursive: true, force: true });
  });

  describe.each([true, false])("isolated: %s", (isolated) => {
    let server: FileServer;
    beforeAll(async () => {
      server = await serveLibrary(isolated);
    });
    afterAll(() => server?.close());

    test.each([1, 2])("trains to the loss that Node comes to, on %i threads if it may", async (threads) => {
      const engine = { math: "portable", threads } as const;
      const model = await Autoencoder.create({
        ...DESCRIPTION,
        encoder: [dense(32, "relu")],
        decoder: [dense(784, "sigmoid")],
        engine,
      });
      const { loss } = await model.fit(digits(SAMPLES).images, FIT);
      const file = bits(model.toSafetensors());
      await model.dispose();
      expect(loss[3]).toBeLessThan(0.6 * loss[0]!);

      const there = await withLibrary(browser, server, (page) =>
        page.evaluate(
          async (description, samples, fit, engine) => {
            const { Autoencoder, dense, digits } = isthmus;
            const model = await Autoencoder.create({
              ...description,
              encoder: [dense(32, "relu")],
              decoder: [dense(784, "sigmoid")],
              engine,
            });
            const { loss } = await model.fit(digits(samples).images, fit);
            const { threads } = model.engine;
            const file = await sha256(model.toSafetensors());
            await model.dispose();
            return { loss, threads, file };
          },
          DESCRIPTION,
          SAMPLES,
          FIT,
          engine,
        ),
      );
      expect(there.loss).toEqual(loss);
      expect(there.threads).toBe(isolated ? threads : 1);
      expect(there.file).toBe(file);
    });

    test("an abort ends fit, the model goes on, and dispose ends every worker", async () => {
      await withLibrary(browser, server, async (page) => {
        const aborted = await page.evaluate(
          async (description, samples) => {
            const { Autoencoder, dense, digits } = isthmus;
            const { images } = digits(samples);
            const model = await Autoencoder.create({
              ...description,
              encoder: [dense(32, "relu")],
              decoder: [dense(784, "sigmoid")],
              engine: { threads: 3 },
            });
            const controller = new AbortController();
            const onEpochEnd = ({ epoch }: { epoch: number }) => {
              if (epoch === 2) controller.abort();
            };
            const error = await model
              .fit(images, { epochs: 1e6, signal: controller.signal, onEpochEnd })
              .catch((reason: Error) => reason);
            const { loss } = await model.evaluate(images);
            Object.assign(globalThis, { model });
            return { error: (error as Error).name, epochs: model.history.loss.length, loss };
          },
          DESCRIPTION,
          SAMPLES,
        );
        expect(aborted).toEqual({ error: "AbortError", epochs: 2, loss: expect.any(Number) });
        expect(aborted.loss).toBeLessThan(0.6);
        expect(page.workers()).toHaveLength(isolated ? 2 : 0);
        await page.evaluate("model.dispose()");
        await until(() => page.workers().length === 0, "the workers' end");
      });
    });

    test("gzipped IDX data become samples, NPY and safetensors data come back", async () => {
      const results = await withLibrary(browser, server, (page) =>
        page.evaluate(async (samples) => {
          const {
            decodeNpy,
            decodeSafetensors,
            decodeSamples,
            digits,
            encodeIdx,
            encodeNpy,
            encodeSafetensors,
          } = isthmus;
          const { images } = digits(samples);
          const shape = [images.length / 784, 28, 28];
          const idx = encodeIdx({ shape, data: images }) as Uint8Array<ArrayBuffer>;
          const gzipped = (bytes: Uint8Array<ArrayBuffer>) =>
            new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
          // Two members and padding, which browsers' own decompressors refuse.
          const members = [
            await gzipped(idx.slice(0, 1000)),
            await gzipped(idx.slice(1000)),
            new Uint8Array(512),
          ];
          const file = new Uint8Array(await new Blob(members).arrayBuffer());
          const decoded = await decodeSamples(file);
          const floats = Float32Array.from(images, (byte) => byte / 255);
          const npy = decodeNpy(encodeNpy({ shape, data: floats }));
          const { tensors } = decodeSafetensors(encodeSafetensors([{ name: "images", shape, data: floats }]));
          const same = (one: ArrayLike<unknown>, other: ArrayLike<unknown>) =>
            one.length === other.length && Array.prototype.every.call(one, (value, i) => value === other[i]);
          return {
            shape: decoded.shape,
            same: [
              same(decoded.data, images),
              same(npy.data, floats),
              same(tensors.get("images")!.data, floats),
            ],
          };
        }, SAMPLES),
      );
      expect(results).toEqual({ shape: [512, 28, 28], same: [true, true, true] });
    });

    test("a model that is downloaded and opened again gives the same codes", async () => {
      const folder = join(downloads, String(isolated));
      const context = await browser.createBrowserContext({
        downloadBehavior: { policy: "allow", downloadPath: folder },
      });
      await withLibrary(context, server, async (page) => {
        const codes = await page.evaluate(async (samples) => {
          const { Autoencoder, dense, digits } = isthmus;
          const model = await Autoencoder.create({
            inputSize: 784,
            encoder: [dense(4, "tanh")],
            decoder: [dense(784)],
          });
          const { images } = digits(samples);
          await model.fit(images);
          const link = document.querySelector("a")!;
          link.href = URL.createObjectURL(new Blob([model.toSafetensors() as Uint8Array<ArrayBuffer>]));
          link.click();
          const { data } = await model.encode(images);
          await model.dispose();
          return Array.from(data);
        }, SAMPLES);
        const path = join(folder, "model.safetensors");
        await until(() => existsSync(path), "the download");
        const input = (await page.$("input")) as ElementHandle<HTMLInputElement>;
        await input.uploadFile(path);
        const again = await page.evaluate(async (samples) => {
          const file = document.querySelector("input")!.files![0]!;
          const model = await isthmus.Autoencoder.fromSafetensors(new Uint8Array(await file.arrayBuffer()));
          const { data } = await model.encode(isthmus.digits(samples).images);
          await model.dispose();
          return Array.from(data);
        }, SAMPLES);
        expect(again).toEqual(codes);
      });
      await context.close();
    });
  });

  // A page without blob: in worker-src, and the policy of extensions, which cannot allow it.
  test.each([
    ["none", "'none'"],
    ["files of its own alone", "'self'"],
  ])("where the policy allows as workers %s, one thread does it all and says so once", async (_, workers) => {
    const server = await serveLibrary(true, workers);
    const { page } = await openPage(browser, `${server.origin}/`);
    const warnings: string[] = [];
    page.on("console", (message) => {
      if (message.text().startsWith("isthmus:")) warnings.push(message.text());
    });
    await resultOn(page);
    const trained = await page.evaluate(async () => {
      const { Autoencoder, dense, spiral } = isthmus;
      const { points } = spiral({ samples: 100 });
      const train = async () => {
        const model = await Autoencoder.create({
          inputSize: 2,
          encoder: [dense(1)],
          decoder: [dense(2)],
          engine: { threads: 2 },
        });
        const { loss } = await model.fit(points, { epochs: 3 });
        return [model.engine.threads, loss.length];
      };
      return [await train(), await train()];
    });
    expect(trained).toEqual([
      [1, 3],
      [1, 3],
    ]);
    expect(warnings).toEqual([expect.stringContaining("no worker starts here, so one thread does all")]);
    await page.close();
    await server.close();
  });
});
