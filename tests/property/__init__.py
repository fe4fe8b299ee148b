"""What holds for every input, shown on generated ones."""
