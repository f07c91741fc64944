import type { Autoencoder } from "../index.js";
import { drawPictures } from "./draw.js";
import type { Source, Split } from "./readData.js";
import { drawPoints } from "./scatter.js";
import { dim, say, type Terminal } from "./terminal.js";
import { shape, table } from "./text.js";

/** Encodes and decodes the held-out samples and shows the results. */
export async function showReconstructions(
  model: Autoencoder,
  source: Source,
  { heldOut, heldOutTitle }: Split,
  terminal: Terminal,
): Promise<void> {
  const codes = await model.encode(heldOut.data);
  const decoded = await model.decode(codes);
  say(`\nencoded and decoded ${heldOutTitle}`);
  say(
    table([
      [dim("  samples", terminal), shape([heldOut.rows, heldOut.columns])],
      [dim("  codes", terminal), shape(codes.shape)],
      [dim("  reconstructions", terminal), shape(decoded.shape)],
    ]),
  );
  if (source.picture) say(`\n${drawPictures(heldOut, decoded, source.picture, terminal)}`);
  else if (source.columns === 2) say(`\n${drawPoints(heldOut, decoded, terminal)}`);
}
