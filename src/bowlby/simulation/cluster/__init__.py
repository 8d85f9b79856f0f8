"""Work in chunks of children: on this machine or over a cluster, resumable, with a checksum of every file."""
