/**
 * onnxruntime in Node, native ("node") or in WebAssembly ("web"): the graphs that `isthmus/export` writes of the encoder
 * and of the whole model.
 */
import { predictions } from "./predictions.mjs";
import { choice, count } from "./requests.mjs";
import { importPeer, packageVersion, serve } from "./serve.mjs";

const FLAVORS = {
  node: { module: "onnxruntime-node", how: "native, provider cpu", provider: "cpu" },
  web: { module: "onnxruntime-web", how: "WebAssembly with SIMD", provider: "wasm" },
};

async function inference(request) {
  const { module, how, provider } = FLAVORS[choice(request, "flavor", Object.keys(FLAVORS))];
  const threads = count(request, "threads");
  const ort = await importPeer(module);
  if (ort.env.wasm) ort.env.wasm.numThreads = threads;
  const options = { executionProviders: [provider], intraOpNumThreads: threads, interOpNumThreads: 1 };
  const open = (graph) => ort.InferenceSession.create(Buffer.from(graph, "base64"), options);
  const sessions = {
    encode: await open(request.graphs.encode),
    reconstruct: await open(request.graphs.reconstruct),
  };
  const predict = (session) => async (values, rows) => {
    const samples = new ort.Tensor("float32", values, [rows, request.features]);
    const outputs = await session.run({ [session.inputNames[0]]: samples });
    return outputs[session.outputNames[0]].data;
  };
  return {
    name: module,
    version: await packageVersion(module),
    details: `${how}, ${threads} thread(s)`,
    run: predictions(request, {
      encode: predict(sessions.encode),
      reconstruct: predict(sessions.reconstruct),
    }),
  };
}

await serve({ inference });
