// Trains the map of digits that the page of digits shows at once: the same run each time, in about a minute.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { argv } from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Autoencoder, adam, dense, digits, gaussian } from "isthmus";
import { exportSafetensors } from "isthmus/export";

/** Where the page looks for it. */
export const MAP = fileURLToPath(new URL("trained/map.safetensors", import.meta.url));

/** The page shows it digits of other seeds. */
const DATA = { samples: 20_000, seed: 1 };
const HIDDEN = 64;
const TRAINING = { epochs: 80, batchSize: 256 };

/** Writes the weights, in half precision. */
async function main() {
  const model = await Autoencoder.create({
    inputSize: 28 * 28,
    encoder: [dense(HIDDEN, "relu")],
    latent: gaussian(2),
    decoder: [dense(HIDDEN, "relu"), dense(28 * 28, "sigmoid")],
    loss: "binaryCrossentropy",
    optimizer: adam({ learningRate: 0.002 }),
    seed: 1,
  });
  const { loss } = await model.fit(digits(DATA).images, TRAINING);
  const { bytes } = exportSafetensors(model, { weights: "float16" });
  await model.dispose();
  mkdirSync(dirname(MAP), { recursive: true });
  writeFileSync(MAP, bytes);
  console.log(`Wrote ${bytes.length.toLocaleString("en")} bytes; loss ${loss.at(-1).toFixed(2)}.`);
}

if (argv[1] && import.meta.url === pathToFileURL(argv[1]).href) await main();
