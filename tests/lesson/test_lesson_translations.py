"""Texts in other languages beside the lesson's own."""

import pytest

from workshop_tui.errors import UserError
from workshop_tui.lesson.check import check_lesson
from workshop_tui.lesson.languages import checked_language
from workshop_tui.lesson.loader import load_lesson
from workshop_tui.lesson.plain_text import lesson_text
from workshop_tui.lesson.translations import languages, untranslated_text

TALK_DE = (
    "# Vortrag: Die Schritte\n\nWörter.\n\n:::note Schritte\nMehr ist langsamer.\n\nSource: gemessen\n:::\n\nMehr.\n"
)
GERMAN = {"01-talk.de.md": TALK_DE, "03-lab.de.md": "# Labor\n"}


def told(folder):
    return [(finding.severity, finding.file, finding.value, finding.message) for finding in check_lesson(folder)]


def test_each_file_is_taken_where_it_is_translated(small):
    folder = small(texts=GERMAN)
    assert check_lesson(folder) == ()
    lesson = load_lesson(folder, "de")
    assert [section.title for section in lesson.sections] == ["Vortrag: Die Schritte", "Rest", "Labor"]
    assert [section.label for section in lesson.sections] == ["Vortrag", "Rest", "Labor"]
    text = lesson_text(lesson)
    assert "Mehr ist langsamer." in text
    assert "More is slower." not in text
    assert untranslated_text(lesson) == "Not translated into de, shown as written: Rest."


def test_without_a_language_the_lesson_is_as_written_and_its_hash_is_the_same(small):
    folder = small(texts=GERMAN)
    written, german = load_lesson(folder), load_lesson(folder, "de")
    assert written.sections[0].title == "Talk"
    assert untranslated_text(written) == ""
    assert written.sha256 == german.sha256


def test_a_region_takes_its_own_file_first_then_the_languages(small):
    folder = small(texts={**GERMAN, "03-lab.de-CH.md": "# Labor (Schweiz)\n"})
    assert [section.title for section in load_lesson(folder, "de-ch").sections] == [
        "Vortrag: Die Schritte",
        "Rest",
        "Labor (Schweiz)",
    ]
    assert load_lesson(folder, "de").sections[2].title == "Labor"
    assert languages(folder, ["01-talk.md", "03-lab.md"]) == ["de", "de-CH"]


def test_a_language_that_is_not_there_shows_all_as_written_and_says_so(small):
    lesson = load_lesson(small(texts=GERMAN), "fr")
    assert lesson.sections[0].title == "Talk"
    assert untranslated_text(lesson) == "There is no translation into fr (there: de): all is shown as written."


def test_the_language_that_it_is_written_in_misses_nothing(small):
    folder = small(('title = "A small lesson"', 'title = "A small lesson"\nlang = "en"'), texts=GERMAN)
    for lang in ("en", "en-GB", "EN"):
        assert untranslated_text(load_lesson(folder, lang)) == ""


def test_other_blocks_or_marks_than_the_originals_are_warnings(small):
    folder = small(
        texts={
            "01-talk.de.md": "# Vortrag\n:::try steps\n\nWörter.\n",
            "02-rest.de.md": "# Pause\n",
            "03-lab.md": "# Lab\n:::try steps\n",
            "03-lab.de.md": "Ohne Überschrift.\n",
        }
    )
    assert told(folder) == [
        ("warning", "01-talk.de.md", ":::note", "it has 0 of these blocks, 01-talk.md has 1."),
        ("warning", "01-talk.de.md", ":::try steps", "01-talk.md has no such mark."),
        ("warning", "02-rest.de.md", ":::instructor", "it has 0 of these blocks, 02-rest.md has 1."),
        ("warning", "03-lab.de.md", "", "it has no heading, so that its title stays."),
        ("warning", "03-lab.de.md", ":::try steps", "03-lab.md has this mark, the translation has not."),
    ]


def test_a_block_that_is_not_closed_or_a_setting_that_is_none_is_an_error(small):
    folder = small(texts={"02-rest.de.md": "# Pause\n\n:::note T\n", "03-lab.de.md": "# Labor\n:::try stufen\n"})
    errors = [one for one in told(folder) if one[0] == "error"]
    assert errors == [
        ("error", "02-rest.de.md", ":::note T", "this block is not closed by the file's end (line 3)."),
        ("error", "03-lab.de.md", ":::try stufen", "'stufen' cannot be varied."),
    ]


def test_orphans_and_tags_that_are_no_language_are_warnings(small):
    folder = small(texts={"09-gone.de.md": "# Weg\n", "03-lab.old.md": "# Lab\n", "03-lab.german.md": "# Labor\n"})
    assert told(folder) == [
        ("warning", "03-lab.german.md", "german", "this is no language."),
        ("warning", "03-lab.old.md", "old", "this is no language."),
        ("warning", "09-gone.de.md", "", "it looks like a translation, of a text that no section or page names."),
    ]


def test_a_translation_that_is_not_utf8_is_an_error(small):
    (finding,) = check_lesson(small(texts={"03-lab.de.md": "# Ü\n".encode("latin-1")}))
    assert (finding.severity, finding.file, finding.where) == ("error", "03-lab.de.md", "line 1, column 3")


@pytest.mark.parametrize("tag", ["german", "", "d", "de_DE", "xx", "de-", "../de"])
def test_what_is_no_language_is_refused(tag):
    with pytest.raises(UserError, match="--lang: "):
        checked_language(tag, "--lang")
