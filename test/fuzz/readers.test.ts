import { describe, expect, test } from "vitest";
import { campaign, SECONDS, SEED } from "./campaign.js";
import * as files from "./files.js";
import { importMakers } from "./importFiles.js";

/** A campaign, and a minute for the last case to hang in. */
const timeout = 1000 * (SECONDS ?? 60) + 120_000;

describe(`any file is read or refused, from seed ${SEED}`, () => {
  test.each([
    ["npy", files.npy, 1500],
    ["idx", files.idx, 1500],
    ["packed", files.packed, 1500],
    ["gzip", files.gzip, 1500],
    ["npz", files.npz, 1500],
    ["parquet", files.parquet, 800],
    ["arrow", files.arrow, 1500],
    ["image", files.image, 600],
    ["csv", files.csv, 2000],
    ["table", files.table, 1500],
    ["preprocessor", files.preprocessor, 1500],
    ["tensors", files.tensors, 2000],
  ])(
    "%s",
    async (reader, make, cases) => {
      const { read, refused } = await campaign(reader, make, cases);
      if (process.env.FUZZ_CASE !== undefined) return;
      // A fuzzer whose files are all refused at the door, or all read, finds nothing.
      expect(read).toBeGreaterThan(0.005 * (read + refused));
      expect(refused).toBeGreaterThan(0.005 * (read + refused));
    },
    timeout,
  );

  test.each([
    ["keras", 250],
    ["hdf5", 500],
    ["tfjs", 300],
    ["stateDict", 500],
  ] as const)(
    "%s",
    async (reader, cases) => {
      const { read, refused } = await campaign(reader, (await importMakers())[reader], cases);
      if (process.env.FUZZ_CASE !== undefined) return;
      expect(read).toBeGreaterThan(0.005 * (read + refused));
      expect(refused).toBeGreaterThan(0.005 * (read + refused));
    },
    timeout,
  );

  test(
    "pickles, which are never opened",
    async () => {
      const { read, refused } = await campaign("stateDict", (await importMakers()).pickle, 300);
      expect(read).toBe(0);
      if (process.env.FUZZ_CASE === undefined) expect(refused).toBeGreaterThan(0);
    },
    timeout,
  );

  test.each([
    ["model", 700],
    ["checkpoint", 700],
    ["detector", 700],
  ])(
    "%s",
    async (reader, cases) => {
      const { read, refused } = await campaign(reader, await files.modelMaker(), cases);
      if (process.env.FUZZ_CASE !== undefined) return;
      expect(read).toBeGreaterThan(0);
      expect(refused).toBeGreaterThan(0.005 * (read + refused));
    },
    timeout,
  );
});
