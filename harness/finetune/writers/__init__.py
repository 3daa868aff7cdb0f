"""One module for each tool: its configuration, its files and its commands."""
