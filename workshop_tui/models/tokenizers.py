"""The built-in model's two tokenizers, made in code from a list of words that prompts are written with."""

import itertools
from collections import Counter

from transformers import CLIPTokenizer, T5Tokenizer

CLIP_LENGTH = 77
"""Tokens that CLIP reads, start and end token included."""
T5_LENGTH = 64
"""Tokens that T5 reads, end token included. FLUX.1 [dev] reads 512, of which captions here would fill a tenth."""
CLIP_MERGES = 700

START, END = "<|startoftext|>", "<|endoftext|>"

_PROMPT_WORDS = """
a an the of in on at with and or by from to as is are for no not very one two three many style portrait painting
painted oil watercolor watercolour pencil sketch drawing pixel art woodcut photograph photo photorealistic realistic
shading renaissance baroque medieval modern ancient victorian nobleman noblewoman king queen prince princess knight
monk nun merchant scholar soldier sailor farmer pirate wizard witch astronaut robot dancer musician painter chef
doctor judge hunter fisherman blacksmith emperor man woman child boy girl old young elderly person people face hair
beard moustache eyes nose mouth smile hand hands skin hat cap crown helmet beret hood veil turban ruff collar cloak
robe coat dress armor armour jewelry necklace ring glasses red orange yellow green blue purple violet pink brown
black white grey gray gold golden silver dark light bright pale warm cold soft hard dramatic natural studio candle
lamp sunlight moonlight sunset sunrise dawn dusk night day morning evening shadow shadows background foreground
landscape mountain mountains hill hills river lake sea ocean beach forest tree trees flower flowers field sky cloud
clouds rain snow fog mist storm wind sun moon stars road path bridge village town city street house houses castle
tower church window door room interior table chair bed curtain mirror book books still life fruit apple apples pear
grapes lemon bowl vase bottle glass jug bread cheese fish skull bird birds cat dog horse lion owl ship boat car train
detailed detail highly ultra fine intricate beautiful elegant mysterious serene colorful colourful vivid muted
texture brush strokes canvas paper ink charcoal pastel impressionist expressionist cubist surreal surrealist abstract
minimalist gothic fantasy science fiction cyberpunk steampunk anime cartoon comic poster illustration concept digital
rendering cinematic lighting composition close up wide angle view shot full body half length profile front side
standing sitting holding looking wearing walking reading playing masterpiece quality sharp focus depth high
resolution professional award winning museum gallery sign says hello world text
clothes straw left right bookshelf cloth starry walls wall lady library velvet pixels lemons plain drawn cook print
fireplace fire snowy small trader uniform shirt grandmother grandfather pears robes jacket stormy lighthouse picture
noble winter summer lord suit spaceman spacesuit space gown long short fur pointed metal shawl headscarf scarf overalls
sailing feather tall square daylight four five lute guitar violin sword
"""

WORDS = tuple(dict.fromkeys(_PROMPT_WORDS.split()))
"""Written by hand; a word that is not here is read piece by piece, so that nothing is lost."""


def build_clip_tokenizer() -> CLIPTokenizer:
    """Make a byte-level BPE tokenizer that can read any text.

    All 256 bytes are in the vocabulary, alone and at a word's end: with a gap, unknown characters would become
    the end token, where CLIP's pooling stops reading.
    """
    alphabet = list(_byte_characters().values())
    merges = _learn_merges(Counter(_spell(word.lower()) for word in WORDS), CLIP_MERGES)
    pieces = [*alphabet, *(char + "</w>" for char in alphabet), *dict.fromkeys(left + right for left, right in merges)]
    vocabulary = {piece: number for number, piece in enumerate([*pieces, START, END])}
    return CLIPTokenizer(
        vocab=vocabulary,
        merges=merges,  # pyright: ignore[reportArgumentType] pairs are taken as well as lines
        unk_token=END,
        bos_token=START,
        eos_token=END,
        pad_token=END,
        model_max_length=CLIP_LENGTH,
    )


def build_t5_tokenizer() -> T5Tokenizer:
    """Make a unigram tokenizer of words, word pieces and single letters.

    As with the real T5, a character outside its alphabet (an emoji, say) becomes the unknown token.
    """
    pairs = Counter(word[i : i + length] for word in WORDS for length in (2, 3) for i in range(len(word) - length + 1))
    frequent = sorted(pairs, key=lambda piece: (-pairs[piece] * len(piece), piece))[:500]
    letters = [
        chr(code) for code in (*range(0x21, 0x7F), *range(0xA1, 0x180), *range(0x391, 0x3CA), *range(0x410, 0x450))
    ]
    scores = {"<pad>": 0.0, "</s>": 0.0, "<unk>": 0.0, "▁": -4.0}
    scores |= {f"▁{word}": -6.0 for word in WORDS}
    for piece in (*(f"▁{word.capitalize()}" for word in WORDS), *frequent):
        scores.setdefault(piece, -8.0)
    for letter in letters:
        scores.setdefault(letter, -10.0)
    return T5Tokenizer(vocab=list(scores.items()), extra_ids=0, model_max_length=T5_LENGTH)


def _byte_characters() -> dict[int, str]:
    """Return the printable character that stands for each byte in byte-level BPE, as GPT-2 defined them."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + number) for number, byte in enumerate(others)}


def _spell(word: str) -> tuple[str, ...]:
    """Split a word into its letters, the last one marked as such."""
    return (*word[:-1], word[-1] + "</w>")


def _learn_merges(words: Counter[tuple[str, ...]], count: int) -> list[tuple[str, str]]:
    """Learn byte-pair merges: again and again join the most frequent pair; ties go by the alphabet."""
    merges: list[tuple[str, str]] = []
    while len(merges) < count:
        pairs: Counter[tuple[str, str]] = Counter()
        for word, times in words.items():
            for pair in itertools.pairwise(word):
                pairs[pair] += times
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        words = Counter({_joined(word, best): times for word, times in words.items()})
    return merges


def _joined(word: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
    result: list[str] = []
    for piece in word:
        if result and (result[-1], piece) == pair:
            result[-1] += piece
        else:
            result.append(piece)
    return tuple(result)
