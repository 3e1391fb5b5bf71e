//! What Kafka wrote we read, and what we write Kafka would have written. The goldens are in `golden/`.
