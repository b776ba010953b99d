"""Reports as Markdown, and as one HTML file: what people wrote shows as it is, and marks nothing up."""

import base64
import re
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from workshop_tui.text import plain


def html_page(markdown: str, title: str, folder: Path | None = None) -> str:
    """Return Markdown as one HTML file.

    Args:
        markdown: In which all that comes from people or files went through this module.
        title: The page's.
        folder: Where its pictures lie; they are put into the page. None for a page without pictures.
    """
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(markdown)
    for token in tokens:
        for child in token.children or []:
            if child.type == "image" and folder:
                picture = folder / Path(str(child.attrs["src"])).name
                child.attrs["src"] = f"data:image/png;base64,{base64.b64encode(picture.read_bytes()).decode()}"
    body = parser.renderer.render(tokens, parser.options, {})
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(plain(title))}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; its cells show as they are."""
    lines = [heads, ["---"] * len(heads), *([line(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~&!])")
_BULLET, _NUMBER = re.compile(r"^([-+=])"), re.compile(r"^(\d+)([.)])(?=\s|$)")


def line(text: str) -> str:
    """Return somebody's text on one line, as Markdown that shows it as it is."""
    return _escaped(" ".join(text.split()))


def quoted(text: str) -> str:
    """Return somebody's text as a quotation, its line breaks kept."""
    return "\n".join(f"> {_escaped(each)}\\" for each in text.strip().splitlines()).removesuffix("\\")


def _escaped(text: str) -> str:
    marked = _SPECIAL.sub(r"\\\1", plain(text).strip())
    return _BULLET.sub(r"\\\1", _NUMBER.sub(r"\1\\\2", marked))


_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; margin: 1rem 0; font-size: .9rem }
td, th { border-bottom: 1px solid #ccc; padding: .2rem .6rem; text-align: left; vertical-align: top }
img { max-width: 100%; height: auto }
blockquote { margin: .3rem 0; padding-left: .8rem; border-left: 3px solid #bbb; overflow-wrap: anywhere }
td { overflow-wrap: anywhere }
@media print { h2 { break-after: avoid } img, tr { break-inside: avoid } }
"""
