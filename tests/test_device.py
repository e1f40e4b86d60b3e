import torch

from hf_synth.device import supports_bf16


def test_bf16_is_a_matter_of_the_processor(monkeypatch, tmp_path):
    real = open
    for flags, supported in (("sse2 amx_bf16", True), ("avx512_bf16", True), ("sse2 avx2", False)):
        (tmp_path / "cpuinfo").write_text(f"flags : {flags}")
        monkeypatch.setattr("builtins.open", lambda path, **how: real(tmp_path / "cpuinfo", **how))
        monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
        assert supports_bf16() is supported


def test_bf16_is_not_assumed_where_nothing_is_known(monkeypatch):
    def missing(*_, **__):
        raise FileNotFoundError

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr("builtins.open", missing)
    assert supports_bf16() is False
