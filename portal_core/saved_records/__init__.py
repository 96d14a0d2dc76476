"""Things of a customer's that are kept once and used often: a boiler, a vehicle, an address."""
