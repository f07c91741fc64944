/** What the probe has seen of a page's main thread, in ms. */
export interface Stalls {
  /** The longest task, where the browser tells of those over 50 ms; 0 where none was so long. */
  readonly task: number;
  /** The longest time for which a timer was kept from running. */
  readonly gap: number;
}

interface Probe {
  task: number;
  gap: number;
  last: number;
}

/** Runs in the page before its own scripts: watches its main thread for as long as it lives. */
export function installProbe(): void {
  const probe: Probe = { task: 0, gap: 0, last: performance.now() };
  (globalThis as unknown as { probe: Probe }).probe = probe;
  if (PerformanceObserver.supportedEntryTypes.includes("longtask")) {
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) probe.task = Math.max(probe.task, duration);
    }).observe({ type: "longtask" });
  }
  const tick = () => {
    const now = performance.now();
    probe.gap = Math.max(probe.gap, now - probe.last);
    probe.last = now;
    setTimeout(tick, 0);
  };
  tick();
}

/** Runs in the page: what was seen in the next `duration` ms. */
export async function watchStalls(duration: number): Promise<Stalls> {
  const { probe } = globalThis as unknown as { probe: Probe };
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  // What is observed is told some time afterwards.
  await wait(50);
  Object.assign(probe, { task: 0, gap: 0, last: performance.now() });
  await wait(duration);
  const { gap } = probe;
  await wait(50);
  return { task: probe.task, gap };
}
