/** The graphics cards of a page, or what stands in for them: software, where there is none. */

const { navigator } = /** @type {any} */ (globalThis);

/** @returns {Promise<string | undefined>} who calculates with WebGPU; undefined where nobody does */
export async function adapterName() {
  const adapter = await navigator.gpu?.requestAdapter();
  return adapter && `WebGPU, ${[adapter.info.vendor, adapter.info.architecture].filter(Boolean).join(" ")}`;
}

/** Who draws with WebGL. */
export function rendererName() {
  const gl = document.createElement("canvas").getContext("webgl2");
  const names = gl.getExtension("WEBGL_debug_renderer_info");
  return gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
}
