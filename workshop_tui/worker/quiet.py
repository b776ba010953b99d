"""Makes torch's libraries good neighbours: no bars, advice or warnings, and no core burnt while waiting.

What is worth keeping goes to logging, whose output is the worker's log, never a screen.
"""

import logging
import os

_SWITCHES = {
    "DIFFUSERS_VERBOSITY": "error",
    "TRANSFORMERS_VERBOSITY": "error",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN_WARNING": "1",
    # One prompt at a time needs no pool of threads, and a pool does not survive a fork or a memory cap.
    "TOKENIZERS_PARALLELISM": "false",
    # torch's threads otherwise spin while they wait for each other. On two cores with one other busy program a
    # picture of 512 px took 27 s spinning and 1.6 s sleeping. A short spin before the sleep costs nothing there, and
    # with both cores free takes 0.78 s instead of 0.95 s asleep at once and 0.86 s spinning for long.
    "OMP_WAIT_POLICY": "PASSIVE",
    "GOMP_SPINCOUNT": "1000",
}


def quiet_environment() -> None:
    """Set the switches that the libraries read when they are imported; what is already set stays."""
    for name, value in _SWITCHES.items():
        os.environ.setdefault(name, value)


def quiet_libraries() -> None:
    """Switch off bars and send warnings to logging; call it after the imports."""
    import diffusers.utils.logging as diffusers_logging
    import huggingface_hub.utils as hub
    import transformers.utils.logging as transformers_logging

    hub.disable_progress_bars()
    logging.captureWarnings(True)
    for library in (diffusers_logging, transformers_logging):
        library.disable_progress_bar()
        library.set_verbosity_error()
        # Their own handlers write to stderr beside ours.
        library.disable_default_handler()
        library.enable_propagation()
