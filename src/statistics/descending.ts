/** The places of numbers, the largest first; equal ones stay in their order, and NaN comes last. */
export function descendingOrder(values: ArrayLike<number>): Uint32Array {
  const none = (index: number) => Number(Number.isNaN(values[index]));
  return Uint32Array.from(values, (_, i) => i).sort(
    (a, b) => values[b]! - values[a]! || none(a) - none(b) || a - b,
  );
}

/** The rank of each number in such an order, from 1. */
export function ranksIn(order: Uint32Array): Uint32Array {
  const rank = new Uint32Array(order.length);
  order.forEach((index, place) => {
    rank[index] = place + 1;
  });
  return rank;
}
