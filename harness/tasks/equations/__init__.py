"""Linear equations and small systems, in symbols and in words."""
