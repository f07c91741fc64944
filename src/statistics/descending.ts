/** The places of numbers, the largest first; equal ones stay in their order. */
export function descendingOrder(values: ArrayLike<number>): Uint32Array {
  return Uint32Array.from(values, (_, i) => i).sort((a, b) => values[b]! - values[a]! || a - b);
}

/** The rank of each number in such an order, from 1. */
export function ranksIn(order: Uint32Array): Uint32Array {
  const rank = new Uint32Array(order.length);
  order.forEach((index, place) => {
    rank[index] = place + 1;
  });
  return rank;
}
