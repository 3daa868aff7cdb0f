"""Quantization: weights held in fewer bits, by method, with an account of what really changed."""
