"""What will be measured, said beforehand: memory of cells that have not been run."""
