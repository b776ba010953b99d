"""Finding words in a lesson."""

import pytest

from workshop_tui.lesson.lines import lines_of
from workshop_tui.lesson.loader import load_lesson
from workshop_tui.lesson.search import SearchIndex, searched


def shown(lesson, hits):
    """Return the words that a hit covers, as they stand in the lesson."""
    found = []
    for hit in hits:
        line = searched(lesson.texts[hit.part][hit.block])[hit.field][hit.line]
        found.append((hit.part, hit.field, line[hit.start : hit.end]))
    return found


@pytest.fixture
def lesson(small):
    return load_lesson(
        small(
            texts={
                "01-talk.md": "# Talk\n\nA **bold**\nword, a ‘naïve’ Straße.\n\n- Café au lait\n\n"
                ":::note Café\nMore.\n\nSource: the café's own\n:::\n",
                "02-rest.md": "# Rest\n\n:::instructor Coffee\nThe café is next door.\n:::\n",
            }
        )
    )


def test_words_are_found_whatever_their_case_accents_and_quotes(lesson):
    index = SearchIndex(lesson)
    assert shown(lesson, index.find("CAFE")) == [
        ("talk", "text", "Café"),
        ("talk", "title", "Café"),
        ("talk", "source", "café"),
    ]
    assert shown(lesson, index.find("cafe\u0301 au")) == [("talk", "text", "Café au")]
    assert shown(lesson, index.find("'NAIVE' strasse")) == [("talk", "text", "‘naïve’ Straße")]


def test_words_are_found_across_their_looks_and_line_breaks(lesson):
    assert shown(lesson, SearchIndex(lesson).find("bold  word")) == [("talk", "text", "bold word")]


def test_what_is_for_the_instructor_is_found_only_when_asked_for(lesson):
    assert SearchIndex(lesson).find("next door") == []
    assert [hit.part for hit in SearchIndex(lesson, instructor=True).find("next door")] == ["rest"]


def test_nothing_stands_nowhere(lesson):
    for text in ("", "  ", "not in it", "\u0301"):
        assert SearchIndex(lesson).find(text) == []


def test_an_accent_of_its_own_belongs_to_its_letter(small):
    lesson = load_lesson(small(texts={"03-lab.md": "e\u0301e\u0301\n"}))
    assert shown(lesson, SearchIndex(lesson).find("e"))[-2:] == [("lab", "text", "e\u0301")] * 2


def test_the_whole_shipped_lesson_is_searched(deep_dive):
    hits = SearchIndex(deep_dive).find("flux.1's")
    assert {hit.part for hit in hits} >= {"overview", "part-2"}
    assert {hit.part for hit in SearchIndex(deep_dive, instructor=True).find("varying technical skill")} == {
        "instructor-notes"
    }


def test_lines_are_what_a_reader_sees():
    lines = lines_of("# A `b`\n\nOne\ntwo.\n\n1. x\n   - y\n\n```\n# code\n```\n\n---\n")
    assert [(line.kind, line.text, line.marker, line.source) for line in lines] == [
        ("heading", "A b", "", 0),
        ("text", "One two.", "", 2),
        ("text", "x", "1.", 5),
        ("text", "y", "◦", 6),
        ("code", "# code", "", 8),
        ("rule", "─" * 20, "", 12),
    ]


@pytest.mark.parametrize("tag", ["<style>", "<prompt>", "<!-- x"])
def test_a_line_that_begins_with_a_tag_swallows_nothing(tag):
    assert [line.text for line in lines_of(f"{tag}\nof the sea\n\n**Words.**\n")] == [f"{tag} of the sea", "Words."]
