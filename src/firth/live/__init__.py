"""A local page that asks the models of one experiment, while a class looks on."""
