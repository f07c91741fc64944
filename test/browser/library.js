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

/** How often the event loop turns while `work` is done, by a clock that goes on by 12 ms whenever it is looked at. */
globalThis.turnsDuring = async (work) => {
  const { port1, port2 } = new MessageChannel();
  const clock = performance.now;
  let [now, turns] = [clock.call(performance), 0];
  performance.now = () => {
    now += 12;
    return now;
  };
  port1.onmessage = () => {
    turns++;
    port2.postMessage(0);
  };
  port2.postMessage(0);
  await work();
  const counted = turns;
  port1.close();
  performance.now = clock;
  return counted;
};

globalThis.result = true;
