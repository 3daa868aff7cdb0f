"""The task `option-pricing`: see `task`."""
