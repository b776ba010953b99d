"""Graphics cards that classes use: memory and arithmetic by their vendor, and how much of that FLUX.1 reaches.

`tflops` are dense bfloat16 with float32 sums; where NVIDIA prints the figure for sparse matrices it is halved here.
GeForce cards add in float32 at half the speed of other cards, which is why they reach more of it; one was published.
`vram` is what the driver reports: on L40S, L4 and A10G 1/16 of the memory holds checksums (ECC).
"""

import msgspec

from workshop_tui.errors import UserError

USUAL_SHARE = 0.45
"""Of a card's arithmetic that is taken to be reached where nobody has published a figure: an A100's."""

_H100 = "https://www.nvidia.com/en-us/data-center/h100/"
_A100 = "https://www.nvidia.com/en-us/data-center/a100/"
_GA102 = "https://www.nvidia.com/content/PDF/nvidia-ampere-ga-102-gpu-architecture-whitepaper-v2.pdf"
_ADA = "https://images.nvidia.com/aem-dam/Solutions/geforce/ada/nvidia-ada-gpu-architecture.pdf"
_BLACKWELL = "https://images.nvidia.com/aem-dam/Solutions/geforce/blackwell/nvidia-rtx-blackwell-gpu-architecture.pdf"
_A10G = "https://d1.awsstatic.com/product-marketing/ec2/NVIDIA_AWS_A10G_DataSheet_FINAL_02_17_2022.pdf"

_ON_H100 = "28 steps in 6.7 s on an H100 (xDiT, docs/performance/flux.md)"
_ON_A100 = "50 steps in 23 s on an A100 (DiffSynth-Studio, examples/TeaCache: 0.5), 28 in 15.7 s elsewhere (0.43)"
_ON_L40S = "0.49 to 0.55 s a forward on an L40S (huggingface.co/datasets/diffusers/benchmarks)"
_ON_4090 = "1.7 steps a second on an RTX 4090, 8-bit weights (github.com/aredden/flux-fp8-api)"


class Card(msgspec.Struct, frozen=True):
    """One card."""

    name: str
    """What is typed; empty for one that is given by its figures."""
    label: str
    """Its words stand in what the driver calls it."""
    vram: float
    """GiB"""
    tflops: float
    """10^12 operations a second at best."""
    source: str = ""
    """Where the vendor says so; empty for one that is given by its figures."""
    share: float = USUAL_SHARE
    """How much of `tflops` FLUX.1 reaches in plain diffusers, bfloat16, one picture at a time; 0 to 1."""
    share_source: str = ""
    """What `share` was calculated from, others' figures at 1024x1024; empty where it is assumed."""

    @property
    def reached(self) -> float:
        """Operations a second."""
        return self.tflops * 1e12 * self.share


CARDS: dict[str, Card] = {
    card.name: card
    for card in (
        Card("h200", "H200", 140.4, 989, "https://www.nvidia.com/en-us/data-center/h200/", 0.32, _ON_H100),
        Card("h100-pcie", "H100 PCIe", 79.6, 756, _H100, 0.32, _ON_H100),
        Card("h100", "H100", 79.6, 989, _H100, 0.32, _ON_H100),
        Card("a100-80", "A100 80GB", 80.0, 312, _A100, 0.45, _ON_A100),
        Card("a100-40", "A100 40GB", 40.0, 312, _A100, 0.45, _ON_A100),
        Card("l40s", "L40S", 45.0, 362, "https://www.nvidia.com/en-us/data-center/l40s/", 0.40, _ON_L40S),
        Card("a6000", "RTX A6000", 48.0, 154.8, _GA102),
        Card("l4", "L4", 22.5, 121, "https://www.nvidia.com/en-us/data-center/l4/"),
        Card("a10g", "A10G", 22.5, 70, _A10G),
        Card("rtx5090", "RTX 5090", 31.8, 209.5, _BLACKWELL, 0.75, _ON_4090),
        Card("rtx4090", "RTX 4090", 24.0, 165.2, _ADA, 0.75, _ON_4090),
        Card("rtx4080", "RTX 4080", 16.0, 97.5, _ADA, 0.75, _ON_4090),
        # Of 4070 and 3060: tensor cores x clock x 128, which gives the printed figures of the others.
        Card("rtx4070", "RTX 4070", 12.0, 58.3, _ADA, 0.75, _ON_4090),
        Card("rtx3090", "RTX 3090", 24.0, 71, _GA102, 0.75, _ON_4090),
        Card("rtx3070", "RTX 3070", 8.0, 40.6, _GA102, 0.75, _ON_4090),
        Card("rtx3060", "RTX 3060", 12.0, 25.5, _GA102, 0.75, _ON_4090),
    )
}
"""By name. T4 and older cards have no bfloat16, and FLUX.1 has overflowed in float16: they are left out."""


def find_card(name: str) -> Card:
    """Return a card by its name.

    Raises:
        UserError: It is not in the table; names those that are.
    """
    found = CARDS.get(name.strip().lower().replace(" ", ""))
    if found is None:
        raise UserError(
            f"--gpu: '{name[:40]}' is unknown.",
            f"Known: {', '.join(CARDS)}. Any other by its figures: --vram GIB --tflops N.",
        )
    return found
