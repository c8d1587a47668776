"""What a dbt project needs of the warehouse: its sources."""
