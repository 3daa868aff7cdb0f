"""The matrix: one model at every crossing of device, batch size, number format and the rest."""
