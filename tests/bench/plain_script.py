"""The baseline: what a learner would write with diffusers alone, one picture for each cell.

python plain_script.py MODEL_FOLDER OUT [--offload] [STEPS:GUIDANCE[:PROMPT] ...]

Without cells they are read from stdin, a line each, and answered with the seconds of the pipeline's call.
"""

import sys
import time
from pathlib import Path

import torch
from diffusers import FluxPipeline

folder, out, *cells = sys.argv[1:]
offload = "--offload" in cells
device = "cuda" if torch.cuda.is_available() else "cpu"
precision = torch.bfloat16 if device == "cuda" else torch.float32
pipe = FluxPipeline.from_pretrained(folder, torch_dtype=precision)
pipe.text_encoder.to(precision)  # transformers 5 loads text encoders in the file's precision
pipe.text_encoder_2.to(precision)
pipe.enable_model_cpu_offload() if offload else pipe.to(device)
pipe.set_progress_bar_config(disable=True)
for cell in [cell for cell in cells if cell != "--offload"] or map(str.strip, sys.stdin):
    steps, guidance, *prompt = cell.split(":")
    began = time.perf_counter()
    picture = pipe(
        prompt[0] if prompt else "Portrait of a renaissance nobleman, oil painting style",
        num_inference_steps=int(steps),
        guidance_scale=float(guidance),
        width=512 if device == "cpu" else 1024,
        height=512 if device == "cpu" else 1024,
        generator=torch.Generator("cpu").manual_seed(42),
        max_sequence_length=min(512, pipe.tokenizer_2.model_max_length),
    ).images[0]
    print(time.perf_counter() - began, flush=True)
    picture.save(Path(out) / f"{steps}-{guidance}.png")
