"""The runtime every service stands on: it knows Kafka, HTTP and clocks, never persons or zones."""
