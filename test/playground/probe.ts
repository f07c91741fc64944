interface Probe {
  gap: number;
  last: number;
}

/** Runs in the page before its own scripts: watches its main thread for as long as it lives. */
export function installProbe(): void {
  const probe: Probe = { gap: 0, last: performance.now() };
  (globalThis as unknown as { probe: Probe }).probe = probe;
  const tick = () => {
    const now = performance.now();
    probe.gap = Math.max(probe.gap, now - probe.last);
    probe.last = now;
    setTimeout(tick, 0);
  };
  tick();
}

/** Runs in the page: the longest time, in the next `duration` ms, for which a timer was kept from running, in ms. */
export async function longestGap(duration: number): Promise<number> {
  const { probe } = globalThis as unknown as { probe: Probe };
  Object.assign(probe, { gap: 0, last: performance.now() });
  await new Promise((resolve) => setTimeout(resolve, duration));
  return probe.gap;
}
