"""Reads what somebody asks the options desk for: by a grammar, or by a model, checked alike."""
