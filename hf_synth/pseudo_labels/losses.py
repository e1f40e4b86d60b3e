"""What a multi-label classifier learns from: labels, pseudo-labels, wrong answers, and what it said before.

All functions take logits, sum over labels and take the mean over rows, and stay finite for logits of any size.
"""

from __future__ import annotations

from hf_synth.errors import require_extra

require_extra("local", "torch")

import torch  # noqa: E402
from torch import Tensor  # noqa: E402
from torch.nn.functional import binary_cross_entropy_with_logits, softplus  # noqa: E402


def label_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Binary cross entropy with labels.

    Args:
        logits: Shape (rows, labels).
        targets: In [0, 1], of the same shape; a row of `nan` alone teaches nothing here.

    Returns:
        A number; 0 if no row has targets.

    Examples:
        >>> round(label_loss(torch.zeros(1, 2), torch.tensor([[1.0, 0.0]])).item(), 4)
        1.3863
    """
    known = ~targets.isnan().any(dim=1)
    loss = binary_cross_entropy_with_logits(logits, targets.where(known[:, None], 0.5), reduction="none").sum(dim=1)
    return (loss * known).sum() / len(logits)


def negative_loss(logits: Tensor, negatives: Tensor) -> Tensor:
    """Penalise a wrong label, but only where it is the one that the classifier would choose.

    `-log(1 - sigmoid(z))`, which is `softplus(z)`, for the label with the highest logit if it is known to be wrong.

    Args:
        logits: Shape (rows, labels).
        negatives: True for labels that are known to be wrong, of the same shape.

    Returns:
        A number; 0 if no row would choose a wrong label.

    Examples:
        >>> logits = torch.tensor([[2.0, 0.0]])
        >>> [round(negative_loss(logits, torch.tensor([[a, not a]])).item(), 4) for a in (True, False)]
        [2.1269, 0.0]

    Reference: Kim and Kim 2020 (its structure; the weight of this loss is a setting of ours).
    """
    best = logits.argmax(dim=1, keepdim=True)
    wrong = negatives.gather(1, best)
    return (softplus(logits.gather(1, best)) * wrong).sum() / len(logits)


def distillation_loss(logits: Tensor, earlier: Tensor, temperature: float) -> Tensor:
    """Binary cross entropy with what an earlier epoch said, both softened.

    Args:
        logits: Shape (rows, labels).
        earlier: Logits of an earlier epoch, of the same shape; a row of `nan` alone has none.
        temperature: What logits are divided by, above 0. The loss is multiplied by its square, so that gradients do
            not shrink with it, and the least value that it can have is taken off: it is 0 where nothing has changed.

    Returns:
        A number, at least 0.

    Examples:
        >>> distillation_loss(torch.ones(1, 3), torch.ones(1, 3), 16.0).item()
        0.0
    """
    known = ~earlier.isnan().any(dim=1)
    soft = torch.sigmoid(earlier.where(known[:, None], 0.0) / temperature)
    least = -(torch.special.xlogy(soft, soft) + torch.special.xlogy(1 - soft, 1 - soft))
    loss = binary_cross_entropy_with_logits(logits / temperature, soft, reduction="none") - least
    total: Tensor = (loss.sum(dim=1).clamp(min=0) * known).sum()
    return total * temperature**2 / len(logits)


def weigh_epoch(epoch: float, decay: float = 0.95) -> float:
    """How much the classifier's own labels weigh: little at first, nearly all later.

    Args:
        epoch: Epochs that are over, at least 0.
        decay: In [0, 1]; 0 has full weight from the second epoch on, 1 none.

    Returns:
        `1 - decay ** epoch`, in [0, 1].

    Examples:
        >>> [round(weigh_epoch(epoch), 3) for epoch in (0, 1, 10)]
        [0.0, 0.05, 0.401]
    """
    return 1.0 - float(decay**epoch)
