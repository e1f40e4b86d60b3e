"""The report as one HTML page that needs nothing beside it and asks nothing of the network."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from hf_synth.markdown import show_hidden

TEMPLATE = Path(__file__).with_suffix(".html")


def render_page(text: str, figures: Mapping[str, bytes], verdict: str = "") -> str:
    r"""Turn a report in Markdown into a page.

    What the text holds cannot act: HTML in it is shown as text, there are no links, pictures come from `figures`
    alone, and characters that are hidden or turn the direction of text are shown as escapes.

    Args:
        text: Markdown, beginning with the title.
        figures: PNG files by the paths that the text calls them by.
        verdict: The word that colours the headline, see `find_verdict`.

    Returns:
        The page, with the pictures in it.

    Examples:
        >>> "&lt;script&gt;" in render_page("# Worth\n\n<script>alert(1)</script>", {})
        True
    """
    body = show_hidden(_new_renderer(figures).render(text))
    kind = verdict.replace(" ", "-")
    return TEMPLATE.read_text(encoding="utf-8").replace("VERDICT", kind).replace("BODY", body)


def _new_renderer(figures: Mapping[str, bytes]) -> MarkdownIt:
    def render_image(
        renderer: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: Mapping[str, Any]
    ) -> str:
        alt, data = html.escape(tokens[place].content), figures.get(str(tokens[place].attrs["src"]))
        if data is None:
            return alt
        return f'<img alt="{alt}" src="data:image/png;base64,{base64.b64encode(data).decode()}">'

    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["link", "autolink", "reference"])
    parser.add_render_rule("image", render_image)
    # A wide table is moved sideways on its own, with the keyboard as well.
    parser.add_render_rule(
        "table_open", lambda *_: '<div class="table" role="region" aria-label="table" tabindex="0"><table>\n'
    )
    parser.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return parser
