"""ClickHouse servers of one's own: roles, and the tables of a cluster."""
