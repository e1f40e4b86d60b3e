"""How points are generated, and which measures keep them useful."""

from __future__ import annotations

from dataclasses import dataclass

from hf_synth.errors import check_choice, check_values

LOG, HINGE = "log", "hinge"
LOSSES = (LOG, HINGE)


@dataclass(frozen=True)
class GanSettings:
    """How a generator of points with labels is trained.

    Args:
        steps: Steps at most, of discriminator and generator each; at least 1.
        pretraining_steps: Steps on labelled points of another kind, if there are any; at least 1.
        batch_size: Points of a step, at least 2.
        noise_size: Numbers that a point is made from, at least 1; points spread over few directions if these are fewer
            than the point's own.
        hidden: Width of the two hidden layers of generator and discriminator, at least 1.
        learning_rate: Of both, above 0.
        tuning_rate: The same after pre-training, above 0.
        dropout: In the discriminator, in [0, 1).
        consistency: Weight of the agreement with a classifier of the real points, at least 0; 0 leaves it out.
        prior: After pre-training, the classifier of real points has the answer of one of the other points as one more
            number of each. The article's has not.
        real_noise: Deviation of the fresh noise on real points, in units of their own; 0 leaves it out.
        smoothing: What the discriminator is to say of real points with the loss `log`, in (0.5, 1]; 1 leaves it out.
        loss: `log` (as Goodfellow et al. 2014, the generator's not saturating), or `hinge`.
        spectral: Normalise the discriminator's layers by their largest singular value.
        penalty: Weight of the squared gradient of the discriminator at real points, at least 0; 0 leaves it out.
        check_every: Steps between two looks at validation rows, at least 1; in a pre-training eight times as many.
        patience: Looks without progress after which training ends, at least 1.

    Raises:
        ConfigError: A value is out of its range.

    Reference: Gupta 2019 for consistency, pre-training, noise and smoothing (0.9); Miyato et al. 2018 (spectral
        normalisation and hinge loss); Mescheder et al. 2018 (the penalty); Karras et al.
        2020 (that it counts in each fourth step).
    """

    steps: int = 600
    pretraining_steps: int = 4000
    batch_size: int = 64
    noise_size: int = 384
    hidden: int = 256
    learning_rate: float = 1e-3
    tuning_rate: float = 3e-5
    dropout: float = 0.0
    consistency: float = 3.0
    prior: bool = True
    real_noise: float = 0.2
    smoothing: float = 0.9
    loss: str = LOG
    spectral: bool = False
    penalty: float = 3.0
    check_every: int = 50
    patience: int = 4

    def __post_init__(self) -> None:
        least = {name: 1 for name in ("steps", "pretraining_steps", "noise_size", "hidden", "check_every", "patience")}
        rules = [
            *((name, getattr(self, name) >= bound, f"at least {bound}") for name, bound in least.items()),
            ("batch_size", self.batch_size >= 2, "at least 2"),
            ("learning_rate", self.learning_rate > 0, "above 0"),
            ("tuning_rate", self.tuning_rate > 0, "above 0"),
            ("dropout", 0 <= self.dropout < 1, "in [0, 1)"),
            ("consistency", self.consistency >= 0, "at least 0"),
            ("real_noise", self.real_noise >= 0, "at least 0"),
            ("smoothing", 0.5 < self.smoothing <= 1, "above 0.5 and at most 1"),
            ("penalty", self.penalty >= 0, "at least 0"),
        ]
        check_values("gan", self, rules)
        check_choice("gan.loss", self.loss, LOSSES)
