"""See as customer: the draft (or the live version) by the customer’s own views; nothing is ever written or sent."""
