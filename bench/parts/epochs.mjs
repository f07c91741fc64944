/** How an epoch grows with its rows: ten thousand to ten million, in memory as long as they fit, then from a file. */
import { mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeByteRows } from "../byteRows.mjs";
import { inRounds, isthmus, peers, withContestants } from "../contestants.mjs";
import { median } from "../statistics.mjs";
import { figure, percent, thousands } from "../table.mjs";
import { wrongLosses } from "./loss.mjs";

const SIZES = { features: 784, latent: 32, batch: 256 };
/** Numbers of rows, and where the samples are: bytes in memory up to a million, where both are measured. */
const CELLS = [
  { rows: 1e4, from: "memory" },
  { rows: 1e5, from: "memory" },
  { rows: 1e6, from: "memory" },
  { rows: 1e6, from: "file" },
  { rows: 1e7, from: "file" },
];
/** Rows of all cells of a quick run. */
const QUICK_ROWS = 2560;
/** How long a turn takes at least, in ms, and its most epochs. */
const TURN = { ms: 1000, most: 20 };
/** Turns of cells of a million rows, and of more. */
const LARGE = { rows: 1e6, turns: 3 };
const TIMEOUTS = { setup: 300_000, run: 3_600_000 };
/** On uniform noise every model predicts about ½ before long; an epoch's mean has its beginning in it. */
const EXPECTED_LOSS = { loss: Math.LN2, tolerance: 0.05 };

/** Isthmus, and the peers that read rows from a file without a library for that. */
export const epochContestants = () => [
  ...isthmus([1], ["fast", "turbo"]),
  ...isthmus([2], ["turbo"]),
  ...peers("epoch", [1]),
];

const turnsOf = ({ rows }, rounds) =>
  rows > LARGE.rows ? 1 : rows === LARGE.rows ? Math.min(rounds, LARGE.turns) : rounds;

/** One turn: a process of its own, so that its memory is that of these rows. */
async function turn(contestant, cell, context) {
  const { quick } = context;
  const setup = { workload: "epoch", name: "growth", ...SIZES, ...cell };
  const own = { ...context, timeouts: TIMEOUTS, beside: undefined };
  return withContestants([contestant], setup, own, async ([opened]) => {
    if (!opened) return undefined;
    const times = [];
    let answer;
    do {
      answer = await opened.child.run({});
      times.push(answer.ms);
    } while (!quick && times.length < TURN.most && times.reduce((sum, ms) => sum + ms, 0) < TURN.ms);
    const { peak, started } = await opened.child.memory();
    return { ms: median(times), loss: answer.loss, wasm: answer.wasm, beyondIdle: peak - started };
  });
}

/** All turns of one cell; notes of who is not here are gathered by their text. */
async function measureCell(cell, context, { described, notes, failures }) {
  const results = new Map(epochContestants().map(({ id }) => [id, []]));
  const wanted = ({ id }) => context.only.length === 0 || context.only.includes(id);
  const everybody = epochContestants()
    .filter(wanted)
    .map((contestant) => ({ ...contestant, answer: {}, child: undefined, failed: undefined }));
  const away = new Set();
  await inRounds(everybody, turnsOf(cell, context.rounds), async (contestant, round) => {
    if (away.has(contestant.id)) return;
    context.say(
      `growth: ${thousands(cell.rows)} rows from ${cell.from}, round ${round + 1}, ${contestant.id}`,
    );
    const one = await turn(contestant, cell, context);
    for (const note of one.notes) notes.add(note);
    for (const failure of one.failures) failures.add(failure);
    if (!one.result) {
      away.add(contestant.id);
      return;
    }
    described.set(contestant.id, one.contestants[0]);
    results.get(contestant.id).push(one.result);
  });
  for (const { id, failed } of everybody) {
    if (failed) failures.add(`${id}: ${thousands(cell.rows)} rows from ${cell.from}: failed: ${failed}`);
  }
  const measured = [...results].filter(([, turns]) => turns.length > 0);
  return Object.fromEntries(measured.map(([id, turns]) => [id, reduce(turns, cell.rows)]));
}

