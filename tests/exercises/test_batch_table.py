"""The table of batches that a search for the largest one tried."""

import pytest

from workshop_tui.exercises.limits import batch_lines, by_batch
from workshop_tui.generation.probes import Probe


@pytest.fixture
def probe():
    """Make a try of a batch."""

    def make(batch, fits=True, peak=1000.0, each=2.0):
        return Probe(
            value=batch,
            size="512x512",
            batch=batch,
            steps=1,
            is_try=True,
            fits=fits,
            outcome="ok" if fits else "out-of-memory",
            reason="",
            peak_mib=peak,
            seconds=3.0,
            seconds_each=each if fits else None,
            run_id=f"{batch:032}",
        )

    return make


def test_a_batch_that_a_later_try_took_back_is_not_in_the_table(probe):
    one, two, again = probe(1), probe(2), probe(1, each=1.5)
    assert by_batch([two, one, again]) == [again, two]
    assert by_batch([one, two, probe(2, fits=False)]) == [one]


@pytest.mark.parametrize("width", [30, 60])
def test_columns_stay_below_each_other_however_much_memory_was_used(probe, width):
    head, small, large = batch_lines([probe(1, peak=9000.0), probe(2, peak=130000.0)], width)
    seconds = head.index("s a picture")
    assert small.index("MiB") == large.index("MiB")
    assert [line[seconds : seconds + 6].strip() for line in (small, large)] == ["2.00", "2.00"]
    assert max(map(len, (small, large))) <= width
