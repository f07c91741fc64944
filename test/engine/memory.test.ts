import { expect, test } from "vitest";
import { EngineMemory } from "../../src/engine/memory.js";

test("a block is zeros, wherever others have lain before", () => {
  const memory = new EngineMemory();
  memory.start(1024);
  const [first, kept] = [memory.allocate(1000), memory.allocate(500)];
  for (const block of [first, kept]) block.view().fill(7);
  first.release();
  // Within the old block; then after it and beyond everything; then over all of that.
  const blocks = [memory.allocate(300), memory.allocate(200_000)];
  for (const block of blocks) {
    expect(block.view().every((byte) => byte === 0)).toBe(true);
    block.view().fill(7);
  }
  expect(kept.view().every((byte) => byte === 7)).toBe(true);
  for (const block of [kept, ...blocks]) block.release();
  expect(memory.used).toBe(0);
  expect(
    memory
      .allocate(400_000)
      .view()
      .every((byte) => byte === 0),
  ).toBe(true);
});
