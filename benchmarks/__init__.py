"""What is measured by hand, since it takes minutes: `python -m benchmarks.<name>` from the checkout."""
