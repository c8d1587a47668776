"""cdr.txt: from bytes to typed CDRs, following files as they grow, and the way into Kafka."""
