"""The gateway's side of SMART Web Messaging: whose a message is, whether it may, and what it is answered."""
