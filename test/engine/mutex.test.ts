import { expect, test } from "vitest";
import { Mutex } from "../../src/engine/mutex.js";

test("lets one in at a time, in the order in which they came", async () => {
  const mutex = new Mutex();
  const order: number[] = [];
  expect(mutex.take()).toBeUndefined();
  expect(mutex.held).toBe(true);
  const waiting = [1, 2, 3].map(async (number) => {
    await mutex.take();
    order.push(number);
    // Whoever comes while somebody waits comes after him.
    if (number === 1) waiting.push(Promise.resolve(mutex.take()).then(() => void order.push(4)));
    await new Promise((resolve) => setImmediate(resolve));
    expect(order.at(-1)).toBe(number);
    mutex.pass();
  });
  await Promise.resolve();
  expect(order).toEqual([]);
  mutex.pass();
  expect(mutex.held).toBe(true);
  await Promise.all(waiting);
  await waiting[3];
  expect(order).toEqual([1, 2, 3, 4]);
  mutex.pass();
  expect(mutex.held).toBe(false);
  expect(mutex.take()).toBeUndefined();
});
