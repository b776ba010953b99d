"""The report: what a grader reads first, other people's text as text, pictures inside the page."""

import re
import zipfile
from html.parser import HTMLParser

import pytest
from PIL import Image

from workshop_tui.errors import UserError
from workshop_tui.notebook.entries import Check, Observation, Tick
from workshop_tui.profile.package import check_archive, write_archive, write_package

HOSTILE = [
    "<script>alert(1)</script>",
    "![x](http://example.com/x.png) [y](javascript:alert(1))",
    "1. no list\n- none either\n# no heading\n| no | table |",
    "[red]not red[/red] *not* _so_ `x` ~~y~~ &amp; \\",
    "\x1b[31mred\u202eder",
]


class Page(HTMLParser):
    """What a page says, and what it has in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture
def package(notebook, deep_dive, learner, now, tmp_path):
    """Return what writes the hand-in and returns its report as a page."""

    def write() -> Page:
        made = write_package(tmp_path / "out", notebook, deep_dive, learner, now)
        assert all(file.is_file() for file in made.files)
        return Page((tmp_path / "out" / "report.html").read_text())

    return write


def test_the_first_page_says_what_is_done(worked, package):
    page = package()
    text = " ".join(page.text.split())
    for said in (
        "PRACTICE",
        "NVIDIA H100 80GB HBM3, 80 GiB VRAM",
        "Document your hardware specifications done",
        "without a run: Determine maximum resolution without errors, ",
        "Identify 3 areas for technical improvement done 3 written",
        "area 2",
    ):
        assert said in text
    assert "missing" not in text.split("Areas for improvement")[0]


def test_an_empty_hand_in_says_what_is_to_do(package):
    text = " ".join(package().text.split())
    assert "Create personal troubleshooting checklist missing" in text
    assert "Checklist: 7 of 7 problems are open." in text
    assert "None of 3 is written yet." in text
    assert "no pictures yet" in text
    assert text.index("Presets None is kept yet.") < text.index("None of 3 is written yet.")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_learners_text_is_shown_as_text(worked, package, notebook, deep_dive, hostile):
    notebook.observe(deep_dive.id, Observation("parameters", "steps", "differences", hostile))
    notebook.set_check(deep_dive.id, Check("slow", "solved", hostile))
    notebook.set_check(deep_dive.id, Check("own:1", note=hostile, own="problem", title=hostile))
    notebook.set_check(deep_dive.id, Check("poor-quality", ticks=(Tick("steps", "tried", hostile),)))
    notebook.set_check(deep_dive.id, Check("own:2", note=hostile, own="discovery", title=hostile))
    notebook.set_improvement(deep_dive.id, 1, hostile)
    notebook.set_note(deep_dive.id, "part-1", hostile)
    page = package()
    assert not page.named("script")
    assert not page.named("a")
    assert all(image["src"].startswith("data:image/png;base64,") for image in page.named("img"))
    assert len(page.named("h1")) == 1
    assert "\x1b" not in page.text
    assert "\u202e" not in page.text
    shown = [line.encode("unicode_escape").decode() if "\x1b" in line else line for line in hostile.splitlines()]
    assert " ".join(" ".join(shown).split()) in " ".join(page.text.split())
    for line in shown:
        assert page.text.count(line) >= 7


def test_pictures_lie_inside_the_page_and_say_what_they_show(worked, package, learner, tmp_path):
    for run in worked:
        if run.picture:
            Image.new("RGB", (64, 64), "red").save(learner.pictures / run.picture)
    page = package()
    images = page.named("img")
    assert [picture["alt"].split(" of ")[0] for picture in images] == [*["Contact sheet"] * 4, "Plot"]
    assert images[0]["alt"] == ("Contact sheet of Steps: 10, 25, 50, in this order, with the seconds that each took.")
    assert re.findall(r'(?:src|href)="(?!data:)', (tmp_path / "out" / "report.html").read_text()) == []
    assert (tmp_path / "out" / "pictures" / f"{worked[1].run_id[:12]}.png").is_file()


def test_an_archive_holds_what_the_folder_does(worked, notebook, deep_dive, learner, now, tmp_path):
    made = write_package(tmp_path / "out", notebook, deep_dive, learner, now)
    archive = tmp_path / "ada.zip"
    check_archive(archive)
    write_archive(archive, tmp_path / "out", made.files)
    with zipfile.ZipFile(archive) as packed:
        assert packed.testzip() is None
        assert {name.partition("/")[2] for name in packed.namelist()} == {
            str(file.relative_to(tmp_path / "out")) for file in made.files
        }
    with pytest.raises(UserError, match="exists"):
        check_archive(archive)
    with pytest.raises(UserError, match="no name of a ZIP file"):
        check_archive(tmp_path / "ada.tar")
