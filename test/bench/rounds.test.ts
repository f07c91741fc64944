import { expect, test } from "vitest";
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
