"""The hub's cache on this machine, read by its published layout, `models--OWNER--NAME/{refs/main,snapshots/COMMIT}`.

A cache that belongs to somebody else must be neither written nor locked (huggingface_hub#2580, #2797), so snapshots are
looked up here and opened by their path.
"""

from pathlib import Path


def hub_cache() -> Path:
    """Return the hub's own cache of this user, which HF_HOME and HF_HUB_CACHE move."""
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE)


def snapshot_of(repository: Path) -> Path | None:
    """Return the snapshot of `main`, else the newest one, of a repository in the hub's layout; None without any."""
    try:
        main = repository / "snapshots" / (repository / "refs" / "main").read_text("utf-8").strip()
        if main.is_dir() and main.name:
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
