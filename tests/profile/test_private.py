import socket
from pathlib import Path

import msgspec
import pytest

from workshop_tui.profile.export import write_runs
from workshop_tui.profile.gather import update_hand_in
from workshop_tui.profile.hand_in import CHECKLIST_FILE, PROFILE_FILE
from workshop_tui.profile.private import without_places

SECRETS = {
    "host name": "gpu-box-17",
    "full host name": "gpu-box-17.lab.example.org",
    "home": "/home/grace/models",
    "a Mac's home": "/Users/grace",
    "IPv4": "10.23.45.67",
    "IPv6": "2001:db8::8a2e:370:7334",
    "GPU": "GPU-1c2d3e4f-5a6b-7c8d-9e0f-112233445566",
    "MIG": "MIG-7b8c9d0e-1f2a-3b4c-5d6e-7f8091a2b3c4",
    "bare id": "1c2d3e4f-5a6b-7c8d-9e0f-112233445566",
    "hub token": "hf_AbCdEfGhIjKlMnOpQrSt",
    "bearer": "Bearer eyJhbGciOi",
}


@pytest.fixture
def machine(monkeypatch):
    monkeypatch.setattr(socket, "gethostname", lambda: "gpu-box-17.lab.example.org")
    monkeypatch.setattr(Path, "home", lambda: Path("/srv/people/grace"))


@pytest.mark.parametrize("what", SECRETS)
def test_what_tells_whose_machine_it_is_is_left_out(machine, what):
    told = without_places(f"Cannot open '{SECRETS[what]}': no such thing (/srv/people/grace/x)")
    assert "grace" not in told
    assert SECRETS[what].split()[-1] not in told
    assert "gpu-box-17" not in told
    assert told.startswith("Cannot open '")
    assert "no such thing (~/x)" in told


def test_who_else_holds_memory_is_left_out_and_how_much_is_not():
    told = without_places(
        "model: FLUX.1 needs 36.0 GB of GPU memory; 512 MB are free. Taken: 40.1 GB by python of grace (process 4711), "
        "900 MB by a job of (x) of bob (process 12). Wait until there is room."
    )
    assert told == (
        "model: FLUX.1 needs 36.0 GB of GPU memory; 512 MB are free. Taken: 40.1 GB by another process, "
        "900 MB by another process. Wait until there is room."
    )


@pytest.mark.parametrize(
    "text",
    [
        "CUDA out of memory. Tried to allocate 2.25 GiB (cuda:0); 81.2 of 79.3 GiB in use",
        "stopped at 14:05:09",
        "torch 2.13.0, driver 570.86.15",
        "black-forest-labs/FLUX.1-dev",
        "error in aten::add",
        "Taken: 2.1 GB by others and the driver.",
        "the half-precision/home-made decoder",
    ],
)
def test_other_words_stay(machine, text):
    assert without_places(text) == text


def test_nothing_of_it_is_in_a_hand_in(machine, worked, notebook, deep_dive, learner, make_run, dev_model, now):
    places = [learner.hand_in / name for name in (PROFILE_FILE, CHECKLIST_FILE)]
    for secret in SECRETS.values():
        model = msgspec.structs.replace(dev_model, name=f"{secret}/flux", source="folder")
        file = msgspec.structs.replace(dev_model, name=secret, source="file")
        for made_with in (model, file):
            notebook.add_run(
                make_run(outcome="failed", reason=f"died in {secret} (/srv/people/grace)", model=made_with)
            )
    update_hand_in(notebook, deep_dive, learner, now)
    places.append(write_runs(learner.hand_in, notebook.runs()))
    for place in places:
        text = place.read_text()
        for what, secret in SECRETS.items():
            assert secret not in text, (what, place.name)
        assert "grace" not in text
        assert "gpu-box-17" not in text
        assert str(learner.root) not in text


@pytest.mark.parametrize("host", ["small-flux", "dev"])
def test_a_host_called_like_the_model_does_not_hide_it(
    worked, notebook, deep_dive, learner, now, monkeypatch, host, make_run, dev_model
):
    monkeypatch.setattr(socket, "gethostname", lambda: host)
    notebook.add_run(make_run(model=dev_model))
    update_hand_in(notebook, deep_dive, learner, now)
    written = (learner.hand_in / PROFILE_FILE).read_text()
    assert 'name = "small-flux (built in)"' in written
    assert 'name = "black-forest-labs/FLUX.1-dev"' in written


def test_a_learners_own_words_are_handed_in_as_written(machine, worked, notebook, deep_dive, learner, now):
    notebook.set_improvement(deep_dive.id, 1, "Ask about gpu-box-17")
    update_hand_in(notebook, deep_dive, learner, now)
    assert "Ask about gpu-box-17" in (learner.hand_in / PROFILE_FILE).read_text()
