"""Sample sources written for this project and the servers that serve them."""
