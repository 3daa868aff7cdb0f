"""One report of everything in a store."""
