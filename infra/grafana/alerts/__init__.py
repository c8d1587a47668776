"""The alert rules of Grafana over the warehouse's views (docs/grafana.md)."""
