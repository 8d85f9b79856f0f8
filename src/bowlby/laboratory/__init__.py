"""A study of many sessions: tables, reliability, contrasts, what may be published."""
