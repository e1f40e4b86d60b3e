"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


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
