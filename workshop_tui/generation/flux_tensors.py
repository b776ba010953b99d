"""Which tensors a FLUX.1 transformer consists of, in both layouts in which it is published as one file.

Black Forest Labs' own names are those of `flux/model.py` (github.com/black-forest-labs/flux), diffusers' those of
`FluxTransformer2DModel`. Every shape follows from the width, so that a file is known to be whole by its header alone.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Shape = tuple[int, ...]
Layers = Mapping[str, tuple[int, int]]
"""Linear layers: outputs and inputs, in widths."""

PREFIXES = ("", "model.diffusion_model.")
"""What may stand before each name; the second comes from files that hold text encoders and autoencoder as well."""
TIME_CHANNELS = 256
"""Of the sinusoids that tell the transformer time and guidance."""


@dataclass(frozen=True)
class Layout:
    """One way to name the tensors."""

    name: Literal["original", "diffusers"]
    double: str
    """What double-stream blocks are called, before their number."""
    double_layers: Layers
    double_norms: tuple[str, ...]
    """Vectors as long as a head is wide."""
    single: str
    single_layers: Layers
    single_norms: tuple[str, ...]
    image_in: str
    text_in: str
    time: tuple[str, str]
    """The two layers that embed the time."""
    pooled: tuple[str, str]
    guidance: tuple[str, str]
    modulation_out: str
    out: str


ORIGINAL = Layout(
    name="original",
    double="double_blocks",
    double_layers={
        f"{stream}_{layer}": widths
        for stream in ("img", "txt")
        for layer, widths in {
            "mod.lin": (6, 1),
            "attn.qkv": (3, 1),
            "attn.proj": (1, 1),
            "mlp.0": (4, 1),
            "mlp.2": (1, 4),
        }.items()
    },
    double_norms=tuple(f"{s}_attn.norm.{which}_norm.scale" for s in ("img", "txt") for which in ("query", "key")),
    single="single_blocks",
    single_layers={"modulation.lin": (3, 1), "linear1": (7, 1), "linear2": (1, 5)},
    single_norms=("norm.query_norm.scale", "norm.key_norm.scale"),
    image_in="img_in",
    text_in="txt_in",
    time=("time_in.in_layer", "time_in.out_layer"),
    pooled=("vector_in.in_layer", "vector_in.out_layer"),
    guidance=("guidance_in.in_layer", "guidance_in.out_layer"),
    modulation_out="final_layer.adaLN_modulation.1",
    out="final_layer.linear",
)

_SELF = ("attn.to_q", "attn.to_k", "attn.to_v")

DIFFUSERS = Layout(
    name="diffusers",
    double="transformer_blocks",
    double_layers={
        **dict.fromkeys(("norm1.linear", "norm1_context.linear"), (6, 1)),
        **dict.fromkeys((*_SELF, *(f"attn.add_{one}_proj" for one in "qkv")), (1, 1)),
        **dict.fromkeys(("attn.to_out.0", "attn.to_add_out"), (1, 1)),
        **dict.fromkeys(("ff.net.0.proj", "ff_context.net.0.proj"), (4, 1)),
        **dict.fromkeys(("ff.net.2", "ff_context.net.2"), (1, 4)),
    },
    double_norms=tuple(f"attn.norm_{one}.weight" for one in ("q", "k", "added_q", "added_k")),
    single="single_transformer_blocks",
    single_layers={"norm.linear": (3, 1), **dict.fromkeys(_SELF, (1, 1)), "proj_mlp": (4, 1), "proj_out": (1, 5)},
    single_norms=("attn.norm_q.weight", "attn.norm_k.weight"),
    image_in="x_embedder",
    text_in="context_embedder",
    time=("time_text_embed.timestep_embedder.linear_1", "time_text_embed.timestep_embedder.linear_2"),
    pooled=("time_text_embed.text_embedder.linear_1", "time_text_embed.text_embedder.linear_2"),
    guidance=("time_text_embed.guidance_embedder.linear_1", "time_text_embed.guidance_embedder.linear_2"),
    modulation_out="norm_out.linear",
    out="proj_out",
)


@dataclass(frozen=True)
class Sizes:
    """What distinguishes one FLUX transformer from another."""

    layers: int
    """Double-stream blocks."""
    single_layers: int
    width: int
    head: int
    """Width of one attention head."""
    channels: int
    """Of a token of the picture: four latents' channels."""
    out_channels: int
    text_width: int
    """Of a T5 token."""
    pooled_width: int
    """Of CLIP's pooled output."""
    guided: bool
    """Whether guidance is embedded, as in [dev]; [schnell] has none."""

    @property
    def config(self) -> dict[str, Any]:
        """The same by the names of `FluxTransformer2DModel`."""
        return {
            "num_layers": self.layers,
            "num_single_layers": self.single_layers,
            "attention_head_dim": self.head,
            "num_attention_heads": self.width // self.head,
            "in_channels": self.channels,
            "out_channels": self.out_channels,
            "joint_attention_dim": self.text_width,
            "pooled_projection_dim": self.pooled_width,
            "guidance_embeds": self.guided,
        }


