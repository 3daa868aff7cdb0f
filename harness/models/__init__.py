"""Where models are: folders, the hub, what was trained here, servers."""
