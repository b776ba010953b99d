"""The lesson's metrics: seconds an image, memory, consistency, error rates."""

import msgspec
import pytest
from PIL import Image

from workshop_tui.exercises.metrics import (
    MOST_PAIRS,
    Consistency,
    Ratings,
    group_heading,
    group_parts,
    metrics,
    summary_lines,
)
from workshop_tui.generation.record import Memory, Placing, Shortage, Timing
from workshop_tui.generation.usage import Energy, GpuUse, Usage
from workshop_tui.notebook.entries import Observation


@pytest.fixture
def paint(tmp_path):
    def save(name, grey):
        Image.new("RGB", (32, 32), (grey, grey, grey)).save(tmp_path / name)
        return name

    return save


def test_without_runs_it_says_what_to_do(tmp_path):
    found = metrics([], [], tmp_path)
    assert (found.attempts, found.error_rate, found.groups) == (0, None, ())
    assert summary_lines(found, "all") == ["No picture was made yet: the Lab (2) or `workshop-tui generate` makes one."]


def test_runs_are_grouped_by_model_placement_and_settings(make_run, tmp_path, dev_model):
    cuda = Placing("cuda", "H100", "bfloat16", "model-offload")
    runs = [
        make_run(seconds=Timing(denoise=2.0)),
        make_run(seconds=Timing(load=30.0, denoise=4.0), prompt="other words are the same work"),
        make_run(num_inference_steps=50),
        make_run(model=dev_model, placing=cuda, memory=Memory(device_peak=23000.0)),
        make_run(batch=2),
    ]
    found = metrics(runs, [], tmp_path)
    assert [group.pictures for group in found.groups] == [2, 1, 1, 1]
    first = found.groups[0]
    assert (first.seconds.median, first.seconds.low, first.seconds.high) == (3.0, 2.0, 4.0)
    assert (first.gpu_peak_mib, first.host_peak_mib, first.energy_j) == (None, 812.3, None)
    headings = {group_heading(group) for group in found.groups}
    assert headings == {
        "small-flux (built in), practice, on AMD EPYC, cpu, float32",
        f"{dev_model.name}, on H100, cuda, bfloat16, model-offload",
    }
    assert any("2 together" in group.settings for group in found.groups)


def test_two_gpus_are_two_groups(make_run, tmp_path):
    runs = [make_run(placing=Placing("cuda", name, "bfloat16")) for name in ("H100", "RTX 4090")]
    assert [group.where for group in metrics(runs, [], tmp_path).groups] == [
        "H100, cuda, bfloat16",
        "RTX 4090, cuda, bfloat16",
    ]


def test_few_errors_are_not_said_to_be_none_and_few_pictures_not_either(make_run, tmp_path):
    made, failed = [make_run() for _ in range(299)], [make_run(outcome="failed") for _ in range(299)]
    for runs, said in (
        ([*made, failed[0]], "Error rate below 1%: failed 1."),
        ([*failed, made[0]], "Error rate above 99%: failed 299."),
        (made, "Error rate 0%."),
    ):
        assert summary_lines(metrics(runs, [], tmp_path), "all")[0].endswith(said)


def test_errors_are_counted_by_cause_and_what_was_stopped_is_none(make_run, tmp_path):
    runs = [
        make_run(),
        make_run(outcome="cancelled"),
        make_run(outcome="out-of-memory"),
        make_run(outcome="refused", shortage=Shortage("gpu", 100.0, 1.0), model=None),
        make_run(outcome="bad-picture"),
    ]
    found = metrics(runs, [], tmp_path)
    assert (found.attempts, found.made, found.stopped) == (4, 1, 1)
    assert found.errors == {"out-of-memory": 2, "bad-picture": 1}
    assert found.error_rate == 0.75
    lines = summary_lines(found, "all")
    assert lines[0] == "4 pictures tried, 1 made. Error rate 75%: out-of-memory 2, bad-picture 1."
    assert lines[1] == "1 picture stopped by you: no error."
    assert lines[-1] == "Counted are all pictures, without tries of searches and runs of scenarios."


def test_runs_that_all_failed_are_not_called_practice(make_run, tmp_path, dev_model):
    found = metrics([make_run(outcome="out-of-memory", model=dev_model)], [], tmp_path)
    assert not any("practice model" in line for line in summary_lines(found, "all"))


def test_ratings_have_a_spread_and_belong_to_their_run(make_run, tmp_path):
    one, two, other = make_run(), make_run(), make_run(num_inference_steps=50)
    observations = [
        Observation("parameters", "steps", "blind:10", f"2/5, seen as x, run {one.run_id[:12]}"),
        Observation("parameters", "guidance", "blind:3.5", f"5/5, run {two.run_id[:12]}"),
        Observation("parameters", "steps", "blind:50", f"not rated, run {other.run_id[:12]}"),
        Observation("parameters", "steps", "quality", "1"),
    ]
    found = metrics([one, two, other], observations, tmp_path)
    assert [group.ratings for group in found.groups] == [Ratings(2, 3.5, 2, 5), None]
    assert "rated 3.5 (2 to 5, 2 blind)" in group_parts(found.groups[0])


def test_equal_settings_are_compared_and_a_difference_is_called_drift(make_run, tmp_path, paint):
    same = {"pixels_sha256": "a" * 64}
    runs = [
        make_run(picture=paint("1.png", 100), **same),
        make_run(picture=paint("2.png", 100), **same),
        make_run(picture=paint("3.png", 104)),
        make_run(picture=paint("4.png", 0), seed=7),
        make_run(picture="gone.png"),
    ]
    [group] = metrics(runs, [], tmp_path).groups
    assert group.consistency == Consistency(2, 1, 4.0)
    assert "drift at one seed up to 4.00 of 255 in 2 repeats" in group_parts(group)
    [group] = metrics(runs[:2], [], tmp_path).groups
    assert "no drift in 1 repeat" in group_parts(group)


def test_the_newest_pairs_are_compared_whatever_their_seeds(make_run, tmp_path):
    earlier = make_run(picture="1.png", pixels_sha256="a" * 64)
    other = [make_run(picture="2.png", pixels_sha256="b" * 64, seed=7) for _ in range(MOST_PAIRS + 1)]
    later = make_run(picture="gone.png", pixels_sha256="c" * 64)
    [group] = metrics([earlier, *other, later], [], tmp_path).groups
    assert group.consistency == Consistency(MOST_PAIRS - 1, MOST_PAIRS - 1)  # the newest cannot be read


def test_energy_and_throttling_are_means(make_run, tmp_path):
    def used(joules, share):
        return Usage(
            energy=Energy(joules, "counter", 2.0),
            gpu=GpuUse(utilization_percent=90.0, throttled={"power limit": share} if share else {}),
        )

    runs = [make_run(usage=used(100.0, 0.0)), make_run(usage=used(300.0, 0.5)), make_run()]
    [group] = metrics(runs, [], tmp_path).groups
    assert (group.energy_j, group.gpu_use_percent, group.throttled) == (200.0, 90.0, 0.25)
    assert {"energy 200 J", "GPU use 90 %", "slowed 25% of the time"} <= set(group_parts(group))
    assert msgspec.json.encode(group)
