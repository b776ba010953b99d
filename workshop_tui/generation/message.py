"""What every message of the protocol derives from."""

import msgspec


class Message(msgspec.Struct, frozen=True, tag_field="type"):
    """What every message derives from."""
