"""Which of several makers makes which picture."""

from collections import Counter
from types import SimpleNamespace

from workshop_tui.generation.protocol import Item
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.spool import Waiting
from workshop_tui.worker.maker import MOST_PASSED, choose


def waiting(number, width=512):
    item = Item(f"{number:032x}", Settings("a lighthouse", width=width, height=512))
    return Waiting(item, "job", "small-flux", "", 0.0)


def maker(name, *widths):
    """Something that is warm for pictures of these widths."""
    return SimpleNamespace(name=name, is_warm=lambda each: each.item.settings.width in widths)


def test_the_first_in_line_goes_to_who_is_warm_for_it():
    cold, warm = maker("cold"), maker("warm", 512)
    assert choose([waiting(1), waiting(2)], [cold, warm], Counter()) == (waiting(1), warm)


def test_where_nobody_is_warm_the_one_that_rested_longest_makes_the_first():
    first, second = maker("first"), maker("second")
    assert choose([waiting(1), waiting(2)], [first, second], Counter()) == (waiting(1), first)


def test_a_picture_lets_warm_ones_go_first_a_few_times_and_no_more():
    passed = Counter()
    line = [waiting(1, 768), *(waiting(number) for number in range(2, 6))]
    only = maker("only", 512)
    order = []
    while line:
        chosen, _ = choose(line, [only], passed)
        order.append(chosen.item.run_id[-1])
        line.remove(chosen)
    assert MOST_PASSED == 2
    assert order == ["2", "3", "1", "4", "5"]
    assert not passed