function reduce(turns, rows) {
  const middle = (key) => median(turns.map((one) => one[key]));
  return {
    seconds: middle("ms") / 1000,
    microseconds: (1000 * middle("ms")) / rows,
    beyondIdle: middle("beyondIdle"),
    wasm: turns[0].wasm,
    loss: turns.at(-1).loss,
  };
}

/**
 * @param {any} context `rows` is the most that an epoch may have
 * @returns {Promise<any>} `cells`: each `{ rows, from, results }`, by contestant; what could not be measured is in `notes`
 */
export async function measureEpochs(context) {
  const gathered = { described: new Map(), notes: new Set(), failures: new Set() };
  const cells = [];
  const folder = await mkdtemp(join(tmpdir(), "isthmus-bench-"));
  try {
    for (const { rows: wanted, from } of CELLS.filter(({ rows }) => rows <= context.rows)) {
      const rows = context.quick ? QUICK_ROWS : wanted;
      const missing = await missingDisk(folder, rows);
      if (missing) {
        gathered.notes.add(`${thousands(rows)} rows: not here: ${missing}`);
        continue;
      }
      const path = join(folder, "rows.npy");
      context.say(`growth: writing ${thousands(rows)} rows`);
      await writeByteRows(path, rows, SIZES.features);
      cells.push({ rows: wanted, from, results: await measureCell({ rows, from, path }, context, gathered) });
      await rm(path);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const wrong = cells.flatMap(({ results }) => wrongLosses(results, EXPECTED_LOSS));
  return {
    cells,
    contestants: [...gathered.described.values()],
    notes: [...gathered.notes],
    failures: [...gathered.failures, ...wrong],
  };
}

async function missingDisk(folder, rows) {
  const { bavail, bsize } = await statfs(folder);
  const [free, wanted] = [bavail * bsize, 1.05 * rows * SIZES.features];
  if (free >= wanted) return undefined;
  return `a file of them takes ${gigabytes(wanted)} GB, the temporary folder has ${gigabytes(free)} GB left`;
}

const gigabytes = (bytes) => (bytes / 1e9).toFixed(1);
const megabytes = (bytes) => (bytes === undefined ? "–" : (bytes / 1e6).toFixed(0));

/** The time of a row in the largest epoch against that in the smallest one; undefined where they were not measured. */
export function rowTimeGrowth(cells, id, rows = CELLS.at(-1).rows) {
  const time = (wanted) => cells?.find((cell) => cell.rows === wanted)?.results[id]?.microseconds;
  const [first, last] = [time(CELLS[0].rows), time(rows)];
  return first && last && last / first;
}

/** @returns {import("../table.mjs").Table} */
export function epochTable({ cells, contestants, notes, failures }) {
  const first = (id) => cells.find(({ rows }) => rows === CELLS[0].rows)?.results[id]?.microseconds;
  const rows = contestants.flatMap(({ id, name, version, details }) =>
    cells.flatMap(({ rows, from, results }) => {
      const one = results[id];
      if (!one) return [];
      const { seconds, microseconds, beyondIdle, wasm } = one;
      const start = first(id);
      return [
        [
          id,
          `${name} ${version}`,
          details,
          from,
          thousands(rows),
          figure(seconds),
          figure(microseconds),
          start ? percent(microseconds / start) : "–",
          megabytes(beyondIdle),
          megabytes(wasm),
        ],
      ];
    }),
  );
  return {
    title: "An epoch of 784 → 32 → 784 by rows, batch 256",
    columns: [
      ...["who", "version", "how", "rows in", "rows", "s an epoch", "µs a row"],
      ...["of 10 thousand", "MB beyond idle", "of these Wasm"],
    ],
    rows,
    notes: [
      "MB beyond idle: the most that the process ever held, less what it held before the library was set up. In memory that grows with the rows, 784 bytes each, and Isthmus's copy of them in Wasm; from a file Isthmus holds a buffer of 1,024 rows and a chunk of as many, however long the file is. A file is read from the system's cache as far as it fits in there. Of a file that is mapped, pages count that the system may take back.",
      ...notes,
      ...failures,
    ],
    text: 4,
  };
}
