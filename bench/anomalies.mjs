// How well reconstruction errors tell anomalies from normal rows: ROC AUC of two networks on the ten ADBench tables of
// ../shared/data/tables, trained on all rows and on the normal ones alone.  npm run build && node bench/anomalies.mjs
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { AnomalyDetector, Autoencoder, dense, dropout, Engine } from "isthmus";

const FOLDER = new URL("../../shared/data/tables/", import.meta.url);

const NETWORKS = {
  "32-4-32 with dropout, 20 epochs of batches of 32, 3 seeds": {
    seeds: 3,
    fit: { epochs: 20, batchSize: 32 },
    layers: (columns) => ({
      encoder: [dense(32, "relu"), dropout(0.2), dense(4)],
      decoder: [dense(32, "relu"), dropout(0.2), dense(columns)],
    }),
  },
  "128-64-1-64-128, 250 epochs of batches of 25, 1 seed": {
    seeds: 1,
    fit: { epochs: 250, batchSize: 25 },
    layers: (columns) => ({
      encoder: [dense(128, "relu"), dense(64, "relu"), dense(1, "linear", { initializer: "zeros" })],
      decoder: [dense(64, "tanh"), dense(128, "tanh"), dense(columns)],
    }),
  },
};

/** Rows without their label, and the labels. */
function readTable(file) {
  const [, ...lines] = readFileSync(new URL(file, FOLDER), "utf8").trim().split("\n");
  const rows = lines.map((line) => line.split(",").map(Number));
  return { samples: rows.map((row) => row.slice(0, -1)), labels: rows.map((row) => row.at(-1)) };
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

async function rocAuc({ samples, labels }, { layers, fit }, onNormal, seed, engine) {
  const columns = samples[0].length;
  const options = { inputSize: columns, ...layers(columns), scaling: "standard", seed, engine };
  const model = await Autoencoder.create(options);
  const training = onNormal ? samples.filter((_, row) => labels[row] === 0) : samples;
  await model.fit(training, fit);
  const detector = await AnomalyDetector.fit(model, training);
  const { rocAuc } = await detector.evaluate(samples, labels);
  await model.dispose();
  return rocAuc;
}

if (!existsSync(FOLDER)) {
  console.log("skipped: there is no ../shared/data/tables");
} else {
  const engine = await Engine.create();
  const tables = readdirSync(FOLDER)
    .filter((file) => file.endsWith(".csv"))
    .map(readTable);
  for (const [name, network] of Object.entries(NETWORKS)) {
    console.log(name);
    for (const onNormal of [false, true]) {
      const all = [];
      for (const table of tables) {
        const runs = [];
        for (let seed = 0; seed < network.seeds; seed++) {
          runs.push(await rocAuc(table, network, onNormal, seed, engine));
        }
        all.push(mean(runs));
      }
      const each = all.map((value) => value.toFixed(2)).join(" ");
      console.log(`  trained on ${onNormal ? "normal" : "all"} rows: ${mean(all).toFixed(3)}  (${each})`);
    }
  }
  await engine.dispose();
}
