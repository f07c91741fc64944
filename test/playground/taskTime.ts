import type { Page } from "puppeteer-core";

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Time on a processor, in µs; what a busy machine takes the processor away for is not in it. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/**
 * The longest task of Chromium's main threads while something is done, in ms on a processor.
 *
 * @throws when nothing was traced
 */
export async function longestTask(page: Page, during: () => Promise<unknown>): Promise<number> {
  await page.tracing.start({ categories: ["-*", "toplevel", "__metadata"] });
  await during();
  // The task in which that ended has ended itself when the next one runs.
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
  const trace = new TextDecoder().decode(await page.tracing.stop());
  const { traceEvents } = JSON.parse(trace) as { traceEvents: TraceEvent[] };
  const key = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const mains = new Set(
    traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain").map(key),
  );
  const times = traceEvents
    .filter((event) => event.name === "ThreadControllerImpl::RunTask" && mains.has(key(event)))
    .flatMap(({ tdur }) => (tdur === undefined ? [] : [tdur / 1000]));
  if (times.length === 0) throw new Error("no task of a main thread was traced");
  return Math.max(...times);
}

/** Keeps the page's main thread busy with one task of at least 100 ms on a processor of today. */
export async function longTask(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        setTimeout(() => {
          let value = 1;
          for (let i = 0; i < 5e8; i++) value = (Math.imul(value, 1664525) + 1013904223) | 0;
          resolve(value);
        });
      }),
  );
}
