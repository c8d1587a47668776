"""Ways in and out: the cdr.txt file, Kafka, ClickHouse. No business rules."""
