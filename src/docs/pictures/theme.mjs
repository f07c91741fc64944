// Colours and parts that the drawn pictures share.

/** Colours for light and dark readers; the last two are Okabe and Ito's, which colour-blind readers can tell apart. */
export const STYLE = `<style>
svg{--paper:#fff;--ink:#1c2128;--muted:#57606a;--line:#d8dee4;--first:#0072b2;--second:#d55e00;font-family:system-ui,sans-serif}
@media (prefers-color-scheme:dark){svg{--paper:#0d1117;--ink:#e6e9ed;--muted:#9aa4b0;--line:#343b44;--first:#56b4e9;--second:#e69f00}}
text{fill:var(--ink);font-size:15px}.muted{fill:var(--muted);font-size:13px}.paper{fill:var(--paper)}
.axis{stroke:var(--line);fill:none}.first{stroke:var(--first);fill:none}.second{stroke:var(--second);fill:none}
.dot{stroke-linecap:round;fill:none}.spot{fill:var(--second)}
</style>`;

/**
 * A picture of its own, with a background, so that it can be read on any page.
 *
 * @param {number} width
 * @param {number} height
 * @param {string} title
 * @param {readonly string[]} parts
 */
export function picture(width, height, title, parts) {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${title}</title>`,
    STYLE,
    `<rect class="paper" width="${width}" height="${height}" rx="8"/>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

/** A coordinate, to a tenth of a pixel. @param {number} value */
export const at = (value) => String(Math.round(value * 10) / 10);

/** A line through points. @param {readonly (readonly [number, number])[]} points */
export const line = (points) => `M${points.map(([x, y]) => `${at(x)} ${at(y)}`).join("L")}`;

/** A dot at each point. @param {readonly (readonly [number, number])[]} points */
export const dots = (points) => points.map(([x, y]) => `M${at(x)} ${at(y)}h0`).join("");
