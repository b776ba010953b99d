"""The hub's cache on this machine, read by its published layout, `models--OWNER--NAME/{refs/main,snapshots/COMMIT}`.

A cache that belongs to somebody else must be neither written nor locked (huggingface_hub#2580, #2797), so snapshots are
looked up here and opened by their path.
"""

from collections.abc import Collection
from pathlib import Path

from workshop_tui.config import load_config
from workshop_tui.errors import UserError
from workshop_tui.generation.model_files import check_folder, trouble_in
from workshop_tui.generation.models import BUILT_IN


def hub_cache() -> Path:
    """Return the hub's own cache of this user, which HF_HOME and HF_HUB_CACHE move."""
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE)


def snapshot_of(repository: Path) -> Path | None:
    """Return the snapshot of `main`, else the newest one, of a repository in the hub's layout; None without any."""
    try:
        commit = (repository / "refs" / "main").read_text("utf-8").strip()
        main = repository / "snapshots" / commit
        if commit and "/" not in commit and main.is_dir():  # a full disk leaves an empty file
            return main
    except (OSError, ValueError):
        pass
    try:
        found = [entry for entry in (repository / "snapshots").iterdir() if entry.is_dir()]
        return max(found, key=lambda entry: entry.stat().st_mtime, default=None)
    except OSError:
        return None


def hub_id(folder: Path) -> tuple[str, str] | None:
    """Return hub id and commit of a snapshot's folder; None where the folder is none."""
    repository = folder.parent.parent.name.split("--")
    if folder.parent.name == "snapshots" and len(repository) >= 3 and repository[0] == "models":
        return f"{repository[1]}/{'--'.join(repository[2:])}", folder.name
    return None


def find_snapshot(name: str, without: Collection[str] = ()) -> Path:
    """Return the folder of a hub model that lies whole in a cache of this machine.

    Args:
        name: The hub id. The hub's own cache comes first, then the configured folders.
        without: Components that need not be there.

    Raises:
        UserError: There is none, and how to get it; or the configuration is wrong.
    """
    trouble = ""
    for place in places():
        for root in (place, place / "hub"):
            snapshot = snapshot_of(root / f"models--{name.replace('/', '--')}")
            if snapshot is None:
                continue
            try:
                check_folder(snapshot, without)
                return snapshot
            except UserError as error:
                trouble = trouble_in(snapshot, error)
    raise UserError(
        f"model: '{name}' is not whole on this machine{trouble and f' ({trouble})'}; nothing is downloaded unasked.",
        f"Get it: workshop-tui model get {name}. Or use the built-in model: {BUILT_IN}.",
    )


def places() -> tuple[Path, ...]:
    """Return where models lie: the hub's own cache, then the configured folders.

    Raises:
        UserError: The configuration is wrong.
    """
    return (hub_cache(), *load_config().model_folders)
