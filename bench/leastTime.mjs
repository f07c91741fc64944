/** What is missing to the limit: how long work takes at least where nothing but its products or its bytes counts. */

/**
 * The least time, in ms, that work can take: its operations at the peak, or its bytes read once, whichever is longer.
 *
 * @param {{ operations: number, bytes?: number }} work
 * @param {{ gflops: number, gigabytes?: number }} limits
 * @returns {{ ms: number, by: "products" | "memory" }}
 */
export function leastTime({ operations, bytes = 0 }, { gflops, gigabytes = Number.POSITIVE_INFINITY }) {
  const products = operations / gflops / 1e6;
  const memory = bytes / gigabytes / 1e6;
  return memory > products ? { ms: memory, by: "memory" } : { ms: products, by: "products" };
}
