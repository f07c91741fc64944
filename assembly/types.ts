// Types by which signatures tell what a number is. A plan's records are written by these (src/build/kernels.mjs).

/** A number of bytes from one element to the next; an address is a `usize`. */
export type Stride = usize;
