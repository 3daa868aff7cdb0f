"""Level 5, the bulldozer: causal language models through transformers."""
