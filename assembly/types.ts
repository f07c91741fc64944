// Types that say what a number in a kernel's signature means. src/build/kernels.mjs generates record layouts from them.

/** Number of bytes from one element to the next; an address is a `usize`. */
export type Stride = usize;
