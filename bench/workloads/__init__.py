"""What bench/compare runs: the brokers, and a module for each kind of workload."""
