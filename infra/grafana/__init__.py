"""Grafana: dashboards and alert rules over the warehouse's views, and what provisions them (docs/grafana.md)."""
