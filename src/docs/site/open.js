// A newcomer finds the guides and the entries open. Whoever closes them finds them closed.
for (const part of ["Guides", "Reference"]) {
  const key = `tsd-accordion-${part}`;
  try {
    if (localStorage.getItem(key) === null) localStorage.setItem(key, "true");
  } catch {
    // Without storage, they are opened by hand.
  }
}
