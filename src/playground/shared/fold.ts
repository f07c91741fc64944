const wide = matchMedia("(min-width: 56rem)");

/** Opens all `details.fold` on a wide window and closes them on a narrow one, where they would hide the pictures. */
export function foldOnNarrow(): void {
  const follow = () => {
    for (const details of Array.from(document.querySelectorAll<HTMLDetailsElement>("details.fold"))) {
      details.open = wide.matches;
    }
  };
  wide.addEventListener("change", follow);
  follow();
}
