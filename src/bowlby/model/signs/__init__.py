"""Signs in a child: what each is, which states of the child it loads on, and how well people see it."""
