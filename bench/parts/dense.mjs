/** A step of dense autoencoders, from narrow to wide. */
import { isthmus, peers } from "../contestants.mjs";
import { NETWORKS } from "../peers/networks.mjs";
import { figure, times } from "../table.mjs";
import { measureNetworks, networkTables } from "./network.mjs";

export const id = "dense";
export const title = "A training step of dense autoencoders";

export const DENSE = ["narrow", "deep", "middle", "wide", "widest"];

/** Isthmus and the peers whose dense layers are fast, with one thread and two. */
export function denseContestants() {
  const wanted = ["torch", "torch-compiled", "jax-cpu"];
  const others = peers("network", [1, 2]).filter(({ peer }) => wanted.includes(peer.id));
  return [...isthmus([1, 2], ["fast", "turbo"]), ...others];
}

export const measure = (context) => measureNetworks(DENSE, context, denseContestants());

/**
 * PyTorch, eager or compiled, whichever is faster with one thread, or with two.
 *
 * @param {Record<string, any>} results by contestant
 * @param {"" | "@2"} threads
 */
export function bestTorch(results = {}, threads = "") {
  const { [`torch${threads}`]: eager, [`torch-compiled${threads}`]: compiled } = results;
  if (!eager || !compiled) return eager ?? compiled;
  return eager.median < compiled.median ? eager : compiled;
}

/** All widths in one table: ms a step, and `turbo` against JAX. */
function summary(networks) {
  const time = (one) => (one ? figure(one.median) : "–");
  const rows = Object.entries(networks).map(([name, { result }]) => {
    const side = (threads) => {
      const [fast, turbo, jax] = ["fast", "turbo", "jax-cpu"].map((who) => result[`${who}${threads}`]);
      const ratio = jax && turbo ? times(jax.median / turbo.median) : "–";
      return [fast, turbo, bestTorch(result, threads), jax].map(time).concat(ratio);
    };
    return [`${NETWORKS[name].title}, ${NETWORKS[name].batch}`, ...side(""), ...side("@2")];
  });
  const columns = ["fast", "turbo", "PyTorch", "JAX", "turbo against JAX"];
  return {
    title: "Dense networks of five widths, ms a step",
    columns: ["network, batch", ...columns, ...columns.map((column) => `${column}, 2 threads`)],
    rows,
    notes: [
      "PyTorch is the faster of eager and compiled; JAX is one compiled program with its state donated.",
    ],
  };
}

/** @returns {import("../table.mjs").Table[]} */
export const tables = (measured) => [summary(measured.networks), ...networkTables(measured)];
