"""补贴资格: assesses enrollments, decides finally on closed class groups, explains and answers."""
