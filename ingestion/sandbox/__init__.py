"""The sandbox company: a simulated business, the truth about it, and its vendors' APIs on localhost."""
