"""The process that transforms run in: models loaded once in each, safe in forked workers, no needless collection."""

from __future__ import annotations

import functools
import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")
_HOME = os.getpid()


def in_worker() -> bool:
    """Say whether this process was started by another one to share its work."""
    import multiprocess

    return os.getpid() != _HOME or multiprocess.parent_process() is not None


@contextmanager
def without_collection() -> Iterator[None]:
    """Keep the garbage collector from walking through all of torch again and again while rows are made.

    Rows hold no cycles, so there is nothing for it to find; it takes a third of the time otherwise.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def load_once(load: Callable[..., T], *arguments: Any) -> T:
    """Load something once in each process.

    A worker gets one thread: a forked process waits for ever for threads that only its parent has, and several workers
    with all threads each would stand in each other's way.

    Args:
        load: Function that loads.
        *arguments: What it is called with; they can be hashed.

    Returns:
        What it returned, now or the first time.
    """
    return _load(os.getpid(), load, arguments)  # type: ignore[no-any-return]


@functools.lru_cache(maxsize=32)
def _load(process: int, load: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    if in_worker():
        import torch

        torch.set_num_threads(1)
    return load(*arguments)
