"""Tables that leave the house as CSV or XLSX, and the eligibility reports that enterprises claim with."""
