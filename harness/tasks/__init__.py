"""Tasks: items with hidden targets, splits and seeded generators."""
