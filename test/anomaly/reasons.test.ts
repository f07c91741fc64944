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

test("numbers with as many digits as tell them apart", () => {
  const words = (value: Reason["value"], expected: Reason["value"]) =>
    describeReason({ ...reason, value, expected });
  expect(words(101325.44, 101331.93)).toBe("pressure 101325.4, expected 101331.9 (71 %)");
  expect(words(-1e-7, -1.0000031e-7)).toBe("pressure -1e-7, expected -1.0000031e-7 (71 %)");
  expect(words(900719925474099500, 900719925474099300)).toBe(
    "pressure 900719925474099500, expected 900719925474099300 (71 %)",
  );
  expect(words(7, 7)).toBe("pressure 7, expected 7 (71 %)");
  expect(words([1000001.5, 2], [1000002.5, 2])).toBe(
    "pressure [1000001.5, 2], expected [1000002.5, 2] (71 %)",
  );
  const reasons = [reason, { ...reason, value: 20000.4, expected: 20000.9, share: 0.2 }];
  expect(describeReason({ row: 3, score: 4, reasons })).toMatch(
    /; pressure 20000\.4, expected 20000\.9 \(20 %\)$/,
  );
});

test("those of a row, one after the other", () => {
  const reasons = [reason, { ...reason, name: "flow", share: 0.2 }];
  expect(describeReason({ row: 3, score: 4, reasons })).toBe(
    "pressure 9.1, expected 4.2 (71 %); flow 9.1, expected 4.2 (20 %)",
  );
  expect(() => describeReason(3 as unknown as Reason)).toThrow(ArgumentError);
});
