"""From a chosen method of fine-tuning to files that are ready for the chosen tool."""
