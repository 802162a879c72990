"""PE, SER and functional tumor volume on raw signal."""
