"""What other programs do with the same files; run by hand, as they have to be fetched first."""
