"""What is wrong with a failed request, and what is to be done: repeat it, give up the row, or stop."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Mapping

from hf_synth.markdown import one_line

REPEATED = (408, 409, 425, 429)
# Codes of servers that refuse one prompt, and would answer others.
OF_ONE_PROMPT = ("content_filter", "content_policy_violation", "context_length_exceeded")
HINTS = {
    401: "Check the key in the environment.",
    403: "Check what the key is allowed to do.",
    404: "Check the address (it often ends in /v1) and the name of the model.",
}
LONGEST_WAIT = 120.0


class Fault(Exception):
    """A request that brought no answer.

    Args:
        reason: A short, countable name.
        detail: What came.
        repeat: Whether the same request may succeed later.
        wait: Seconds that the server asked to wait, if it did.
        lost: Whether the server may have done the work, and charge for it.
    """

    def __init__(
        self, reason: str, detail: str = "", repeat: bool = True, wait: float | None = None, lost: bool = False
    ) -> None:
        super().__init__(reason)
        self.reason, self.detail, self.repeat, self.wait, self.lost = reason, detail, repeat, wait, lost


class Refusal(Exception):
    """An answer that every request would get: nothing more should be sent.

    Args:
        message: What came.
        hint: What to do next.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def read_status(status: int, headers: Mapping[str, str], text: str) -> Fault | Refusal:
    """Judge an answer whose status is not 200.

    Args:
        status: Status of the HTTP response.
        headers: Its headers.
        text: Its body.

    Returns:
        A fault (too many requests, the server's own errors, a prompt that the server refuses), or a refusal.

    Examples:
        >>> fault = read_status(429, {"retry-after": "7"}, "slow down")
        >>> fault.reason, fault.wait, fault.repeat
        ('http_429', 7.0, True)
        >>> read_status(401, {}, "who are you?").message
        'status 401: who are you?'
    """
    detail = f"status {status}: {one_line(text, 300)}"
    if status in REPEATED or status >= 500:
        return Fault(f"http_{status}", detail, wait=read_wait(headers))
    if any(code in text for code in OF_ONE_PROMPT):
        return Fault("refused", detail, repeat=False)
    return Refusal(detail, HINTS.get(status))


def read_wait(headers: Mapping[str, str]) -> float | None:
    """Read `Retry-After`, which is a number of seconds or a date.

    Args:
        headers: Headers of a response, their names in lower case or in a mapping that folds case.

    Returns:
        Seconds to wait, at most two minutes; None if the server asks for none.

    Examples:
        >>> read_wait({"retry-after": "1.5"}), read_wait({"retry-after": "soon"}), read_wait({})
        (1.5, None, None)
    """
    text = headers.get("retry-after", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(text).timestamp() - time.time()
        except (TypeError, ValueError):
            return None
    return min(max(seconds, 0.0), LONGEST_WAIT) if seconds == seconds else None
