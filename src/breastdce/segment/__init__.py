"""The structural tumor volume."""
