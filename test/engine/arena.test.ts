import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OutOfMemoryError } from "../../src/common/errors.js";
import { Arena } from "../../src/engine/arena.js";
import { EngineMemory } from "../../src/engine/memory.js";

const START = 1000;
const LIMIT = 1 << 20;
/** Bytes past a block's end that kernels may read. */
const PADDING = 64;

/** Allocate so many bytes, or release the block at that place among those that live. */
type Action = { allocate: number } | { release: number };
const actions = fc.array(
  fc.oneof(
    fc.record({ allocate: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 200_000 })) }),
    fc.record({ release: fc.nat(1000) }),
  ),
  { maxLength: 80 },
);

/** An arena and what lives in it, with the end that it made its memory reach. */
function setUp() {
  const state = { reached: 0, live: [] as { address: number; bytes: number }[] };
  const arena = new Arena(START, LIMIT, (end) => {
    state.reached = Math.max(state.reached, end);
    return true;
  });
  return { arena, state };
}

function perform({ arena, state }: ReturnType<typeof setUp>, action: Action): void {
  if ("release" in action) {
    const [block] = state.live.splice(action.release % Math.max(1, state.live.length), 1);
    if (block) arena.release(block.address);
    return;
  }
  const used = arena.used;
  try {
    state.live.push({ address: arena.allocate(action.allocate), bytes: action.allocate });
  } catch (error) {
    expect(error).toBeInstanceOf(OutOfMemoryError);
    expect(arena.used).toBe(used);
  }
}

describe("Arena", () => {
  test("blocks are aligned, inside the memory, and apart by the padding", () => {
    fc.assert(
      fc.property(actions, (list) => {
        const box = setUp();
        for (const action of list) {
          perform(box, action);
          const sorted = [...box.state.live].sort((a, b) => a.address - b.address);
          sorted.forEach(({ address, bytes }, i) => {
            expect(address % 64).toBe(0);
            expect(address).toBeGreaterThanOrEqual(START);
            const end = address + bytes + PADDING;
            expect(end).toBeLessThanOrEqual(sorted[i + 1]?.address ?? box.state.reached);
          });
          expect(box.state.reached).toBeLessThanOrEqual(LIMIT);
          const rounded = box.state.live.map(({ bytes }) => Math.ceil((bytes + PADDING) / 64) * 64);
          expect(box.arena.used).toBe(rounded.reduce((sum, size) => sum + size, 0));
        }
      }),
    );
  });

  test("everything released leaves one free range, whatever the order", () => {
    fc.assert(
      fc.property(actions, fc.infiniteStream(fc.nat(1000)), (list, order) => {
        const box = setUp();
        for (const action of list) perform(box, action);
        while (box.state.live.length > 0) perform(box, { release: order.next().value as number });
        expect(box.arena.used).toBe(0);
        expect(box.arena.allocate(LIMIT - 1024 - PADDING)).toBe(1024);
      }),
    );
  });

  test("a hole is used again before the memory grows", () => {
    const { arena, state } = setUp();
    const [a, b, c, d] = [100, 200, 300, 50].map((bytes) => arena.allocate(bytes)) as [
      number,
      number,
      number,
      number,
    ];
    const { reached } = state;
    arena.release(b);
    expect(arena.allocate(200)).toBe(b);
    arena.release(b);
    arena.release(a);
    // The two holes are one now: it holds what neither did.
    expect(arena.allocate(448)).toBe(a);
    arena.release(c);
    arena.release(d);
    expect(arena.allocate(448)).toBe(c);
    expect(state.reached).toBe(reached);
  });

  test("what does not fit is refused and changes nothing", () => {
    const { arena } = setUp();
    const first = arena.allocate(1000);
    expect(() => arena.allocate(LIMIT)).toThrow(OutOfMemoryError);
    expect(() => arena.allocate(LIMIT)).toThrow(/1048576 bytes were asked for/);
    const second = arena.allocate(1000);
    expect(second).toBeGreaterThan(first);
    const stuck = new Arena(START, LIMIT, (end) => end <= 4096);
    expect(() => stuck.allocate(5000)).toThrow(OutOfMemoryError);
    expect(stuck.used).toBe(0);
    expect(stuck.allocate(1000)).toBe(1024);
  });

  test("only what was handed out can be released, once", () => {
    const { arena } = setUp();
    const address = arena.allocate(10);
    expect(() => arena.release(address + 64)).toThrow(RangeError);
    arena.release(address);
    expect(() => arena.release(address)).toThrow(RangeError);
  });
});

describe("EngineMemory", () => {
  function start(): EngineMemory {
    const memory = new EngineMemory();
    memory.start(2000);
    return memory;
  }

  test("more than 4 GiB is refused, and the memory goes on", () => {
    const memory = start();
    const block = memory.allocate(64);
    block.floats()[0] = 7;
    const { used } = memory;
    for (const bytes of [2 ** 32, 2 ** 33, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
      expect(() => memory.allocate(bytes)).toThrow(OutOfMemoryError);
    }
    expect(memory.used).toBe(used);
    const next = memory.allocate(1000);
    next.view().fill(1);
    expect(block.floats()[0]).toBe(7);
    expect(memory.used).toBeGreaterThan(used);
  });

  test("blocks keep their contents while the memory grows, and live views follow", () => {
    const memory = start();
    const block = memory.allocate(4096);
    block.words().set(Array.from({ length: 1024 }, (_, i) => i));
    const size = memory.size;
    const large = memory.allocate(1 << 20);
    expect(memory.size).toBeGreaterThan(size);
    expect([...block.words()]).toEqual(Array.from({ length: 1024 }, (_, i) => i));
    expect(large.doubles().length).toBe((1 << 20) / 8);
    expect(large.at(24) - large.at()).toBe(24);
  });

  test("a block that is used again comes as zeros", () => {
    const memory = start();
    const block = memory.allocate(500);
    block.view().fill(255);
    const address = block.at();
    block.release();
    const again = memory.allocate(500);
    expect(again.at()).toBe(address);
    expect(again.view().every((byte) => byte === 0)).toBe(true);
  });

  test("a second release does nothing", () => {
    const memory = start();
    const block = memory.allocate(100);
    block.release();
    const other = memory.allocate(100);
    block.release();
    expect(memory.used).toBeGreaterThan(0);
    other.release();
    expect(memory.used).toBe(0);
  });
});
