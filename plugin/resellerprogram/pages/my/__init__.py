"""The reseller's own pages: for a client's session, about the account that logged in, whatever the request says."""
