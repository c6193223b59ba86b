"""The commands of `lectern`, one module for each thing people do; every module has `register(app)`."""
