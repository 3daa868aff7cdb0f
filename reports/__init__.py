"""Tables, plots and pages, made only from the results store."""
