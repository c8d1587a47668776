"""The warehouse: connection, migrations, the writer of rows, the sink from Kafka, and what is read back."""
