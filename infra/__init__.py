"""What the pipeline runs on: embedded Kafka and ClickHouse, and a simulator of SwyxWare sites."""
