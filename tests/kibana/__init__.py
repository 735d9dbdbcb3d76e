"""Dashboards over the daily counts: their objects, the answers of a Kibana, what each panel counts."""
