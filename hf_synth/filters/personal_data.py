"""E-mail addresses, phone and card numbers, which no published row should hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from hf_synth.filters.base import Verdict
from hf_synth.filters.dataset import TextFilter

# Repeats are bounded, so that no text takes long.
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}")
_CARD = re.compile(r"(?<![\w+])[2-6](?:[ -]?\d){12,18}(?!\w)")
_PHONE = re.compile(
    r"(?<![\w.,-])(?:"
    r"(?:\+|00)\d(?:[ ()./-]{0,2}\d){6,14}"  # international
    r"|(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}"  # North American
    r"|0\d{1,4}[ /-]\d(?:[ -]?\d){4,9}"  # with a trunk zero
    r")(?!\w)"
)


@dataclass(frozen=True)
class PersonalDataFilter(TextFilter):
    """Drop a text with an e-mail address, a phone number or a card number (its check digit must fit).

    The values stand neither in the detail nor in the text of the reject. As the first filter of a chain, it keeps them
    out of what other filters say, too. Values that look otherwise, and names and addresses, are not found.

    Examples:
        >>> verdict = PersonalDataFilter().judge_texts(["mail bob@example.org or call +49 30 1234567"], [])[0]
        >>> verdict.reason, verdict.detail, verdict.text
        ('personal_data', 'e-mail, phone', 'mail [e-mail] or call [phone]')
    """

    name: ClassVar[str] = "personal_data"
    version: ClassVar[int] = 1

    def judge_texts(self, texts: Sequence[str], reference: Sequence[str]) -> list[Verdict]:
        """Judge texts."""
        verdicts: list[Verdict] = []
        for text in texts:
            masked, kinds = mask_personal_data(text)
            verdicts.append(
                Verdict("personal_data", ", ".join(dict.fromkeys(kinds)), len(kinds), masked) if kinds else Verdict()
            )
        return verdicts


def mask_personal_data(text: str) -> tuple[str, list[str]]:
    """Put the name of its kind in the place of each value.

    Args:
        text: Any text.

    Returns:
        The text with `[e-mail]`, `[card]` and `[phone]`, and the kinds that were found, one a value.

    Examples:
        >>> mask_personal_data("pay with 4111 1111 1111 1111, not 4111 1111 1111 1112")
        ('pay with [card], not 4111 1111 1111 1112', ['card'])
    """
    kinds: list[str] = []
    for kind, pattern in (("e-mail", _EMAIL), ("card", _CARD), ("phone", _PHONE)):

        def replace(match: re.Match[str], kind: str = kind) -> str:
            if kind == "card" and not _has_check_digit(match.group()):
                return match.group()
            kinds.append(kind)
            return f"[{kind}]"

        text = pattern.sub(replace, text)
    return text, kinds


def _has_check_digit(number: str) -> bool:
    """Whether the last digit is the one of Luhn's rule (ISO/IEC 7812)."""
    digits = [int(digit) for digit in number if digit.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
