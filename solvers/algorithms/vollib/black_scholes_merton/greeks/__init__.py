"""Derivatives of the price; see `analytical`."""
