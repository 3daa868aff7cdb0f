"""Language models of elsewhere, loaded through transformers and asked with examples."""
