/**
 * Whether anybody else slows the cores down. On a shared machine that happens for a tenth of a second or for minutes, by up to a
 * half, and it hurts a contestant with two threads more than one with a single thread. The load of this machine does not show it;
 * the speed of a loop on registers, on all cores at once, does.
 */
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { Worker } from "node:worker_threads";

/** A core is calm if its loop runs at this share of the fastest one seen on it. */
const SHARE = 0.9;
/** Looks in a row that must find all cores calm before a turn, and the ms between two of them. */
const LOOKS = 2;
const PAUSE = 20;
/** How long to wait for that, in ms, and how often to repeat a turn after which a core is not calm. */
const PATIENCE = 10_000;
const MOST_TURNS = 4;
/** A turn that takes longer than this, in ms, is not repeated: no core stays calm for so long, and the bench would take hours. */
const LONG = 5000;
/** Looks that compile the loop and show how fast it can be. */
const FIRST_LOOKS = 40;

export class Calm {
  #look;
  #pause;
  #patience;
  #long;
  #turns = 0;
  #disturbed = 0;

  /**
   * @param {() => Promise<boolean>} look whether all cores are calm
   * @param {{ pause?: number, patience?: number, long?: number }} times in ms
   */
  constructor(look, { pause = PAUSE, patience = PATIENCE, long = LONG } = {}) {
    this.#look = look;
    this.#pause = pause;
    this.#patience = patience;
    this.#long = long;
  }

  /**
   * Takes a turn while the cores are calm, and again if they are no longer calm when it ends.
   *
   * @template T
   * @param {() => Promise<T>} turn
   * @returns {Promise<{ result: T, calm: boolean }>} of the last turn
   */
  async during(turn) {
    for (let turns = 1; ; turns++) {
      const before = await this.#wait();
      const start = performance.now();
      const result = await turn();
      const isLong = performance.now() - start > this.#long;
      const calm = before && (await this.#look());
      if (!calm && !isLong && turns < MOST_TURNS) continue;
      this.#turns++;
      if (!calm) this.#disturbed++;
      return { result, calm };
    }
  }

  /** Waits until the cores are calm; false if they do not become so. */
  async #wait() {
    const end = performance.now() + this.#patience;
    for (let looks = 0; looks < LOOKS; ) {
      if (await this.#look()) looks++;
      else if (performance.now() >= end) return false;
      else looks = 0;
      if (looks < LOOKS) await wait(this.#pause);
    }
    return true;
  }

  /** What happened since it was last asked; undefined if there were no turns. */
  tell() {
    const [turns, disturbed] = [this.#turns, this.#disturbed];
    this.#turns = 0;
    this.#disturbed = 0;
    if (turns === 0) return undefined;
    return disturbed === 0
      ? `turns: ${turns}, all of them while nobody else slowed the cores down`
      : `turns: ${turns}, ${disturbed} of them while others slowed the cores down; they count only for who had no other`;
  }
}

/**
 * @param {number} cores how many are looked at, all at once
 * @returns {Promise<{ calm: Calm, close: () => Promise<void> }>}
 */
export async function openCalm(cores) {
  const workers = Array.from({ length: cores }, () => new Worker(new URL("./calmLoop.mjs", import.meta.url)));
  const best = new Array(cores).fill(Number.POSITIVE_INFINITY);
  const timeOf = async (worker) => {
    const answer = once(worker, "message");
    worker.postMessage("look");
    return (await answer)[0];
  };
  const look = async () => {
    const times = await Promise.all(workers.map(timeOf));
    times.forEach((time, core) => {
      best[core] = Math.min(best[core], time);
    });
    return times.every((time, core) => best[core] >= SHARE * time);
  };
  for (let i = 0; i < FIRST_LOOKS; i++) await look();
  const close = async () => {
    await Promise.all(workers.map((worker) => worker.terminate()));
  };
  return { calm: new Calm(look), close };
}
