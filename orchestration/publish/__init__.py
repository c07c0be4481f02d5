"""Write beside what readers see, then flip one link."""
