"""bowlby: the attachment system as an executable, testable model."""
