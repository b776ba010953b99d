"""What a hand-in says of limits that were looked for, and the report's plots."""

import msgspec
import pytest
from PIL import Image

from tests.conftest import SMALL
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.record import Memory, Origin, Rework, Timing
from workshop_tui.notebook.entries import Check
from workshop_tui.profile.build import build_profile
from workshop_tui.profile.check import check_hand_in
from workshop_tui.profile.evidence import evidence
from workshop_tui.profile.gather import gather_all
from workshop_tui.profile.hand_in import PROFILE_FILE, BatchEntry
from workshop_tui.profile.package import write_package


@pytest.fixture
def add_tries(notebook, make_run):
    """Put tries of a batch search into the notebook: batch, whether a try, and whether it fits."""

    def put(*tries):
        for number, (batch, is_try, fits) in enumerate(tries):
            origin = Origin("flux-deep-dive", "hardware", "batch", batch, is_try, BUILT_IN)
            for place in range(batch):
                run = make_run(
                    seed=42 + place,
                    num_inference_steps=1 if is_try else 28,
                    batch=batch,
                    outcome="ok" if fits else "out-of-memory",
                    model=SMALL if fits else None,
                )
                seconds = Timing(encode=0.1, denoise=0.1 if is_try else 2.8, decode=0.3)
                memory = Memory(host_peak=100.0 * batch)
                notebook.add_run(
                    msgspec.structs.replace(
                        run, job_id=f"{number:032x}", origin=origin, seconds=seconds, memory=memory
                    ),
                    b"picture",
                )

    return put


@pytest.fixture
def found(notebook, deep_dive, learner):
    return lambda: gather_all(notebook, deep_dive, learner)


def test_without_a_search_there_is_no_limit_and_no_plot(notebook, deep_dive, learner, now, found):
    assert build_profile(found(), now).limits == ()
    package = write_package(learner.hand_in, notebook, deep_dive, learner, now)
    assert not [file for file in package.files if file.name.startswith("plot-")]


def test_the_largest_batch_is_told_with_what_each_took(now, add_tries, found):
    add_tries((1, True, True), (4, True, True), (5, True, False), (4, False, True))
    profile = build_profile(found(), now)
    [limit] = profile.limits
    assert (limit.part, limit.kind, limit.size, limit.batch, limit.too_large) == ("batch", "max-batch", "512x512", 4, 5)
    assert limit.batches == (BatchEntry(1, 3.2, 100.0), BatchEntry(4, 3.2, 400.0))
    assert next(run.run_id for run in profile.measurements) == limit.run_id
    assert len(profile.measurements) == 4  # of the whole run, none of a try


def test_what_was_made_out_of_the_confirming_picture_is_no_search(notebook, now, add_tries, found):
    add_tries((1, True, True), (2, False, True))
    whole = notebook.runs()[-1]
    refined = msgspec.structs.replace(
        whole, run_id="e" * 32, job_id="e" * 32, rework=Rework("refined", whole.run_id, 0.3)
    )
    notebook.add_run(msgspec.structs.replace(refined, started="2027-01-01T00:00:00+00:00"))
    [limit] = build_profile(found(), now).limits
    assert (limit.batch, bool(limit.run_id)) == (2, True)


def test_the_report_plots_it_and_says_in_words_what_is_plotted(notebook, deep_dive, learner, now, make_run, add_tries):
    add_tries((1, True, True), (4, True, True), (4, False, True))
    for steps in (10, 25):
        notebook.add_run(make_run(num_inference_steps=steps), b"")
    package = write_package(learner.hand_in, notebook, deep_dive, learner, now)
    plots = {file.name: file for file in package.files if file.name.startswith("plot-")}
    assert sorted(plots) == ["plot-batch.png", "plot-seconds.png"]
    for file in plots.values():
        with Image.open(file) as picture:
            assert min(picture.size) > 200
            assert len(picture.convert("RGB").getcolors(2**24)) > 10
    text = (learner.hand_in / "report.md").read_text()
    assert "Plot of the seconds that each picture took. Steps 10: 2.8 s; Steps 25: 2.8 s." in text
    assert "1: 3.20 s, 100 MiB; 4: 3.20 s, 400 MiB." in text
    assert "512x512, 4 at a time; nothing larger was met that does not fit" in text
    assert (learner.hand_in / "report.html").read_text().count("data:image/png;base64,") >= 2


def test_tries_alone_say_what_fits_and_not_what_a_picture_takes(now, add_tries, found):
    add_tries((1, True, True), (4, True, True), (5, True, False))
    [limit] = build_profile(found(), now).limits
    assert (limit.batch, limit.run_id, limit.batches) == (4, "", ())


def test_a_try_that_the_checklist_names_is_among_the_measurements(notebook, deep_dive, now, add_tries, found):
    add_tries((1, True, True), (2, True, True))
    named = notebook.runs()[0].run_id
    notebook.set_check(deep_dive.id, Check("slow", "solved", "", named))
    assert [run.run_id for run in build_profile(found(), now).measurements] == [named]


def test_a_limit_that_no_measurement_confirms_is_found(notebook, deep_dive, learner, now, add_tries):
    add_tries((1, True, True), (1, False, True))
    write_package(learner.hand_in, notebook, deep_dive, learner, now)
    file = learner.hand_in / PROFILE_FILE
    head, limits = file.read_text().split("[[limits]]", 1)
    run_id = notebook.runs()[-1].run_id
    file.write_text(head + "[[limits]]" + limits.replace(run_id, "0" * 32, 1))
    [finding] = [each for each in check_hand_in(learner.hand_in).findings if "limits" in each.where]
    assert finding.where == "limits[0].run_id"


def test_the_run_that_confirms_a_limit_is_evidence(notebook, deep_dive, now, add_tries, found):
    add_tries((1, True, True), (4, True, True), (4, False, True))
    [limit] = build_profile(found(), now).limits
    assert evidence(notebook, {deep_dive.id: deep_dive}) == {limit.run_id: ["confirms the limit of hardware batch"]}
