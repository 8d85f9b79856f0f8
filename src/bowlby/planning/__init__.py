"""Studies before they are paid for: trials and cohorts."""
