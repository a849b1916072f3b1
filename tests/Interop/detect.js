// Runs an exported model on raw pixels, and prints its four outputs as JSON.
// node detect.js MODEL.onnx PIXELS COUNT HEIGHT WIDTH     PIXELS: a file of bytes, [COUNT, HEIGHT, WIDTH, 3]
import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const [model, pixels, ...sizes] = process.argv.slice(2);
const shape = [...sizes.map(Number), 3];
const session = await InferenceSession.create(model);
const outputs = await session.run({ images: new Tensor('uint8', readFileSync(pixels), shape) });
const printed = Object.fromEntries(
  Object.entries(outputs).map(([name, tensor]) => [name, { dims: tensor.dims, data: Array.from(tensor.data, Number) }]));
console.log(JSON.stringify(printed));
