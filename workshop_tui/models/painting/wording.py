"""The words and phrases that captions are made of; `workshop_tui.models.tokenizers.WORDS` knows each word."""

ROLE_WORDS: dict[str, tuple[str, ...]] = {
    "nobleman": (
        "renaissance nobleman",
        "renaissance nobleman",
        "renaissance nobleman",
        "nobleman",
        "nobleman",
        "noble man",
        "lord",
    ),
    "noblewoman": ("renaissance noblewoman", "noblewoman", "noblewoman", "lady"),
    "king": ("king", "king", "medieval king", "emperor"),
    "queen": ("queen", "queen", "medieval queen", "princess"),
    "knight": ("knight", "knight", "medieval knight"),
    "monk": ("monk",),
    "nun": ("nun",),
    "soldier": ("soldier",),
    "pirate": ("pirate",),
    "wizard": ("wizard",),
    "witch": ("witch",),
    "astronaut": ("astronaut", "astronaut", "spaceman"),
    "robot": ("robot",),
    "merchant": ("merchant", "merchant", "trader"),
    "sailor": ("sailor",),
    "old woman": ("old woman", "old woman", "elderly woman", "grandmother"),
    "old man": ("old man", "old man", "elderly man", "grandfather"),
    "child": ("child", "child", "young child", "boy"),
    "musician": ("musician",),
    "chef": ("chef", "chef", "cook"),
    "scholar": ("scholar",),
    "farmer": ("farmer",),
}
HAT_WORDS: dict[str, tuple[str, ...]] = {
    "hat": ("hat",),
    "beret": ("beret", "beret", "hat"),
    "cap": ("cap",),
    "turban": ("turban",),
    "hood": ("hood",),
    "crown": ("crown",),
    "helmet": ("helmet",),
    "pointed hat": ("pointed hat", "hat"),
    "straw hat": ("straw hat", "hat"),
    "feather hat": ("feather hat", "hat", "hat with a feather"),
    "veil": ("veil",),
    "pirate hat": ("pirate hat", "hat"),
    "sailor cap": ("cap", "sailor cap"),
    "headscarf": ("headscarf", "scarf"),
    "chef hat": ("tall hat", "chef hat", "hat"),
    "mortarboard": ("square hat", "cap"),
    "space helmet": ("helmet", "space helmet"),
}
GARMENT_WORDS: dict[str, tuple[str, ...]] = {
    "doublet": ("{} clothes", "{} velvet", "a {} coat and white ruff", "a {} coat"),
    "gown": ("a {} dress", "a {} gown", "{} velvet"),
    "robe": ("a {} robe", "{} robes", "{} clothes"),
    "armour": ("{} armour", "{} armor"),
    "habit": ("a {} robe", "{} robes", "{} clothes"),
    "uniform": ("a {} uniform", "a {} coat"),
    "coat": ("a {} coat", "{} clothes"),
    "spacesuit": ("a {} spacesuit", "a {} suit"),
    "machine": ("{} metal", "{} armor"),
    "fur": ("a {} coat with fur", "a {} coat", "{} clothes"),
    "sailor": ("a {} shirt", "{} clothes"),
    "shawl": ("a {} shawl", "{} clothes"),
    "jacket": ("a {} jacket", "a {} coat", "{} clothes"),
    "shirt": ("a {} shirt", "{} clothes"),
    "chef": ("a {} coat", "{} clothes"),
    "overalls": ("{} overalls", "{} clothes"),
}
BEARD_WORDS: dict[str, tuple[str, ...]] = {
    "beard": ("a beard",),
    "long beard": ("a long white beard", "a long beard", "a white beard"),
    "moustache": ("a moustache",),
}
BACKGROUND_WORDS: dict[str, tuple[str, ...]] = {
    "dark": ("dark background", "black background", "on a dark background"),
    "light": ("light background", "plain background", "plain light background", "on a pale background"),
    "landscape": ("landscape background", "in front of a landscape", "hills and sky in the background"),
    "window": ("by a window", "in a room", "in front of a window"),
    "stars": ("starry night", "night sky with stars", "starry night background", "stars in the background"),
    "curtain": ("red curtain", "in front of a red curtain", "red curtain background"),
    "sea": ("sea background", "by the sea", "in front of the sea"),
    "books": ("in a library", "books in the background", "in front of a bookshelf"),
}
LIGHT_WORDS: dict[str, tuple[str, ...]] = {
    "left": ("light from the left", "light from left"),
    "right": ("light from the right", "light from right"),
    "soft": ("soft light", "soft lighting", "natural light"),
    "candle": ("candle light", "by candle light", "warm candle light"),
}
TIME_WORDS: dict[str, tuple[str, ...]] = {
    "day": ("day", "by day", "daylight", "in daylight"),
    "sunset": ("sunset", "at sunset", "evening", "in the evening", "dusk"),
    "night": ("night", "at night", "moonlight", "by moonlight"),
}
WEATHER_WORDS: dict[str, tuple[str, ...]] = {
    "snow": ("in winter", "snow", "in the snow"),
    "storm": ("in a storm", "storm", "dark clouds", "stormy sky"),
    "fog": ("in fog", "fog", "mist", "in the mist"),
    "rain": ("in the rain", "rain"),
}
THING_WORDS: dict[str, tuple[str, ...]] = {
    "mountains": ("mountains", "snowy mountains", "high mountains"),
    "hills": ("hills", "green hills"),
    "lake": ("a lake", "lake"),
    "sea": ("the sea", "sea", "the ocean"),
    "river": ("a river", "river"),
    "house": ("a house", "a small house"),
    "castle": ("a castle",),
    "church": ("a church",),
    "tower": ("a tower",),
    "lighthouse": ("a lighthouse",),
    "ship": ("a ship", "a sailing ship", "a boat"),
    "trees": ("trees",),
    "flowers": ("flowers",),
    "people": ("people", "people walking"),
    "lamp": ("a street lamp", "a lamp"),
    "bed": ("a bed",),
    "bookshelf": ("a bookshelf", "books"),
    "fireplace": ("a fireplace", "a fire"),
    "table": ("a table",),
    "chair": ("a chair",),
    "painting": ("a painting on the wall",),
    "candle": ("a candle",),
    "skull": ("a skull",),
    "bread": ("bread",),
}
STYLE_AFTER: dict[str, tuple[str, ...]] = {
    "oil painting": ("oil painting style", "oil painting style", "oil painting", "oil on canvas", "painted in oil"),
    "watercolor": ("watercolor style", "watercolor", "watercolour", "watercolor painting", "painted in watercolour"),
    "pencil sketch": ("pencil sketch style", "pencil sketch", "pencil drawing", "sketch", "drawn in pencil"),
    "pixel art": ("pixel art style", "pixel art", "pixel art", "in pixels"),
    "woodcut": ("woodcut style", "woodcut", "a woodcut", "woodcut print"),
    "photograph": ("photograph", "photo", "realistic photo", "photorealistic", "photograph style"),
}
STYLE_BEFORE: dict[str, tuple[str, ...]] = {
    "oil painting": ("oil painting", "oil"),
    "watercolor": ("watercolor", "watercolour"),
    "pencil sketch": ("pencil", "pencil sketch"),
    "pixel art": ("pixel art",),
    "woodcut": ("woodcut",),
    "photograph": ("photo", "photograph", "realistic photo"),
}
"""These stand before 'portrait of', or before 'of' where they name a picture themselves."""
PICTURES: dict[str, tuple[str, ...]] = {
    "oil painting": ("oil painting",),
    "watercolor": ("watercolor", "watercolour", "watercolor painting"),
    "pencil sketch": ("pencil sketch", "pencil drawing", "sketch", "drawing"),
    "pixel art": ("pixel art picture", "pixel art"),
    "woodcut": ("woodcut", "woodcut print"),
    "photograph": ("photograph", "photo", "photograph"),
}
COLOR_WORDS: dict[str, tuple[str, ...]] = {
    "red": ("red", "red", "dark red"),
    "purple": ("purple", "purple", "violet"),
    "grey": ("grey", "gray"),
    "gold": ("gold", "golden"),
}
COUNTS = {1: "a", 2: "two", 3: "three"}

WORDINGS = (
    ROLE_WORDS,
    HAT_WORDS,
    GARMENT_WORDS,
    BEARD_WORDS,
    BACKGROUND_WORDS,
    LIGHT_WORDS,
    TIME_WORDS,
    WEATHER_WORDS,
    THING_WORDS,
    STYLE_AFTER,
    STYLE_BEFORE,
    PICTURES,
    COLOR_WORDS,
)
"""All tables of phrases."""


def with_article(words: str) -> str:
    """Return words with 'a' or 'an' before them."""
    return f"{'an' if words[0] in 'aeiou' and not words.startswith('uniform') else 'a'} {words}"
