"""Files for other tools, made from shipway.yaml.  Pure: text and values, nothing is run."""
