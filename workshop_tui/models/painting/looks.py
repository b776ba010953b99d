"""What no caption tells of someone."""

from dataclasses import dataclass
from random import Random

from workshop_tui.models.painting.easel import Color
from workshop_tui.models.painting.scene import Scene
from workshop_tui.models.painting.tables import ROLES

SKINS: tuple[Color, ...] = (
    (236, 190, 160),
    (228, 178, 146),
    (222, 164, 128),
    (196, 138, 98),
    (150, 98, 64),
    (108, 68, 46),
)
HAIRS: tuple[Color, ...] = ((44, 30, 24), (78, 48, 28), (122, 76, 38), (170, 120, 60), (150, 62, 28), (30, 26, 28))
IRISES: tuple[Color, ...] = ((70, 110, 150), (84, 60, 36), (60, 40, 28), (80, 116, 72))


@dataclass(frozen=True)
class Looks:
    """What no caption tells of a face."""

    skin: Color
    hair: Color
    iris: Color
    turn: float
    """Where the face looks, -1 left to 1 right."""
    tilt: float
    """Degrees."""
    smile: float
    female: bool
    age: str

    @property
    def old(self) -> bool:
        return self.age == "old"

    @property
    def child(self) -> bool:
        return self.age == "child"


def looks_of(scene: Scene, random: Random) -> Looks:
    """Draw a face that fits the scene."""
    hair = random.choice(HAIRS)
    if scene.age == "old":
        hair = random.choice(((206, 204, 200), (176, 176, 178), (226, 222, 214)))
    female = ROLES[scene.role or ""].female or (scene.role == "child" and random.random() < 0.5)
    return Looks(
        random.choices(SKINS, (4, 4, 3, 2, 1.5, 1))[0],
        hair,
        random.choice(IRISES),
        random.uniform(-1, 1),
        random.uniform(-4, 4),
        random.uniform(-0.3, 1.0),
        female,
        scene.age or "middle",
    )
