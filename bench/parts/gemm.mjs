/** Single-precision matrix products of many shapes, beside the least time that the same build could take. */
import { inRounds, isthmus, withContestants } from "../contestants.mjs";
import { leastTime } from "../leastTime.mjs";
import { median } from "../statistics.mjs";
import { figure, percent } from "../table.mjs";

export const id = "gemm";
export const title = "Matrix products C[m, n] = A[m, k]·B[k, n], one thread";

const square = (size) => ({ kind: "square", what: "square", m: size, n: size, k: size });

/** `transposed`: A is stored as Aᵀ and read in place. `packed`: B is packed beforehand, as a model's weights are. */
export const SHAPES = [
  { kind: "step", what: "encoder forward", m: 256, n: 32, k: 784 },
  { kind: "step", what: "decoder forward", m: 256, n: 784, k: 32 },
  { kind: "step", what: "δ of the code", m: 256, n: 32, k: 784 },
  { kind: "step", what: "encoder gradient", m: 784, n: 32, k: 256, transposed: true },
  { kind: "step", what: "decoder gradient", m: 784, n: 32, k: 256, transposed: true },
  ...[16, 32, 64, 128, 256, 512, 1024, 2048].map(square),
  { kind: "skinny", what: "one row", m: 1, n: 784, k: 784 },
  { kind: "packed", what: "one row, packed weights", m: 1, n: 1024, k: 1024, packed: true },
  { kind: "packed", what: "eight rows, packed weights", m: 8, n: 1024, k: 1024, packed: true },
  { kind: "skinny", what: "few rows", m: 8, n: 1024, k: 1024 },
  { kind: "skinny", what: "few columns", m: 1024, n: 8, k: 1024 },
  { kind: "skinny", what: "one column", m: 1024, n: 1, k: 1024 },
  { kind: "skinny", what: "short sums", m: 1024, n: 1024, k: 8 },
  { kind: "skinny", what: "long sums", m: 32, n: 32, k: 16384 },
];

const QUICK_LIMIT = 1e8; // operations
const TURN_MS = 150;

/** Bytes of the operands and the result: nobody reads or writes fewer. */
const bytesOf = ({ m, n, k }) => 4 * (m * k + k * n + m * n);

/** @returns for each build a list as long as SHAPES of `{ gflops, share, by }`: the limit's share, and what the limit is */
export async function measure(context) {
  const { quick, rounds } = context;
  return withContestants(isthmus([1]), { workload: "gemm" }, context, async (opened) => {
    const results = Object.fromEntries(opened.map(({ id }) => [id, []]));
    for (const [index, shape] of SHAPES.entries()) {
      const operations = 2 * shape.m * shape.n * shape.k;
      if (quick && operations > QUICK_LIMIT) continue;
      context.say(`gemm: ${shape.what}, ${shape.m} × ${shape.n} × ${shape.k}`);
      const samples = new Map(opened.map(({ id }) => [id, []]));
      /** @type {import("../contestants.mjs").Turn} */
      const turn = async ({ id, child }) => {
        const bytes = bytesOf(shape);
        const { ms, ...limits } = await child.run({ ...shape, bytes, ms: quick ? 5 : TURN_MS });
        const limit = leastTime({ operations, bytes }, limits);
        const sample = { gflops: operations / ms / 1e6, share: limit.ms / ms, by: limit.by };
        return () => void samples.get(id).push(sample);
      };
      await inRounds(opened, Math.min(rounds, 3), turn, context.calm);
      for (const [id, list] of samples) {
        if (list.length === 0) continue;
        const middle = (key) => median(list.map((sample) => sample[key]));
        results[id][index] = { gflops: middle("gflops"), share: middle("share"), by: list[0].by };
      }
    }
    return results;
  });
}

const shareOf = ({ share, by }) => `${percent(share)}${by === "memory" ? " m" : ""}`;

/** @returns {import("../table.mjs").Table[]} */
export function tables({ result, contestants, notes, failures }) {
  const builds = contestants.map(({ id }) => id);
  const rows = SHAPES.map(({ what, m, n, k }, index) => {
    const cells = builds.flatMap((id) => {
      const cell = result[id][index];
      return cell ? [figure(cell.gflops), shareOf(cell)] : ["–", "–"];
    });
    return [what, `${m} × ${n} × ${k}`, ...cells];
  });
  const columns = ["product", "m × n × k", ...builds.flatMap((id) => [`${id} GFLOP/s`, "of limit"])];
  const limit =
    "limit: multiply-adds at the peak of the same build, or, marked with m, reading A, B and C once from the cache that holds them. B is packed in the time measured, unless it says packed weights.";
  const used = contestants.map(({ id, details }) => `${id}: ${details}`);
  return [{ title, columns, rows, notes: [limit, ...used, ...notes, ...failures], text: 2 }];
}
