"""A real Apache Kafka for this machine: obtained, secured, started, watched and stopped."""
