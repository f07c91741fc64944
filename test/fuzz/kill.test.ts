import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { loadCheckpoint } from "../../src/node.js";
import { SEED } from "./campaign.js";
import { Dice } from "./dice.js";

const program = fileURLToPath(new URL("./trainee.mjs", import.meta.url));
const KILLS = Number(process.env.FUZZ_KILLS ?? 50);
/** Kills that one run goes through before it is let to its end. */
const KILLS_A_RUN = 10;

interface Line {
  epoch?: number;
  weights?: string;
}

function start(file: string, epochs: number): { child: ChildProcess; lines: AsyncIterable<string> } {
  const child = spawn(process.execPath, [program, file, String(epochs)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return { child, lines: createInterface({ input: child.stdout! }) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null)
    await new Promise((resolve) => child.once("close", resolve));
}

/** Trains to the end; what is printed last. */
async function finish(file: string, epochs: number): Promise<Line> {
  const { child, lines } = start(file, epochs);
  let last: Line = {};
  for await (const line of lines) last = JSON.parse(line) as Line;
  await end(child);
  expect(child.exitCode).toBe(0);
  return last;
}

/**
 * Goes on training and kills it after some lines and some turns of this process's event loop, which is anywhere between
 * two checkpoints and in the writing of one.
 *
 * @returns the last epoch whose checkpoint was told to be written
 */
async function trainAndKill(file: string, epochs: number, dice: Dice): Promise<number> {
  const { child, lines } = start(file, epochs);
  let left = 1 + dice.below(3);
  let told = 0;
  for await (const line of lines) {
    told = (JSON.parse(line) as Line).epoch ?? told;
    if (--left > 0) continue;
    for (let turns = dice.below(60); turns > 0; turns--)
      await new Promise((resolve) => setImmediate(resolve));
    child.kill("SIGKILL");
    break;
  }
  await end(child);
  return told;
}

test(
  `${KILLS} kills in the midst of training cost no epoch whose checkpoint was written, and no bit`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "isthmus-kill-"));
    const file = join(folder, "checkpoint.safetensors");
    const dice = new Dice(SEED);
    // Enough that no run ends before its kills: each start writes at least one, and as many as are written unobserved.
    const epochs = 3000;
    let unfinished = 0;
    let expected: Line | undefined;
    try {
      for (let kills = 0; kills < KILLS; ) {
        let reached = 0;
        for (let run = 0; run < KILLS_A_RUN && kills < KILLS; run++, kills++) {
          const told = await trainAndKill(file, epochs, dice);
          expect(told).toBeGreaterThan(reached);
          const model = await loadCheckpoint(file);
          reached = model.history.loss.length;
          expect(reached).toBeGreaterThanOrEqual(told);
          expect(reached).toBeLessThan(epochs);
          await model.dispose();
          unfinished += readdirSync(folder).length - 1;
        }
        // Twenty epochs more without a kill, and as many without a break.
        const end = reached + 20;
        const resumed = await finish(file, end);
        expected = await finish(join(folder, "whole.safetensors"), end);
        expect(resumed).toEqual(expected);
        for (const name of readdirSync(folder)) rmSync(join(folder, name));
      }
      expect(expected?.weights).toMatch(/^[0-9a-f]{64}$/);
      // Of many kills, some have to have come while a checkpoint was being written; of a few, none may.
      if (KILLS >= 500) expect(unfinished).toBeGreaterThan(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  60_000 + KILLS * 5_000,
);
