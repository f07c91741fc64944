/** The training step in Chromium and Firefox, in pages that are isolated and not, in turns with the same step in Node. */
import { inRounds, isthmus, withContestants } from "../contestants.mjs";
import { openContestant, servePages } from "../page/browserPage.mjs";
import { pageContestants } from "../page/pageContestants.mjs";
import { STEP } from "../peers/peers.mjs";
import { median, repetitions, summarize } from "../statistics.mjs";
import { figure, percent } from "../table.mjs";
import { wrongLosses } from "./loss.mjs";

export const id = "page";
export const title = "A training step in a page, 784 → 32 → 784, batch 256";

/** So that a dozen pages have room in memory beside each other. */
const SAMPLES = 10 * STEP.batch * 4;
const WARM_UP = 60;
const TURN = { ms: 1000, least: 5, most: 500 };
const EXPECTED_LOSS = { loss: Math.LN2, tolerance: 5e-3 };
/**
 * Without a graphics card Chromium draws in software, if it is allowed to; and so it calculates with WebGL, and
 * with WebGPU.
 */
const SOFTWARE = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"];
const WEBGPU = ["--enable-unsafe-webgpu", "--enable-features=Vulkan", "--use-webgpu-adapter=swiftshader"];

/** Browsers by name, started when they are first wanted; undefined where one is not installed. */
function browsers() {
  const started = new Map();
  return {
    async get(name) {
      const { browserNames, openBrowser } = await import(
        new URL("../../build/bench/browsers.js", import.meta.url).href
      );
      if (!browserNames.includes(name)) return undefined;
      if (!started.has(name))
        started.set(name, openBrowser(name, name === "chromium" ? [...SOFTWARE, ...WEBGPU] : []));
      return started.get(name);
    },
    close: () => Promise.all([...started.values()].map(async (browser) => (await browser).close())),
  };
}

/** @returns for each contestant a summary of its turns' mean step times, in ms */
export async function measure(context) {
  const { quick, rounds } = context;
  const pages = pageContestants();
  const servers = await servePages(pages.map(({ kind, backend }) => [kind, backend]));
  const opened = browsers();
  const open = (contestant) => async (setup) => {
    const browser = await opened.get(contestant.browser);
    if (!browser) {
      const answer = { ready: false, reason: `${contestant.browser} is not installed` };
      return { answer, child: { async exit() {} } };
    }
    const server = contestant.isolated ? servers.isolated : servers.plain;
    const { answer, child } = await openContestant(contestant, browser, server, setup);
    const where = { browser: await browser.version(), isolated: contestant.isolated };
    return { answer: { ...answer, ...where }, child };
  };
  const contestants = [
    ...isthmus([1, 2], ["fast"]),
    ...pages.map((contestant) => ({ ...contestant, open: open(contestant) })),
  ];
  try {
    const setup = { ...STEP, name: "page", samples: quick ? 2560 : SAMPLES };
    const measured = await withContestants(contestants, setup, context, (all) =>
      inTurns(all, context, quick ? 1 : rounds),
    );
    measured.failures.push(...wrongLosses(measured.result, EXPECTED_LOSS));
    return measured;
  } finally {
    await opened.close();
    await servers.close();
  }
}

async function inTurns(opened, context, rounds) {
  const results = new Map(opened.map(({ id }) => [id, { ms: [], loss: Number.NaN }]));
  const turns = new Map();
  const mean = (ms) => ms.reduce((sum, one) => sum + one, 0) / ms.length;
  await inRounds(opened, 1, async ({ id, child }) => {
    context.say(`page: warming ${id} up`);
    if (!context.quick) await child.run({ steps: 5 });
    const each = median((await child.run({ steps: context.quick ? 20 : WARM_UP })).ms);
    turns.set(id, context.quick ? 10 : repetitions(TURN.ms, each, TURN.least, TURN.most));
  });
  /** @type {import("../contestants.mjs").Turn} */
  const turn = async ({ id, child }, round) => {
    context.say(`page: round ${round + 1} of ${rounds}, ${id}`);
    const { ms, loss } = await child.run({ steps: turns.get(id) });
    return () => {
      results.get(id).ms.push(mean(ms));
      results.get(id).loss = loss;
    };
  };
  await inRounds(opened, rounds, turn, context.calm);
  const measured = [...results].filter(([, { ms }]) => ms.length > 0);
  return Object.fromEntries(measured.map(([id, { ms, loss }]) => [id, { ...summarize(ms), loss }]));
}

/** @returns {import("../table.mjs").Table[]} */
export function tables({ result, contestants, notes, failures }) {
  const against = result.fast?.median;
  const rows = contestants
    .filter(({ id }) => result[id])
    .map(({ id, name, version, details, browser, isolated, threads }) => {
      const { median, spread, loss } = result[id];
      return [
        id,
        `${name} ${version}`,
        details,
        browser ?? "Node",
        browser ? (isolated ? "yes" : "no") : "–",
        String(threads),
        figure(median),
        percent(spread),
        against ? figure(median / against) : "–",
        loss.toFixed(4),
      ];
    });
  const columns = [
    "who",
    "version",
    "how",
    "in",
    "isolated",
    "threads",
    "ms a step",
    "spread",
    "of fast in Node",
    "loss",
  ];
  const clock =
    "Times are means of a turn, since clocks in pages are coarse: 0.1 ms or 1 ms without isolation. SwiftShader is software: there is no graphics card, or the browser may not use it.";
  return [{ title, columns, rows, notes: [clock, ...notes, ...failures], text: 5 }];
}
