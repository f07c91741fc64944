import { expect, test } from "vitest";
import { fitKernel } from "../../src/exchange/kernelFit.js";

const plain = { dilation: 1, added: 0 };

test("padding that PyTorch has on both sides becomes zeros around the kernel", () => {
  const axis = { ...plain, length: 8, kernel: 3, stride: 2, before: 1, behind: 1 };
  expect(fitKernel(axis, "valid", false)).toBeUndefined();
  expect(fitKernel(axis, "same", false)).toEqual({ padding: "same", lead: 0, trail: 1 });
});

test("values more at the end of a transposed convolution become zeros behind its kernel", () => {
  const axis = { ...plain, length: 3, kernel: 2, stride: 2, before: 0, behind: 0, added: 1 };
  expect(fitKernel(axis, "valid", true)).toEqual({ padding: "valid", lead: 0, trail: 1 });
});
