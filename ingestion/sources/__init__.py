"""One package for each vendor, each found by its name."""
