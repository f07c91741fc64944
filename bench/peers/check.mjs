/**
 * Runs every peer for a few steps, prints what each reaches and compares their losses with the reference.
 *
 *     node check.mjs [peer …]          exits 1 where a peer fails or disagrees; a peer not installed is only reported
 */
import { openPeer, PEERS, SPIRAL, STEP } from "./peers.mjs";

const WARM_UP = 10; // steps until the engines have compiled what is hot
const STEPS = 20;
// After so few steps on uniform noise every model predicts about ½: ln 2, whatever its random start.
const EXPECTED = {
  step: { loss: Math.LN2, tolerance: 1e-3 },
  spiral: { loss: 0.036121, tolerance: 1e-6 },
};

// The JavaScript peers share data, start and order of batches: only float32 rounding may tell them apart.
const SAME_START_TOLERANCE = 2e-5;

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

async function measure(peer, workload) {
  const { answer, child } = await openPeer(peer, workload);
  try {
    if (!answer.ready) return { skipped: answer.reason };
    const order = workload === STEP ? { steps: STEPS } : { epochs: SPIRAL.epochs };
    if (workload === STEP) await child.run({ steps: WARM_UP });
    const { ms, loss } = await child.run(order);
    const { rss } = await child.memory();
    return { ...answer, loss, rss, ms: workload === STEP ? median(ms) : ms };
  } finally {
    await child.exit();
  }
}

/** What is wrong with a result, or "". */
function judge(result, { loss, tolerance }) {
  if (result.failed) return result.failed;
  if (result.skipped) return "";
  const off = Math.abs(result.loss - loss);
  return off <= tolerance
    ? ""
    : `loss is ${off.toExponential(1)} from ${loss.toFixed(6)}, allowed ${tolerance}`;
}

function describe(peer, result) {
  if (result.skipped) return `${peer.id.padEnd(18)} not here: ${result.skipped}`;
  if (result.failed) return `${peer.id.padEnd(18)} FAILED`;
  const figures = [
    result.ms.toFixed(2).padStart(9),
    result.loss.toFixed(6).padStart(10),
    `${(result.rss / 2 ** 20).toFixed(0)} MiB`.padStart(9),
  ];
  const warning = result.warning ? ` (warning: ${result.warning})` : "";
  const who = `${result.name} ${result.version}`.padEnd(28);
  return `${peer.id.padEnd(18)} ${who}${figures.join("")}  ${result.details}${warning}`;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((id) => !PEERS.some((peer) => peer.id === id));
if (unknown.length > 0) {
  console.error(`unknown peer ${unknown.join(", ")}; there are ${PEERS.map((peer) => peer.id).join(", ")}`);
  process.exit(2);
}

let wrong = 0;
for (const workload of [STEP, SPIRAL]) {
  const name = workload.workload;
  const chosen = PEERS.filter(({ id, workloads }) => {
    return workloads.includes(name) && (wanted.length === 0 || wanted.includes(id));
  });
  if (chosen.length === 0) continue;
  const unit = workload === STEP ? `median ms a step of ${STEPS}` : `ms for ${SPIRAL.epochs} epochs`;
  console.log(`\n${name}: ${unit}, last loss, resident memory; one thread`);
  let sharedLoss;
  for (const peer of chosen) {
    /** @type {{ skipped?: string, failed?: string, loss?: number } & Record<string, any>} */
    const result = await measure(peer, workload).catch((error) => ({ failed: error.message }));
    const shares = peer.program.runtime === "node" && result.loss !== undefined;
    if (shares) sharedLoss ??= result.loss;
    const complaint =
      judge(result, EXPECTED[name]) ||
      (shares && judge(result, { loss: sharedLoss, tolerance: SAME_START_TOLERANCE }));
    console.log(describe(peer, result));
    if (complaint) {
      wrong++;
      console.log(`  ${complaint}`);
    }
  }
}
process.exitCode = wrong === 0 ? 0 : 1;
