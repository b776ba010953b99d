"""Language tags: which there are, and how they are written."""

import re

from workshop_tui.errors import UserError

# ISO 639-1, and the few of ISO 639-3 that people write manuals in and that have no two letters.
_CODES = frozenset(
    """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en
    eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv
    ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne
    ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st
    su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
    arz ast ckb dsb fil gsw hsb nds yue
    """.split()  # noqa: SIM905
)
_TAG = re.compile(r"([a-z]{2,3})(-[a-z0-9]{2,8})*", re.IGNORECASE)


def is_language(tag: str) -> bool:
    """Tell whether a tag such as `de` or `pt-BR` names a language."""
    found = _TAG.fullmatch(tag)
    return found is not None and found[1].lower() in _CODES


def base(tag: str) -> str:
    """Return `pt` for `pt-BR`."""
    return tag.partition("-")[0].lower()


def checked_language(tag: str, where: str) -> str:
    """Return a tag as given, without blanks.

    Args:
        tag: What a person wrote.
        where: What an error names, such as `--lang`.

    Raises:
        UserError: It names no language.
    """
    tag = tag.strip()
    if not is_language(tag):
        raise UserError(f"{where}: '{tag}' is no language.", "Write a tag such as de, fr or pt-BR.")
    return tag
