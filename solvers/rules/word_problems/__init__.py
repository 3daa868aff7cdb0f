"""Arithmetic word problems by rules: numbers, frames, a small world, derivations."""
