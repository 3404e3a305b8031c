"""The second person: a sensitive act is proposed by one and carried out when another one approves."""
