"""Keeps places and names of machines out of hand-ins."""

import re
import socket
from pathlib import Path

_IPV4 = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b")
_GPU_UUID = re.compile(r"\b(?:GPU|MIG)-[0-9a-fA-F-]{8,}")
_TOKEN = re.compile(r"\bhf_[A-Za-z0-9]{8,}")


def without_places(text: str) -> str:
    """Return a text of the program's own making without home folder, host name, addresses, GPU UUIDs and tokens.

    A learner's own words are not passed through here: they are handed in as written.
    """
    home = str(Path.home())
    if len(home) > 1:
        text = text.replace(home, "~")
    host = socket.gethostname()
    if len(host) > 2:
        text = re.sub(rf"\b{re.escape(host)}\b", "(host)", text)
    for pattern, word in ((_IPV4, "(address)"), (_GPU_UUID, "(GPU)"), (_TOKEN, "(token)")):
        text = pattern.sub(word, text)
    return text
