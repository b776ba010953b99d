"""Starts the worker of one learner: `python -m workshop_tui.worker`; clients start it, people need not."""

from workshop_tui.worker.process import arguments, run
from workshop_tui.worker.thread import EngineThread


def main() -> None:
    """Make pictures with one engine, in a thread of this process."""
    options = arguments("workshop_tui.worker", __doc__).parse_args()
    run(options, lambda tell, _news: [EngineThread(options.cache, tell)])


if __name__ == "__main__":
    main()
