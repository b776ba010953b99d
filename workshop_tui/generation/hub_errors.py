"""Says what the Hugging Face hub's client raises so that a person can act on it."""

import errno
from pathlib import Path

from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.files import cannot_write
from workshop_tui.generation.hub_layout import hub_cache
from workshop_tui.generation.models import BUILT_IN


def told(name: str, error: BaseException) -> WorkshopError | None:
    """Return what to tell a person about an error of the hub's client, or None where it is another kind of error.

    Args:
        name: The hub id that was asked for.
        error: What was raised.
    """
    from huggingface_hub import errors

    if isinstance(error, WorkshopError):
        return error
    if isinstance(error, errors.GatedRepoError):
        return gated(name)
    if isinstance(error, errors.RepositoryNotFoundError):
        return UserError(
            f"model: the hub has no '{name}', or it is private.",
            "Check the spelling; for a private model log in first: hf auth login.",
        )
    if isinstance(error, errors.RemoteEntryNotFoundError):
        return UserError(f"model: '{name}' on the hub lacks a file: {error}.", "Try again, or take another model.")
    if isinstance(error, errors.HFValidationError):
        return UserError(f"model: '{name}' is no hub id.", "Write OWNER/NAME.")
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__
    for link in chain:
        if isinstance(link, OSError) and link.errno is not None and link.filename:
            return cannot_write(Path(str(link.filename)), link)
        if isinstance(link, OSError) and link.errno in (errno.ENOSPC, errno.EDQUOT):  # while writing: no name then
            return cannot_write(hub_cache(), link)
    if isinstance(error, errors.HfHubHTTPError) and error.response.status_code in (401, 403):
        return gated(name)
    if isinstance(error, (OSError, errors.LocalEntryNotFoundError)) or "httpx" in type(error).__module__:
        return unreachable(name)
    return None


def gated(name: str) -> UserError:
    """Return how to get access to a model that the hub hands out only under conditions."""
    from huggingface_hub import get_token

    page = f"https://huggingface.co/{name}"
    if get_token():
        return UserError(
            f"model: your hub account has no access to '{name}' yet.",
            f"Accept its conditions at {page}, then try again.",
        )
    return UserError(
        f"model: '{name}' is gated, and no hub token is set.",
        f"Accept its conditions at {page}, then log in: hf auth login (or set HF_TOKEN).",
    )


def unreachable(name: str) -> WorkshopError:
    """Return that the hub does not answer."""
    from huggingface_hub import constants

    offline = "Unset HF_HUB_OFFLINE" if constants.is_offline_mode() else "Connect to the network"
    return WorkshopError(
        f"model: the hub cannot be reached to get '{name}'.",
        f"{offline} and try again: what is here stays. Or copy a folder here, or use the built-in model: {BUILT_IN}.",
    )
