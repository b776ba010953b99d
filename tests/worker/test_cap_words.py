"""Where a cap leaves too little, the cap is what is said: what others hold and waiting have nothing to do with it."""

from types import SimpleNamespace

import pytest
import torch

from workshop_tui.generation.settings import Settings
from workshop_tui.worker import room
from workshop_tui.worker.cap import Cap
from workshop_tui.worker.room import NoRoomError, choose_rung

GIB = 2**30


@pytest.mark.parametrize(
    ("free", "said", "by_cap"),
    [(79, "; the cap leaves 6.4 GB.", True), (5, "; 5.4 GB are free. Taken: 40.0 GB by others", False)],
)
def test_others_are_named_only_where_they_leave_less_than_the_cap(dev, monkeypatch, free, said, by_cap):
    """Stands in for a GPU's free memory, which this test cannot count on."""
    monkeypatch.setattr(room, "free_device_memory", lambda _device: free * GIB)
    monkeypatch.setattr(room, "free_host_memory", lambda: 64 * GIB)
    monkeypatch.setattr(room, "gpu_takers", lambda _device: ["40.0 GB by others and the driver"])
    with pytest.raises(NoRoomError) as caught:
        choose_rung("FLUX.1 [dev]", dev, Settings("", placement="gpu"), 1, torch.device("cuda"), "bf16", 6)
    assert said in caught.value.message
    assert ("Taken" in caught.value.message) is not by_cap
    assert caught.value.by_cap is by_cap


def test_on_the_cpu_too(dev, monkeypatch):
    monkeypatch.setattr(room, "free_host_memory", lambda: 64 * GIB)
    with pytest.raises(NoRoomError, match=r"of host memory .*; the cap leaves 6\.4 GB\.(?! Taken)"):
        choose_rung("FLUX.1 [dev]", dev, Settings(""), 1, torch.device("cpu"), "fp32", 6)


@pytest.mark.parametrize(("device", "index"), [("cuda", 2), ("cuda:1", 1)])
def test_a_gpus_share_is_set_by_its_number(monkeypatch, device, index):
    """Stands in for torch's half of it, which takes no device without a number."""
    shares = []
    gpu = SimpleNamespace(total_memory=24 * GIB)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _device: gpu)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 2)
    monkeypatch.setattr(torch.cuda, "set_per_process_memory_fraction", lambda *given: shares.append(given))
    assert Cap(6, torch.device(device)).on_host is False
    assert shares == [(0.25, index)]
