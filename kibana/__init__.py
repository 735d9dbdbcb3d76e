"""Dashboards over the daily counts: what they hold, and how they are brought into a Kibana."""
