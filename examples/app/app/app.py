"""A fal app that makes an image from a text."""

import os
from pathlib import Path

import fal
from fal.toolkit import Image
from pydantic import BaseModel, Field


class Request(BaseModel):
    prompt: str = Field(description="What the image shows.")


class Response(BaseModel):
    image: Image


class Flux(fal.App):
    # What only the code can set. The Pulumi program sets the scaling.
    machine_type = "GPU-H100"
    requirements = Path(__file__).with_name("requirements.txt").read_text().splitlines()
    secrets = ["HF_TOKEN"]  # no other secret of the environment reaches the runners

    def setup(self):
        import torch
        from diffusers import FluxPipeline

        model = "black-forest-labs/FLUX.1-schnell"
        pipeline = FluxPipeline.from_pretrained(model, torch_dtype=torch.bfloat16, token=os.environ["HF_TOKEN"])
        self.pipeline = pipeline.to("cuda")

    @fal.endpoint("/")
    def generate(self, request: Request) -> Response:
        image = self.pipeline(request.prompt, num_inference_steps=4, guidance_scale=0.0).images[0]
        return Response(image=Image.from_pil(image))
