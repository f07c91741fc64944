// Gives the tests of a page the built library, and what they measure with.
import * as isthmus from "/index.js";

globalThis.isthmus = isthmus;

globalThis.violations = [];
addEventListener("securitypolicyviolation", ({ violatedDirective }) => violations.push(violatedDirective));

/** SHA-256 of bytes, in hexadecimal. */
globalThis.sha256 = async (bytes) => {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
};

/** The longest time for which the event loop did not turn while `work` was done, in ms. */
globalThis.longestGap = async (work) => {
  const { port1, port2 } = new MessageChannel();
  let [longest, last, done] = [0, performance.now(), false];
  const turns = new Promise((resolve) => {
    port1.onmessage = () => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
      if (done) resolve();
      else port2.postMessage(0);
    };
  });
  port2.postMessage(0);
  await work();
  done = true;
  await turns;
  port1.close();
  return longest;
};

/** Calculates something for `rounds` rounds. */
function spin(rounds) {
  let value = 1;
  for (let i = 0; i < rounds; i++) value = (Math.imul(value, 1664525) + 1013904223) | 0;
  return value;
}

/** Rounds that take 12 ms when no other program keeps the processor; browsers' clocks may tick but every ms. */
function roundsOfTurn() {
  const rounds = 1e7;
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 8; attempt++) {
    const began = performance.now();
    spin(rounds);
    best = Math.min(best, performance.now() - began);
  }
  return (rounds * 12) / Math.max(best, 1);
}

let rounds;

/**
 * By how much other programs stretch turns of 12 ms here and now: 1 on a machine that has nothing else to do, and up to
 * where they take 25.
 */
globalThis.stretch = async () => {
  rounds ??= roundsOfTurn();
  const gap = await longestGap(async () => {
    for (let turn = 0; turn < 15; turn++) {
      spin(rounds);
      await new Promise((resolve) => setTimeout(resolve));
    }
  });
  return Math.max(1, gap / 25);
};

globalThis.result = true;
