"""A DiffusionGemma of random weights, small enough to run often."""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Any

V, CANVAS, EOS, PAD = 64, 12, 1, 0


def tiny_gemma(V: int = V) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch

        transformers: Any = import_module("transformers")  # its types lag behind it
        parts: Any = import_module("transformers.models.diffusion_gemma.configuration_diffusion_gemma")
        text = parts.DiffusionGemmaTextConfig(
            vocab_size=V, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=2,
            num_key_value_heads=1, head_dim=32, sliding_window=64, num_experts=2, top_k_experts=1,
            moe_intermediate_size=32, global_head_dim=32, num_global_key_value_heads=1, pad_token_id=PAD,
            eos_token_id=EOS, bos_token_id=2,
        )  # fmt: skip
        vision = {"model_type": "gemma4_vision", "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1,
                  "num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 16}  # fmt: skip
        with torch.random.fork_rng():
            torch.manual_seed(0)
            config = transformers.DiffusionGemmaConfig(text_config=text, vision_config=vision, canvas_length=CANVAS)
            return transformers.DiffusionGemmaForBlockDiffusion(config).eval()


def for_pipeline(model: Any) -> Any:
    """As DiffusionGemmaPipeline calls it: diffusers 0.42 says past_key_values, transformers 5.24 says cache."""
    import torch

    def renamed(call: Any) -> Any:
        def with_cache(*arguments: Any, past_key_values: Any, **options: Any) -> Any:
            return call(*arguments, cache=past_key_values, **options)

        return with_cache

    class Parts:
        encoder = staticmethod(renamed(model.model.encoder))

        class decoder:
            create_diffusion_decoder_attention_mask = staticmethod(
                renamed(model.model.decoder.create_diffusion_decoder_attention_mask)
            )

    class Model(torch.nn.Module):
        dtype, device = torch.float32, torch.device("cpu")
        forward = staticmethod(renamed(model.__call__))

    out: Any = Model()
    out.config, out.model = model.config, Parts
    return out
