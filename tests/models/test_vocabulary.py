"""What the built-in model can paint, in words: the captions' words and no others."""

import pytest

from workshop_tui.models.painting.captions import caption
from workshop_tui.models.painting.scene import draw_scene
from workshop_tui.models.tokenizers import build_t5_tokenizer
from workshop_tui.models.vocabulary import PHRASES, complete, known_words, put_in, say_unknown, unknown_words


def test_each_word_of_captions_is_known():
    for seed in range(3000):
        assert unknown_words(caption(draw_scene(seed), seed)) == []


def test_what_is_offered_is_known_and_read_as_whole_words():
    tokenizer = build_t5_tokenizer()
    offered = [phrase for phrases in PHRASES.values() for phrase in phrases]
    assert len(offered) == len(set(offered))
    for phrases in PHRASES.values():
        for phrase in phrases:
            assert unknown_words(phrase) == []
            words = phrase.replace(",", "").split()
            assert len(tokenizer(phrase).input_ids) <= len(words) + 2, "a word for a token, a comma, the end"


@pytest.mark.parametrize(
    ("prompt", "unknown"),
    [
        ("Portrait of a renaissance nobleman, oil painting style", []),
        ("A CAT, with a hat; cat!", ["cat"]),
        ("портрет короля", ["портрет", "короля"]),
        ("日本語", ["日本語"]),
        ("", []),
        ("[red]king[/]", ["[red]king[/]"]),
    ],
)
def test_words_that_no_caption_has_are_told_once_each(prompt, unknown):
    assert unknown_words(prompt) == unknown


def test_many_unknown_words_are_counted():
    told = say_unknown([f"w{number}" for number in range(300)])
    assert told == "small-flux has not learned and looks past: w0, w1, w2, w3, w4, w5 and 294 more."
    assert say_unknown(["é" * 300]) == f"small-flux has not learned and looks past: {'é' * 19}…."


@pytest.mark.parametrize(
    ("phrase", "prompt", "result"),
    [
        ("woodcut style", "Portrait of a king, oil painting style", "Portrait of a king, woodcut style"),
        ("woodcut style", "Portrait of a king", "Portrait of a king, woodcut style"),
        ("woodcut style", "Portrait of a king,  ", "Portrait of a king, woodcut style"),
        ("portrait of a queen", "Portrait of a king, soft light", "portrait of a queen, soft light"),
        ("portrait of a queen", "soft light", "portrait of a queen, soft light"),
        ("portrait of a queen", "", "portrait of a queen"),
        ("soft light", "a king, soft light", "a king, soft light"),
        ("soft light", "a king, SOFT light", "a king, SOFT light"),
        ("in a storm", "Eine Straße, in fog", "Eine Straße, in a storm"),
        ("in daylight", "a dusky forest", "a dusky forest, in daylight"),
        ("portrait of a king", "portrait of a kingfisher", "portrait of a king, portrait of a kingfisher"),
    ],
)
def test_a_phrase_takes_the_place_of_one_of_its_kind(phrase, prompt, result):
    assert put_in(phrase, prompt) == result


def test_the_phrase_being_written_is_completed():
    assert complete("por") == "portrait of a renaissance nobleman"
    assert complete("Portrait of a kin") == "Portrait of a king"
    assert complete("a king, OIL") == "a king, OIL painting style"
    assert complete("a king, woodcut style") is None
    assert complete("xyz") is None
    assert complete("") is None


def test_known_words_are_single_words_in_small_letters():
    assert {"nobleman", "oil", "woodcut", "purple", "candle"} <= known_words()
    assert all(word == word.casefold() and " " not in word for word in known_words())
