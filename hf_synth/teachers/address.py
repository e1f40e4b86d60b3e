"""Where an endpoint is, which of its models writes, and the key that opens it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from hf_synth.errors import TeacherError, suggest

KEY_VARIABLE = "HF_SYNTH_API_KEY"
AUTO = "auto"


@dataclass(frozen=True)
class Address:
    """An OpenAI-compatible server, or a provider behind the Hub's router.

    Args:
        url: Base address, such as `http://localhost:8000/v1`, without a slash at the end.
        model: Name of the model as the server knows it; empty if the server is to be asked for its only one.
        provider: Name of the inference provider; empty for a server of one's own.
    """

    url: str
    model: str = ""
    provider: str = ""

    @property
    def served_model(self) -> str:
        """The model as requests name it."""
        return f"{self.model}:{self.provider}" if self.provider and self.provider != AUTO else self.model

    def read_key(self) -> str:
        """The key, from the environment: `HF_SYNTH_API_KEY`, or the Hub's token for a provider; empty if none.

        The Hub's token goes to the Hub's router and nowhere else, whatever address a recipe names.
        """
        if not self.provider:
            return os.environ.get(KEY_VARIABLE, "").strip()
        from huggingface_hub import get_token

        return get_token() or ""


def is_address(name: str) -> bool:
    """Whether the name of a teacher leads to an endpoint.

    Args:
        name: See `load_teacher`.

    Returns:
        Whether it is an address, or a provider with a model.

    Examples:
        >>> is_address("http://localhost:8000/v1"), is_address("together#Qwen/Qwen3-8B"), is_address("Qwen/Qwen3-8B")
        (True, True, False)
    """
    return name.startswith(("http://", "https://")) or "#" in name


def read_address(name: str) -> Address:
    """Read the name of a teacher that is reached over HTTP.

    Args:
        name: `http://host/v1#model` or, to have the server asked for its only model, `http://host/v1`; or
            `provider#model` for the Hub's inference providers, with `auto` for whichever is first.

    Returns:
        The address; nothing is called.

    Raises:
        TeacherError: The address holds a password or a query, or there is no such provider.

    Examples:
        >>> read_address("http://localhost:8000/v1/#Qwen/Qwen3-8B")
        Address(url='http://localhost:8000/v1', model='Qwen/Qwen3-8B', provider='')
        >>> read_address("together#Qwen/Qwen3-8B").served_model
        'Qwen/Qwen3-8B:together'
    """
    place, _, model = name.partition("#")
    if not place.startswith(("http://", "https://")):
        return Address(_find_router(), _check_model(model, name), _check_provider(place))
    parts = urlsplit(place)
    if parts.username or parts.password or parts.query:
        raise TeacherError(
            f"the address of {parts.hostname} holds a password or a query, which would be written into the dataset",
            hint=f"Give the bare address, and the key in the environment: export {KEY_VARIABLE}=...",
        )
    if not parts.hostname:
        raise TeacherError(f"{name!r} names no host", hint="Write http://host:port/v1#model.")
    return Address(place.rstrip("/"), model)


def _check_model(model: str, name: str) -> str:
    if not model:
        raise TeacherError(f"{name!r} names no model", hint="Write provider#organisation/model.")
    return model


def _check_provider(name: str) -> str:
    from huggingface_hub.inference._providers import PROVIDERS

    known = [AUTO, *PROVIDERS]
    if name not in known:
        raise TeacherError(f"no inference provider is called {name!r}", hint=suggest(name, known))
    return name


def _find_router() -> str:
    """The Hub's OpenAI-compatible router."""
    from huggingface_hub import constants

    return constants.INFERENCE_PROXY_TEMPLATE.format(provider="v1")
