"""Level 4, the chainsaw: small torch networks."""
