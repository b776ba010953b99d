"""The baseline: what a learner would write with diffusers alone, one picture for each number of steps.

python plain_script.py MODEL_FOLDER OUT STEPS [STEPS ...]
"""

import sys
from pathlib import Path

import torch
from diffusers import FluxPipeline

folder, out, *steps = sys.argv[1:]
device = "cuda" if torch.cuda.is_available() else "cpu"
precision = torch.bfloat16 if device == "cuda" else torch.float32
pipe = FluxPipeline.from_pretrained(folder, torch_dtype=precision)
pipe.text_encoder.to(precision)  # transformers 5 loads text encoders in the file's precision
pipe.text_encoder_2.to(precision)
pipe.to(device)
for count in steps:
    picture = pipe(
        "Portrait of a renaissance nobleman, oil painting style",
        num_inference_steps=int(count),
        guidance_scale=3.5,
        width=512,
        height=512,
        generator=torch.Generator("cpu").manual_seed(42),
        max_sequence_length=min(512, pipe.tokenizer_2.model_max_length),
    ).images[0]
    picture.save(Path(out) / f"{count}.png")