def find_layout(names: Iterable[str]) -> tuple[Layout, str] | None:
    """Return layout and prefix of tensors that look like a FLUX transformer; None where they do not."""
    known = set(names)
    for prefix in PREFIXES:
        for layout in (ORIGINAL, DIFFUSERS):
            if all(f"{prefix}{name}.weight" in known for name in (layout.image_in, layout.text_in)) and any(
                name.startswith(f"{prefix}{layout.double}.") for name in known
            ):
                return layout, prefix
    return None


def blocks_in(layout: Layout, names: Iterable[str]) -> tuple[set[int], set[int]]:
    """Return the numbers of the double-stream and of the single-stream blocks that names mention."""
    known = tuple(names)
    found: list[set[int]] = []
    for kind in (layout.double, layout.single):
        numbers = (re.match(rf"{kind}\.(\d{{1,4}})\.", name) for name in known)
        found.append({int(number[1]) for number in numbers if number})
    return found[0], found[1]


def measure(layout: Layout, tensors: Mapping[str, Shape]) -> Sizes:
    """Return the sizes that tensors tell; 0 for what they do not.

    Args:
        layout: Theirs.
        tensors: Shapes by name, without prefix.
    """
    double, single = blocks_in(layout, tensors)

    def side(name: str, place: int) -> int:
        shape = tensors.get(name, ())
        return shape[place] if len(shape) > place else 0

    return Sizes(
        layers=len(double),
        single_layers=len(single),
        width=side(f"{layout.image_in}.weight", 0),
        head=side(f"{layout.double}.0.{layout.double_norms[0]}", 0),
        channels=side(f"{layout.image_in}.weight", 1),
        out_channels=side(f"{layout.out}.weight", 0),
        text_width=side(f"{layout.text_in}.weight", 1),
        pooled_width=side(f"{layout.pooled[0]}.weight", 1),
        guided=f"{layout.guidance[0]}.weight" in tensors,
    )


def expected(layout: Layout, sizes: Sizes) -> dict[str, Shape]:
    """Return every tensor that a transformer of these sizes consists of."""
    width = sizes.width
    shapes: dict[str, Shape] = {}
    for name, outputs, inputs in _linear_layers(layout, sizes):
        shapes[f"{name}.weight"] = (outputs, inputs)
        shapes[f"{name}.bias"] = (outputs,)
    for kind, count, layers, norms in (
        (layout.double, sizes.layers, layout.double_layers, layout.double_norms),
        (layout.single, sizes.single_layers, layout.single_layers, layout.single_norms),
    ):
        for number in range(count):
            for name, (outputs, inputs) in layers.items():
                shapes[f"{kind}.{number}.{name}.weight"] = (outputs * width, inputs * width)
                shapes[f"{kind}.{number}.{name}.bias"] = (outputs * width,)
            shapes |= {f"{kind}.{number}.{name}": (sizes.head,) for name in norms}
    return shapes


def _linear_layers(layout: Layout, sizes: Sizes) -> Iterator[tuple[str, int, int]]:
    """Yield name, outputs and inputs of the layers outside the blocks."""
    width = sizes.width
    yield layout.image_in, width, sizes.channels
    yield layout.text_in, width, sizes.text_width
    yield layout.modulation_out, 2 * width, width
    yield layout.out, sizes.out_channels, width
    embedders = [(layout.time, TIME_CHANNELS), (layout.pooled, sizes.pooled_width)]
    embedders += [(layout.guidance, TIME_CHANNELS)] if sizes.guided else []
    for (first, second), inputs in embedders:
        yield first, width, inputs
        yield second, width, width
