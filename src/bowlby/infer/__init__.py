"""The model run backward: from coded records to what they say about care and what a child may expect."""
