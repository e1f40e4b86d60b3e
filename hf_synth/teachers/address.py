"""Where an endpoint is, which of its models writes, and the key that opens it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from hf_synth.errors import TeacherError, suggest
from hf_synth.markdown import one_line

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


def find_model(address: Address, timeout: float = 20.0) -> Address:
    """Ask a server for its only model.

    Args:
        address: An address without a model.
        timeout: Seconds to wait.

    Returns:
        The address with the model.

    Raises:
        TeacherError: The server cannot be reached, or does not name exactly one model.
    """
    import httpx2

    key = address.read_key()
    hint = f"Name the model: {address.url}#model."
    try:
        response = httpx2.get(
            f"{address.url}/models", headers={"Authorization": f"Bearer {key}"} if key else {}, timeout=timeout
        )
        response.raise_for_status()
        names = [str(model["id"]) for model in response.json()["data"]]
    except httpx2.ConnectError:
        raise TeacherError(f"cannot reach {address.url}", hint="Start the server, or check the address.") from None
    except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
        told = (
            f"status {error.response.status_code}"
            if isinstance(error, httpx2.HTTPStatusError)
            else type(error).__name__
        )
        key_hint = f" If it needs a key: export {KEY_VARIABLE}=..." if not key else ""
        raise TeacherError(f"{address.url} does not say which models it has ({told})", hint=hint + key_hint) from None
    shown = [one_line(name, 80) for name in names[:20]]
    if len(names) != 1 or shown != names:
        raise TeacherError(f"{address.url} has {len(names)} models: {', '.join(shown) or 'none'}", hint=hint)
    return Address(address.url, names[0], address.provider)


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
