"""Evidence by name: one module an area, registered in `register`."""
