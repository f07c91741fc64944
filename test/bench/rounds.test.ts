import { expect, test } from "vitest";
import { Calm } from "../../bench/calm.mjs";
import { inRounds, isthmus, peers, withBeside } from "../../bench/contestants.mjs";
import { wrongLosses } from "../../bench/parts/loss.mjs";

const opened = (...ids: string[]) => ids.map((id) => ({ id, threads: 1, answer: {}, child: {} }));

test("each round is begun by another contestant, and no two work at a time", async () => {
  const turns: string[] = [];
  let working = 0;
  await inRounds(opened("a", "b", "c"), 3, async ({ id }, round) => {
    expect(++working).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    working--;
    turns.push(`${id}${round}`);
  });
  expect(turns.join(" ")).toBe("a0 b0 c0 b1 c1 a1 c2 a2 b2");
});

test("another checkout's Isthmus takes part beside this one's, in turns", () => {
  const contestants = [...isthmus([1, 2], ["fast"]), ...peers("spiral", [1])];
  const both = withBeside(contestants, "/other");
  expect(both.map(({ id, folder }) => [id, folder])).toEqual([
    ...[
      ["fast", undefined],
      ["fast~", "/other"],
      ["fast@2", undefined],
      ["fast@2~", "/other"],
    ],
    ...[
      ["plain", undefined],
      ["numpy-spiral", undefined],
    ],
  ]);
  expect(withBeside(contestants, undefined)).toEqual(contestants);
});

test("who fails is out, with the first line of the reason, and the others go on", async () => {
  const contestants = opened("a", "b");
  const turns: string[] = [];
  await inRounds(contestants, 3, async ({ id }, round) => {
    turns.push(`${id}${round}`);
    if (id === "a" && round === 1) throw new Error("it died\nwith all it printed");
  });
  expect(turns.sort()).toEqual(["a0", "a1", "b0", "b1", "b2"]);
  expect(contestants).toMatchObject([{ id: "a", failed: "it died" }, { id: "b" }]);
  expect(contestants[1]).not.toHaveProperty("failed");
});

/** Looks that find what `cores` says, one after the other; calm afterwards. */
const looks = (cores: string) => {
  const found = [...cores];
  return async () => (found.shift() ?? "+") === "+";
};
const NO_TIME = { pause: 0, patience: 0 };
const LONG = { pause: 0, patience: 1e9 };

/** How many turns were taken, which of them is told, and whether it was calm. */
async function turnsOf(calm: Calm) {
  let taken = 0;
  return calm.during(async () => ++taken);
}

test("a turn waits until two looks in a row find the cores calm", async () => {
  const seen: string[] = [];
  const look = looks("-+--++");
  const calm = new Calm(async () => {
    seen.push("look");
    return look();
  }, LONG);
  await calm.during(async () => void seen.push("turn"));
  expect(seen.join(" ")).toBe("look look look look look look turn look");
  expect(calm.tell()).toBe("turns: 1, all of them while nobody else slowed the cores down");
});

test("a turn after which the cores are not calm is taken again, four times at most, and the last one told", async () => {
  const calm = new Calm(looks("++-++-++-+++"), LONG);
  expect(await turnsOf(calm)).toEqual({ result: 4, calm: true });
  expect(await turnsOf(calm)).toEqual({ result: 1, calm: true });
  expect(calm.tell()).toMatch(/^turns: 2, all of them/);
  expect(calm.tell()).toBeUndefined();
  const never = new Calm(async () => false, NO_TIME);
  expect(await turnsOf(never)).toEqual({ result: 4, calm: false });
  expect(never.tell()).toMatch(/^turns: 1, 1 of them while others slowed the cores down/);
});

test("a long turn is not taken again", async () => {
  // No turn takes less time than none.
  const calm = new Calm(looks("++-"), { pause: 0, patience: 1e9, long: -1 });
  expect(await turnsOf(calm)).toEqual({ result: 1, calm: false });
  expect(calm.tell()).toMatch(/^turns: 1, 1 of them while others/);
});

test("turns on disturbed cores count only for who had no other", async () => {
  // Each turn of a is calm in the first round alone, those of b never.
  let working = "";
  let round = 0;
  const calm = new Calm(async () => working !== "b" && (working === "" || round === 0), NO_TIME);
  const kept: string[] = [];
  const turn = async ({ id }: { id: string }, current: number) => {
    [working, round] = [id, current];
    return () => void kept.push(`${id}${current}`);
  };
  await inRounds(opened("a", "b"), 2, turn, calm);
  expect(kept).toEqual(["a0", "b0", "b1"]);
});

test("who fails while the cores are calm is out, too", async () => {
  const contestants = opened("a", "b");
  const turns: string[] = [];
  const turn = async ({ id }: { id: string }) => {
    if (id === "a") throw new Error("it died");
    return () => void turns.push(id);
  };
  await inRounds(contestants, 2, turn, new Calm(async () => true, NO_TIME));
  expect(turns).toEqual(["b", "b"]);
  expect(contestants[0]).toMatchObject({ failed: "it died" });
});

test("losses beyond the tolerance and losses that are no number are wrong", () => {
  const results = {
    exact: { loss: 0.5 },
    near: { loss: 0.51 },
    far: { loss: 0.48 },
    nan: { loss: Number.NaN },
  };
  const wrong = wrongLosses(results, { loss: 0.5, tolerance: 0.0101 });
  expect(wrong.map((text) => text.split(":")[0])).toEqual(["far", "nan"]);
});
