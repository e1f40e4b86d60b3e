"""What the processor or GPU at hand is good at."""

from __future__ import annotations

from hf_synth.errors import require_extra


def supports_bf16() -> bool:
    """Say whether bfloat16 is faster than float32 here (a GPU, or a CPU with AMX or AVX512-BF16)."""
    require_extra("local", "torch")
    import torch

    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported())
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as handle:
            flags = handle.read()
    except OSError:
        return False
    return "amx_bf16" in flags or "avx512_bf16" in flags
