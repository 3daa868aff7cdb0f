"""Ready configurations for tools that fine-tune models, checked against kept schemas."""
