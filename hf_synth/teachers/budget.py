"""What a teacher may cost: bounds on requests, tokens and money, kept before a request is sent."""

from __future__ import annotations

from dataclasses import dataclass, field

from hf_synth.errors import ConfigError, HfSynthError
from hf_synth.generation import Spent

BYTES_A_TOKEN = 4
MILLION = 1_000_000


class BudgetError(HfSynthError):
    """The budget of a run is used up; what was answered is kept."""


@dataclass(frozen=True)
class BudgetSettings:
    """Bounds on what a run asks of a teacher, all runs in the same folder taken together.

    Args:
        max_requests: Most requests, the failed ones counted; None for no bound.
        max_tokens: Most tokens, read and written, those of failed requests counted; None for no bound.
        max_cost: Most money, in the unit of the prices; None for no bound. It needs a price.
        prompt_price: Price of a million tokens read.
        completion_price: Price of a million tokens written.

    Raises:
        ConfigError: A value is negative, or there is a bound on money without a price.

    Examples:
        >>> BudgetSettings(prompt_price=0.5, completion_price=1.5).price(Spent(10, 0, 1_000_000, 200_000))
        0.8
    """

    max_requests: int | None = None
    max_tokens: int | None = None
    max_cost: float | None = None
    prompt_price: float = 0.0
    completion_price: float = 0.0

    def __post_init__(self) -> None:
        for name in ("max_requests", "max_tokens", "max_cost", "prompt_price", "completion_price"):
            if (getattr(self, name) or 0) < 0:
                raise ConfigError(f"teacher.budget.{name} must be at least 0, got {getattr(self, name)}")
        if self.max_cost is not None and not self.prompt_price + self.completion_price:
            raise ConfigError(
                "teacher.budget.max_cost needs a price",
                hint="Set teacher.budget.prompt_price and completion_price, for a million tokens each.",
            )

    def price(self, spent: Spent) -> float:
        """What tokens cost, in the unit of the prices."""
        cost = spent.prompt_tokens * self.prompt_price + spent.completion_tokens * self.completion_price
        return cost / MILLION


@dataclass
class Budget:
    """What is left of a budget while requests are under way.

    A request reserves what it may cost at most before it is sent, so that no bound is passed even if all that is under
    way turns out as long as it may.

    Args:
        settings: The bounds.
        spent: What has been spent already.

    Examples:
        >>> budget = Budget(BudgetSettings(max_tokens=100))
        >>> budget.reserve(Spent(1, 0, 30, 40)), budget.reserve(Spent(1, 0, 30, 40))
        (True, False)
        >>> budget.settle(Spent(1, 0, 30, 40), Spent(1, 0, 28, 5))
        >>> budget.reserve(Spent(1, 0, 25, 40))
        True
    """

    settings: BudgetSettings
    spent: Spent = field(default_factory=Spent)
    reserved: Spent = field(default_factory=Spent)

    def reserve(self, most: Spent) -> bool:
        """Set aside what a request may cost; False, and nothing set aside, if a bound could be passed."""
        total, bounds = self.spent + self.reserved + most, self.settings
        for used, bound in (
            (total.requests, bounds.max_requests),
            (total.prompt_tokens + total.completion_tokens, bounds.max_tokens),
            (bounds.price(total), bounds.max_cost),
        ):
            if bound is not None and used > bound:
                return False
        self.reserved += most
        return True

    def settle(self, most: Spent, actual: Spent) -> None:
        """Replace what was set aside for a request by what it cost."""
        self.reserved += Spent(-most.requests, -most.failed, -most.prompt_tokens, -most.completion_tokens)
        self.spent += actual

    def refuse(self) -> BudgetError:
        """The error that ends a run."""
        return BudgetError(
            f"the budget allows no further request; {tell_spent(self.spent, self.settings)}",
            hint="All answers are kept: raise teacher.budget and run the same command again to go on.",
        )


def tell_spent(spent: Spent, settings: BudgetSettings) -> str:
    """Say in words what was spent.

    Args:
        spent: Requests and tokens.
        settings: The prices.

    Returns:
        One line; without a cost if there are no prices.

    Examples:
        >>> tell_spent(Spent(1200, 7, 90_000, 8_000), BudgetSettings())
        '1,200 requests (7 failed), 90,000 tokens read, 8,000 written'
    """
    parts = [
        f"{spent.requests:,} requests ({spent.failed:,} failed)",
        f"{spent.prompt_tokens:,} tokens read",
        f"{spent.completion_tokens:,} written",
    ]
    if settings.prompt_price or settings.completion_price:
        parts.append(f"cost {settings.price(spent):,.4g}")
    return ", ".join(parts)


def estimate_tokens(text: str) -> int:
    """Estimate the tokens of a text from its length in UTF-8: four bytes each, about right for today's tokenizers.

    Args:
        text: What is read or written.

    Returns:
        Tokens, rounded up.

    Examples:
        >>> estimate_tokens("write one new utterance")
        6
    """
    return -(-len(text.encode("utf-8", "replace")) // BYTES_A_TOKEN)
