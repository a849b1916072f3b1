"""Triton's own client, unmodified:
pip install tritonclient[http] pillow
python docs/serving/detect.py 127.0.0.1:8000 street frame.png
"""
import sys

import numpy
import tritonclient.http
from PIL import Image

address, model, file = sys.argv[1:]
image = numpy.asarray(Image.open(file).convert("RGB"))[None]  # uint8 [1, H, W, 3]

client = tritonclient.http.InferenceServerClient(address)
images = tritonclient.http.InferInput("images", list(image.shape), "UINT8")
images.set_data_from_numpy(image)
answer = client.infer(model, [images])

for row in range(answer.as_numpy("num_detections")[0]):
    label, score = answer.as_numpy("labels")[0, row], answer.as_numpy("scores")[0, row]
    print(label, f"{score:.3f}", answer.as_numpy("boxes")[0, row].round(1))
