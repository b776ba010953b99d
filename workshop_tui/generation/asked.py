"""What one client has asked an engine for and has not seen the end of."""

import contextlib
from collections.abc import Iterable

import msgspec

from workshop_tui.generation.link import Link
from workshop_tui.generation.protocol import Job, Submit

Asking = tuple[Job, bytes]
"""A job, and the PNG that its only item refines; empty where none does."""


class Asked:
    """The runs that are asked for again when an engine has died."""

    def __init__(self) -> None:
        self._jobs: dict[str, tuple[Job, bytes]] = {}
        """The job of each run, and the picture it refines."""

    def __bool__(self) -> bool:
        return bool(self._jobs)

    def add(self, job: Job, source: bytes) -> None:
        """Keep a job, and the PNG that its only item refines; empty where none does."""
        self._jobs |= {item.run_id: (job, source) for item in job.items}

    def forget(self, run_ids: Iterable[str] | None = None) -> None:
        """Forget runs; None forgets all."""
        for run_id in tuple(self._jobs) if run_ids is None else run_ids:
            self._jobs.pop(run_id, None)

    def forget_job(self, job_id: str) -> None:
        """Forget what is left of a job."""
        self.forget([run_id for run_id, (job, _) in self._jobs.items() if job.job_id == job_id])

    def left(self) -> list[Asking]:
        """Return each job with the items that have not ended, and the picture it refines."""
        found: list[Asking] = []
        for job, source in {job.job_id: (job, source) for job, source in self._jobs.values()}.values():
            items = tuple(item for item in job.items if item.run_id in self._jobs)
            found.append((msgspec.structs.replace(job, items=items), source))
        return found

    async def ask_again(self, link: Link, jobs: Iterable[Asking]) -> None:
        """Ask an engine for what has not ended, or been stopped, until then: run ids make asking twice harmless."""
        with contextlib.suppress(ConnectionError):
            for job, source in jobs:
                if items := tuple(item for item in job.items if item.run_id in self._jobs):
                    await link.send(Submit(msgspec.structs.replace(job, items=items)), source)
