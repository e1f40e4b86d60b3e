"""One pass of a classifier over all rows, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hf_synth.errors import require_extra

require_extra("local", "torch")

import torch  # noqa: E402

Collate = Callable[[list[Any]], Any]


def score_rows(
    model: Any, rows: Sequence[Any], collate: Collate, batch_size: int = 64, bf16: bool = False
) -> Iterator[tuple[list[int], NDArray[np.float32]]]:
    """Compute the logits of all rows, without keeping them.

    Args:
        model: Any classifier of transformers; it is left in the mode that it was in.
        rows: Anything with a length and items, such as a `Dataset` of model inputs.
        collate: Makes a batch of items, as the trainer's `data_collator`; its `labels` are not shown to the model.
        batch_size: Rows of a batch, at least 1. Rows with `input_ids` share one with rows of similar length.
        bf16: Compute in bfloat16 what a training with `bf16` does: several times faster where the machine can.

    Yields:
        tuple[list[int], NDArray[np.float32]]: Places of some rows, and their logits of shape (rows, labels).
    """
    places = list(range(len(rows)))
    if places and "input_ids" in rows[0]:
        lengths = [len(rows[place]["input_ids"]) for place in places]
        places.sort(key=lambda place: (lengths[place], place))
    training, device = model.training, next(model.parameters()).device
    model.eval()
    try:
        for start in range(0, len(places), batch_size):
            chosen = places[start : start + batch_size]
            batch = collate([rows[place] for place in chosen])
            inputs = {key: value.to(device) for key, value in batch.items() if key not in ("labels", "rows")}
            with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=bf16):
                logits = model(**inputs).logits
            yield chosen, logits.float().cpu().numpy()
    finally:
        model.train(training)
