"""The words of the system: types, Avro schemas and codec, topics, warehouse migrations."""
