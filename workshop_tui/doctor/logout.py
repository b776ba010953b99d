"""Whether the worker outlives the terminal on this machine, and who would end it.

Sources: logind.conf(5) on KillUserProcesses and the user's own services; loginctl(1) on enable-linger.
"""

import contextlib
import getpass
import os
import subprocess
import sys
from pathlib import Path

from workshop_tui.doctor.finding import Check, Finding, Place, ok, warn

SCHEDULERS = {"SLURM_JOB_ID": "Slurm", "PBS_JOBID": "PBS", "LSB_JOBID": "LSF", "JOB_ID": "Grid Engine"}
"""The variable by which each batch system tells a job its number."""

_LOGIND = ("etc/systemd", "run/systemd", "usr/local/lib/systemd", "usr/lib/systemd", "lib/systemd")
"""Folders of logind.conf and logind.conf.d, the one that wins first."""
_INITS = {"systemd", "init", "launchd", "runit", "s6-svscan", "openrc-init", "sysvinit"}
_YES = {"yes", "true", "on", "1", "y", "t"}
_PATIENCE_SECONDS = 1.0


def _scheduler(place: Place) -> Finding:
    for variable, name in SCHEDULERS.items():
        job = place.environ.get(variable)
        if job and (variable != "JOB_ID" or place.environ.get("SGE_ROOT")):
            return warn(
                f"this is job {job} of {name}: its end ends the worker too.",
                "Ask for a job that is longer than the class. Finished pictures are kept, and what is left goes on in "
                "your next job.",
            )
    return ok("none: no job's end stops the worker")


def _logout(place: Place) -> Finding:
    if sys.platform == "darwin" and place.root == Path("/"):
        return ok("pictures go on after logout")
    if _in_container(place.root):
        return warn(
            "a container: the worker ends with it, which may be when you leave its shell.",
            "Leave with ctrl+p ctrl+q, or enter a container that stays by `docker exec`. Keep WORKSHOP_TUI_HOME on a "
            "volume.",
        )
    if not (place.root / "run/systemd/system").is_dir():
        return ok("no systemd here: pictures go on after logout")
    where = _text(place.root / "proc/self/cgroup")
    if f"user@{os.getuid()}.service" in where:
        if _lingers(place):
            return ok("pictures go on after logout: lingering is on for you")
        return warn(
            "you are below your user manager, which ends at your last logout, and the worker with it.",
            "loginctl enable-linger (an operator may have to do it for you)",
        )
    if not kills_user_processes(place.root):
        return ok("pictures go on after logout (KillUserProcesses=no)")
    first = "" if _lingers(place) else "loginctl enable-linger && "
    return warn(
        "this machine ends all that you started when you log out (KillUserProcesses=yes).",
        f"Open the class by: {first}systemd-run --user --scope workshop-tui",
    )


def kills_user_processes(root: Path) -> bool:
    """Tell whether systemd-logind ends what a user has left running: asks the running one, else reads its files."""
    if root == Path("/"):
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            command = ["loginctl", "show-session", "--property=KillUserProcesses"]  # no session: the manager's own
            asked = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_SECONDS, check=True)
            if "=" in asked.stdout:
                return asked.stdout.partition("=")[2].strip().lower() in _YES
    value = "no"
    for path in _logind_files(root):
        section = ""
        for line in _text(path).splitlines():
            key, _, text = line.partition("=")
            section = line.strip() if line.strip().startswith("[") else section
            if section == "[Login]" and key.strip() == "KillUserProcesses":
                value = text.strip().lower()
    return value in _YES


def _logind_files(root: Path) -> list[Path]:
    """Return the files in the order of reading: the main one, then the drop-ins by name; the last word counts."""
    folders = [root / folder for folder in _LOGIND]
    main = next((folder / "logind.conf" for folder in folders if (folder / "logind.conf").is_file()), None)
    drop_ins = {path.name: path for folder in reversed(folders) for path in (folder / "logind.conf.d").glob("*.conf")}
    return [*([main] if main else []), *(drop_ins[name] for name in sorted(drop_ins))]


def _in_container(root: Path) -> bool:
    if (root / ".dockerenv").exists() or (root / "run/.containerenv").exists():
        return True
    first = _text(root / "proc/1/comm").strip()
    return bool(first) and first not in _INITS


def _lingers(place: Place) -> bool:
    return (place.root / "var/lib/systemd/linger" / (place.environ.get("USER") or getpass.getuser())).exists()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


CHECKS = (
    Check("scheduler", "logout", "batch job", _scheduler),
    Check("logout", "logout", "after logout", _logout),
)
