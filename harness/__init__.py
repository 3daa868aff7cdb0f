"""Tasks, isolated runs, the results store, statistics and decisions."""
