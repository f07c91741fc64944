// Codes of a variational model are the first half of what its latent layer gives, whichever tile the machine prefers. The
// weights are packed for all columns; with wide tiles, the half alone would be packed otherwise.
import { afterEach, expect, test, vi } from "vitest";
import { TILE_2X16, TILE_4X8, TILE_4X16, TILE_6X8, TILE_6X16 } from "../../assembly/abi.js";
import { Autoencoder, activation, dense, gaussian } from "../../src/index.js";
import { values } from "../support/models.js";

const tiles = vi.hoisted(() => ({ chosen: 0 }));
vi.mock("../../src/engine/tiles.js", async (original) => ({
  ...(await original<typeof import("../../src/engine/tiles.js")>()),
  chooseTile: () => tiles.chosen,
}));
afterEach(() => vi.restoreAllMocks());

const INPUTS = 9;
const ROWS = 6;

test.each([TILE_4X8, TILE_6X8, TILE_2X16, TILE_4X16, TILE_6X16])(
  "tile %i: codes of every width",
  async (tile) => {
    tiles.chosen = tile;
    const samples = values(ROWS, INPUTS);
    for (let units = 1; units <= 34; units++) {
      const model = await Autoencoder.create({
        inputSize: INPUTS,
        // Samples are above 0, and stay as they are.
        encoder: [activation("relu")],
        latent: gaussian(units),
        decoder: [dense(INPUTS)],
        engine: { threads: 1, math: "portable" },
      });
      const [weight, bias] = model.getWeights();
      const { data } = await model.encode(samples);
      for (const [i, code] of data.entries()) {
        const [row, unit] = [Math.floor(i / units), i % units];
        let sum = bias!.data[unit]!;
        for (let k = 0; k < INPUTS; k++) sum += weight!.data[unit * INPUTS + k]! * samples[row * INPUTS + k]!;
        expect(Math.abs(code - sum), `${units} units, row ${row}, unit ${unit}`).toBeLessThan(1e-5);
      }
      await model.dispose();
    }
  },
);
