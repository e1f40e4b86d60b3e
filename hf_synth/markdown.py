"""Tables in Markdown, and foreign text as data: whatever it holds, it cannot become structure."""

from __future__ import annotations

import json
import re
import textwrap
import unicodedata
from collections.abc import Mapping, Sequence

LONGEST = 300
_WIDTH = 116
_JOINERS = "\u200c\u200d"  # scripts and emoji need them
_MARKS = re.compile(
    r"[&<>\\`*\[\]|~#$]|(?<![^\W_])_|_(?![^\W_])|(?<=:)//|(?<=www)\.|(?<=\w)@|^[-+=]|^\d+[.)](?=\s|$)|!(?=\[)", re.I
)
_ADDRESS = re.compile(r"https?://[\w./~%?=&+#:,;@!-]*[\w/]")


# Around what is ours in the card of a dataset folder.
BEGIN = "<!-- hf-synth writes this text from manifest.json. Write below the last line: that is kept. -->"
END = "<!-- end of what hf-synth writes -->"


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    r"""Lay out rows, the first of them the header, as a Markdown table; all but the first column flush right.

    Args:
        rows: Cells of each row, header first, all rows of one length; pipes are escaped and white space is folded.

    Returns:
        Lines joined by newlines, without one at the end.

    Examples:
        >>> print(markdown_table([["intent", "rows"], ["a|b", "3"]]))
        | intent | rows |
        | :-- | --: |
        | a\|b | 3 |
    """
    rule = [":--", *["--:"] * (len(rows[0]) - 1)]
    cells = [[" ".join(cell.split()).replace("|", "\\|") for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in (cells[0], rule, *cells[1:]))


def share_table(header: Sequence[str], counts: Mapping[str, int], total: int) -> str:
    """Lay out counts, the most frequent first, with their shares of a total.

    Args:
        header: Names of the three columns: name, count, share.
        counts: Counts by name.
        total: What the shares are of, above 0.

    Returns:
        The Markdown table.
    """
    rows = [[name, f"{count:,}", f"{count / total:.1%}"] for name, count in sort_counts(counts)]
    return markdown_table([header, *rows])


def sort_counts(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Names and their counts, the most frequent first.

    Args:
        counts: Counts by name.

    Returns:
        Pairs of name and count; equal counts are sorted by name.

    Examples:
        >>> sort_counts({"length": 1, "duplicate": 4, "malformed": 1})
        [('duplicate', 4), ('length', 1), ('malformed', 1)]
    """
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def show_hidden(text: str) -> str:
    r"""Write characters that cannot be seen, or that steer a terminal or the direction of text, as escapes.

    Args:
        text: Any text; in JSON the escapes mean the same characters.

    Returns:
        The text with control and format characters as `\\uXXXX`; newlines stay, and so do the joiners that scripts and
        emoji need.

    Examples:
        >>> print(show_hidden("a\x1b[31m\u202eb\n"), end="")
        a\u001b[31m\u202eb
    """
    return "".join(json.dumps(char)[1:-1] if is_hidden(char) else char for char in text)


def is_hidden(char: str) -> bool:
    """Whether a character cannot be seen, or steers a terminal or the direction of text; newlines are not."""
    return char not in "\n" + _JOINERS and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def one_line(text: str, longest: int = LONGEST) -> str:
    """Fold white space, show what is hidden, and cut what is longer than `longest` characters."""
    shown = show_hidden(" ".join(text.split()))
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def inline(text: str) -> str:
    r"""Write foreign text so that Markdown shows its characters and reads no structure into it.

    Args:
        text: Any text; it becomes one line (see `one_line`).

    Returns:
        The text with entities for all characters that Markdown or HTML could act on. It can stand in a paragraph, a
        heading, a list or a cell of a table.

    Examples:
        >>> inline("# <b>x</b> | [a](http://b.c) get_weather")
        '&#35; &#60;b&#62;x&#60;/b&#62; &#124; &#91;a&#93;(http:&#47;&#47;b.c) get_weather'
    """
    return _escape(one_line(text))


def inline_with_links(text: str) -> str:
    """Write foreign text as `inline` does, but let web addresses be links that show where they go.

    Args:
        text: Any text; it becomes one line.

    Returns:
        Markdown for a paragraph or a list.

    Examples:
        >>> inline_with_links("SNIPS, https://example.org/snips, *CC0*")
        'SNIPS, <https://example.org/snips>, &#42;CC0&#42;'
    """
    line, parts, reached = one_line(text), [], 0
    for match in _ADDRESS.finditer(line):
        parts += [_escape(line[reached : match.start()]), f"<{match.group()}>"]
        reached = match.end()
    return "".join([*parts, _escape(line[reached:])])


def _escape(line: str) -> str:
    return _MARKS.sub(lambda match: "".join(f"&#{ord(char)};" for char in match.group()), line)


def code_span(text: str) -> str:
    """Write foreign text as code within a line.

    Args:
        text: Any text; it becomes one line. Not for cells of a table, whose bars it would not hide.

    Returns:
        The text between more backticks than it holds in a row.

    Examples:
        >>> code_span("linguist@1"), code_span("a`b")
        ('`linguist@1`', '``a`b``')
    """
    line = one_line(text) or "-"
    ticks = "`" * (_longest_run(line) + 1)
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{space}{line}{space}{ticks}"


def fence(lines: Sequence[str], language: str = "") -> str:
    """Write lines as a block of code that nothing in them can close.

    Args:
        lines: Lines without newlines in them, hidden characters already shown.
        language: For highlighting.

    Returns:
        The block.
    """
    ticks = "`" * max(3, _longest_run("\n".join(lines)) + 1)
    return "\n".join([ticks + language, *lines, ticks])


def wrap(text: str, longest: int = 6000) -> list[str]:
    """Break foreign text into indented lines for `fence`.

    Args:
        text: Any text; what is longer than `longest` characters is cut, and the last line says so.
        longest: Characters shown at most.

    Returns:
        Lines of at most about 120 characters, each indented by two spaces.
    """
    shown = show_hidden(text.strip("\n"))
    lines = [
        part
        for line in shown[:longest].split("\n")
        for part in textwrap.wrap(
            line, _WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False, drop_whitespace=True
        )
        or [""]
    ]
    return [*lines, f"  … ({len(shown):,} characters in all)"] if len(shown) > longest else lines


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
