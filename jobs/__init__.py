"""What runs: polls, digests, the service, and the command line over them."""
