"""Validation and reading of common formats by well-kept libraries."""
