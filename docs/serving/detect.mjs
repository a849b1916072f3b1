// A gRPC client of the service, from the protocol's description alone.
//   npm install @grpc/grpc-js @grpc/proto-loader
//   node docs/serving/detect.mjs 127.0.0.1:8001 street frame.png
import { readFileSync } from 'node:fs';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const [address, model, file] = process.argv.slice(2);
const proto = loader.loadSync('serving/Protocols/OpenInference/open_inference.proto', { keepCase: true, longs: Number });
const { inference } = grpc.loadPackageDefinition(proto);
const client = new inference.GRPCInferenceService(address, grpc.credentials.createInsecure());

const request = {
  model_name: model,
  inputs: [{ name: 'images', datatype: 'BYTES', shape: [1], contents: { bytes_contents: [readFileSync(file)] } }],
};
client.ModelInfer(request, { deadline: Date.now() + 10_000 }, (error, answer) => {
  if (error) {
    console.error(`${grpc.status[error.code]}: ${error.details}`);
    process.exit(1);
  }

  const tensor = name => answer.raw_output_contents[answer.outputs.findIndex(output => output.name === name)];
  const count = Number(tensor('num_detections').readBigInt64LE());
  for (let row = 0; row < count; row++) {
    const corners = [0, 1, 2, 3].map(corner => tensor('boxes').readFloatLE(16 * row + 4 * corner).toFixed(1));
    console.log(Number(tensor('labels').readBigInt64LE(8 * row)), tensor('scores').readFloatLE(4 * row).toFixed(3), ...corners);
  }
});
