import subprocess
import sys

import pytest

from hf_synth import metrics


def test_the_room_imports_no_framework():
    code = "import sys, hf_synth.metrics; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"evaluate", "datasets", "torch"} & set(loaded)


def test_unknown_names_are_attribute_errors():
    assert all(hasattr(metrics, name) for name in metrics.__all__)
    with pytest.raises(AttributeError, match="Bleu"):
        _ = metrics.Bleu
