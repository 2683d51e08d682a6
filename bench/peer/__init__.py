"""The FastAPI service that aclue's product list and detail are measured against; it reads the same tables."""
