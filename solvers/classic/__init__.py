"""Level 3, the knife: traditional machine learning through scikit-learn."""
