// A colour scale: the part of matplotlib's "plasma" that is visible on the page.

const PLASMA = [
  0x0d0887, 0x41049d, 0x6a00a8, 0x8f0da4, 0xb12a90, 0xcc4778, 0xe16462, 0xf2844b, 0xfca636, 0xfcce25,
  0xf0f921,
];

/** The first and last index into the list: no yellow on white, no blue on black. */
const LIGHT = [0, 8] as const;
const DARK = [3, 10] as const;

/** `count` colours, evenly spaced. */
export function ramp(count: number, dark: boolean): string[] {
  const [first, last] = dark ? DARK : LIGHT;
  return Array.from({ length: count }, (_, i) => {
    const place = first + ((last - first) * i) / Math.max(1, count - 1);
    const below = Math.min(Math.floor(place), PLASMA.length - 2);
    return mixed(PLASMA[below]!, PLASMA[below + 1]!, place - below);
  });
}

function mixed(a: number, b: number, part: number): string {
  const channel = (shift: number) => {
    const [from, to] = [(a >> shift) & 255, (b >> shift) & 255];
    return Math.round(from + (to - from) * part);
  };
  return `rgb(${channel(16)} ${channel(8)} ${channel(0)})`;
}
