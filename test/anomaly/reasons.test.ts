import { expect, test } from "vitest";
import { ArgumentError, describeReason, type Reason } from "../../src/index.js";

const reason: Reason = { name: "pressure", column: 0, value: 9.1, expected: 4.2, share: 0.712 };

test("a reason in words", () => {
  expect(describeReason(reason)).toBe("pressure 9.1, expected 4.2 (71 %)");
  expect(describeReason({ ...reason, value: 1234567.8, expected: 0.000123456 })).toBe(
    "pressure 1235000, expected 0.0001235 (71 %)",
  );
  expect(describeReason({ ...reason, name: "fluid", value: "oil", expected: "water" })).toBe(
    "fluid oil, expected water (71 %)",
  );
  expect(describeReason({ ...reason, value: [0, 1], expected: [0.98765, 0.1] })).toBe(
    "pressure [0, 1], expected [0.9877, 0.1] (71 %)",
  );
});

test("those of a row, one after the other", () => {
  const reasons = [reason, { ...reason, name: "flow", share: 0.2 }];
  expect(describeReason({ row: 3, score: 4, reasons })).toBe(
    "pressure 9.1, expected 4.2 (71 %); flow 9.1, expected 4.2 (20 %)",
  );
  expect(() => describeReason(3 as unknown as Reason)).toThrow(ArgumentError);
});
