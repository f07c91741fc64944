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

globalThis.result = true;
